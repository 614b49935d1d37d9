import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LONGEST_SNOOZE, parseSnooze, snoozePresets } from './snooze-words.ts';
import { addDays, addMonths, instantOf, wallTime, weekdayOf } from './wall-time.ts';

const BERLIN = 'Europe/Berlin';
/** A Wednesday. */
const NOW = Date.parse('2026-11-25T10:20:00+01:00');

function local(instant: number, timeZone = BERLIN): string {
  const { year, month, day, hour, minute } = wallTime(instant, timeZone);
  const two = (number: number): string => `${number}`.padStart(2, '0');
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}
async function read(words: string, now = NOW, timeZone = BERLIN): Promise<string> {
  const result = await parseSnooze(words, { now, timeZone });
  if (result.problem) return result.problem;
  return local(result.until, timeZone) + (result.wake === 'time' ? '' : ` or ${result.wake}`);
}

describe('words', () => {
  test.each([
    // English
    ['later today', '2026-11-25 14:00'],
    ['this evening', '2026-11-25 18:00'],
    ['tonight', '2026-11-25 18:00'],
    ['this afternoon', '2026-11-25 14:00'],
    ['today at 5', 'in-the-past'],
    ['today 17:30', '2026-11-25 17:30'],
    ['tomorrow', '2026-11-26 09:00'],
    ['Tomorrow 9am', '2026-11-26 09:00'],
    ['tomorrow at 8:30 pm', '2026-11-26 20:30'],
    ['tomorrow evening', '2026-11-26 18:00'],
    ['tomorrow noon', '2026-11-26 12:00'],
    ['day after tomorrow', '2026-11-27 09:00'],
    ['next week', '2026-11-30 09:00'],
    ['weekend', '2026-11-28 09:00'],
    ['this weekend', '2026-11-28 09:00'],
    ['next weekend', '2026-12-05 09:00'],
    ['next month', '2026-12-01 09:00'],
    ['in 3 hours', '2026-11-25 13:20'],
    ['3h', '2026-11-25 13:20'],
    ['30m', '2026-11-25 10:50'],
    ['in half an hour', '2026-11-25 10:50'],
    ['in an hour', '2026-11-25 11:20'],
    ['1.5 hours', '2026-11-25 11:50'],
    ['in 2 days', '2026-11-27 10:20'],
    ['in 2 days at 8am', '2026-11-27 08:00'],
    ['for two weeks', '2026-12-09 10:20'],
    ['in 3 months', '2027-02-25 10:20'],
    ['monday', '2026-11-30 09:00'],
    ['on fri 4pm', '2026-11-27 16:00'],
    ['wednesday', '2026-12-02 09:00'],
    ['next friday', '2026-12-04 09:00'],
    ['1 march', '2027-03-01 09:00'],
    ['March 1st', '2027-03-01 09:00'],
    ['dec 24 18:00', '2026-12-24 18:00'],
    ['the 3rd of January', '2027-01-03 09:00'],
    ['2027-01-15 10:00', '2027-01-15 10:00'],
    ['february 29', '2028-02-29 09:00'],
    ['9am', '2026-11-26 09:00'],
    ['11am', '2026-11-25 11:00'],
    ['at 15', '2026-11-25 15:00'],
    ['12am', '2026-11-26 00:00'],
    ['until reply', '2027-11-25 10:20 or reply'],
    ['until mentioned', '2027-11-25 10:20 or mention'],
    ['tomorrow or reply', '2026-11-26 09:00 or reply'],
    ['until monday 8am, or on a mention', '2026-11-30 08:00 or mention'],
    // German
    ['später', '2026-11-25 14:00'],
    ['heute abend', '2026-11-25 18:00'],
    ['heute Nachmittag', '2026-11-25 14:00'],
    ['morgen', '2026-11-26 09:00'],
    ['Morgen früh', '2026-11-26 09:00'],
    ['morgen abend', '2026-11-26 18:00'],
    ['morgen um 8', '2026-11-26 08:00'],
    ['morgen 8.30 Uhr', '2026-11-26 08:30'],
    ['übermorgen', '2026-11-27 09:00'],
    ['nächste Woche', '2026-11-30 09:00'],
    ['am Wochenende', '2026-11-28 09:00'],
    ['in 3 Stunden', '2026-11-25 13:20'],
    ['in einer Stunde', '2026-11-25 11:20'],
    ['in einer halben Stunde', '2026-11-25 10:50'],
    ['in zwei Tagen', '2026-11-27 10:20'],
    ['Montag', '2026-11-30 09:00'],
    ['am Freitag um 16 Uhr', '2026-11-27 16:00'],
    ['nächsten Freitag', '2026-12-04 09:00'],
    ['1. März', '2027-03-01 09:00'],
    ['am 24.12. um 18 Uhr', '2026-12-24 18:00'],
    ['24.12.2026', '2026-12-24 09:00'],
    ['bis Antwort', '2027-11-25 10:20 or reply'],
    ['morgen oder bei Antwort', '2026-11-26 09:00 or reply'],
    ['bis zur Erwähnung', '2027-11-25 10:20 or mention'],
  ])('%s', async (words, expected) => {
    expect(await read(words)).toBe(expected);
  });

  test('left to chrono', async () => {
    expect(await read('a week from now')).toBe('2026-12-02 09:00');
    expect(await read('third of january 2027 at quarter to nonsense')).toBe('not-understood');
    expect(await read('christmas')).toMatch(/^(?:2026-12-2|not-understood)/);
    expect(await read('Friday the 4th of December 2026 at half past nonsense')).toBe('not-understood');
  });
});

describe('what is refused', () => {
  test.each([
    ['', 'not-understood'],
    ['blue', 'not-understood'],
    ['__proto__', 'not-understood'],
    ['constructor hours', 'not-understood'],
    ['25:00', 'not-understood'],
    ['13pm', 'not-understood'],
    ['tomorrow 9:75', 'not-understood'],
    ['31.2.', 'not-understood'],
    ['february 30', 'not-understood'],
    ['today 9am', 'in-the-past'],
    ['heute 8 Uhr', 'in-the-past'],
    ['this morning', 'in-the-past'],
    ['1 march 2020', 'in-the-past'],
    ['2026-11-24', 'in-the-past'],
    ['24.12.2040', 'too-far'],
    ['in 500 weeks', 'too-far'],
    ['0h', 'in-the-past'],
    ['x'.repeat(10_000), 'not-understood'],
  ])('%j', async (words, problem) => {
    expect(await read(words)).toBe(problem);
  });

  test('anything may be asked; what is answered is to come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('in', '3', 'h', 'tomorrow', 'morgen', '9', ':', 'am', 'monday', 'or', 'reply', '1.', 'märz', '99', 'next', ' '), {
          maxLength: 6,
        }),
        async (words) => {
          const result = await parseSnooze(words.join(' '), { now: NOW, timeZone: BERLIN });
          if (result.problem) return;
          expect(result.until).toBeGreaterThan(NOW);
          expect(result.until).toBeLessThanOrEqual(NOW + LONGEST_SNOOZE);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('when the clock changes', () => {
  test('a day is a day, not 24 hours', async () => {
    const saturday = Date.parse('2027-03-27T10:00:00+01:00');
    expect(await read('tomorrow', saturday)).toBe('2027-03-28 09:00');
    expect(await read('in 1 day', saturday)).toBe('2027-03-28 10:00');
    expect(await read('in 24 hours', saturday)).toBe('2027-03-28 11:00');
  });

  test('an hour that is skipped is the one after', async () => {
    const saturday = Date.parse('2027-03-27T10:00:00+01:00');
    expect(await read('tomorrow 2:30', saturday)).toBe('2027-03-28 03:30');
  });

  test('of an hour that comes twice it is the first', async () => {
    const saturday = Date.parse('2026-10-24T10:00:00+02:00');
    const result = await parseSnooze('tomorrow 2:30', { now: saturday, timeZone: BERLIN });
    expect(result).toEqual({ until: Date.parse('2026-10-25T02:30:00+02:00'), wake: 'time' });
    expect(await read('in 1 day', saturday)).toBe('2026-10-25 10:00');
  });

  test('elsewhere, on another day and by half hours', async () => {
    const now = Date.parse('2026-11-25T20:00:00Z');
    expect(await read('tomorrow', now, 'Pacific/Auckland')).toBe('2026-11-27 09:00');
    expect(await read('tomorrow', now, 'America/Los_Angeles')).toBe('2026-11-26 09:00');
    expect(await read('9am', now, 'Asia/Kolkata')).toBe('2026-11-26 09:00');
  });
});

describe('clocks', () => {
  test('are where they were after there and back', () => {
    const zones = fc.constantFrom(BERLIN, 'UTC', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'Africa/Casablanca');
    const minutes = fc.integer({ min: Date.parse('2020-01-01') / 60_000, max: Date.parse('2035-01-01') / 60_000 });
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const wall = wallTime(minute * 60_000, zone);
        const instant = instantOf(wall, zone);
        expect(wallTime(instant, zone)).toEqual(wall);
        expect(instant).toBeLessThanOrEqual(minute * 60_000);
      }),
    );
  });

  test('months end when they do', () => {
    const wall = { year: 2027, month: 1, day: 31, hour: 1, minute: 2 };
    expect(addMonths(wall, 1)).toEqual({ ...wall, month: 2, day: 28 });
    expect(addMonths(wall, 13)).toEqual({ ...wall, year: 2028, month: 2, day: 29 });
    expect(addDays(wall, 1)).toEqual({ ...wall, month: 2, day: 1 });
    expect(weekdayOf(wall)).toBe(7);
  });
});

describe('presets', () => {
  const presets = (now: number) =>
    snoozePresets({ now, timeZone: BERLIN }).map(({ preset, until, wake }) => `${preset} ${wake === 'time' ? local(until) : wake}`);

  test('in the middle of the week', () => {
    expect(presets(NOW)).toEqual([
      'laterToday 2026-11-25 14:00',
      'thisEvening 2026-11-25 18:00',
      'tomorrow 2026-11-26 09:00',
      'weekend 2026-11-28 09:00',
      'nextWeek 2026-11-30 09:00',
      'untilReply reply',
    ]);
  });

  test('none is past, none is there twice', () => {
    expect(presets(Date.parse('2026-11-29T23:30:00+01:00'))).toEqual([
      'laterToday 2026-11-30 00:30',
      'tomorrow 2026-11-30 09:00',
      'weekend 2026-12-05 09:00',
      'untilReply reply',
    ]);
    expect(presets(Date.parse('2026-11-27T19:00:00+01:00'))).toEqual([
      'laterToday 2026-11-27 22:00',
      'tomorrow 2026-11-28 09:00',
      'nextWeek 2026-11-30 09:00',
      'untilReply reply',
    ]);
  });
});
