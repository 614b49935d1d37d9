/**
 * When to bring a conversation back, in words: English and German, whatever the language of the client. Common ones are read
 * here; the rest is left to chrono, which is loaded for it.
 */
import type { Triage } from './conversation.ts';
import {
  CLOCK_TIMES,
  HOURS,
  MONDAY,
  monthNamed,
  MORNING,
  numberNamed,
  PARTS_OF_DAY,
  SATURDAY,
  unitNamed,
  weekdayNamed,
  type Time,
  type Unit,
} from './snooze-vocabulary.ts';
import { addDays, addMonths, instantOf, wallTime, weekdayOf, type WallTime } from './wall-time.ts';

export type Wake = Extract<Triage, { state: 'snoozed' }>['wake'];
export interface Snooze {
  /** ms since the epoch */
  readonly until: number;
  readonly wake: Wake;
}
export type SnoozeProblem = 'not-understood' | 'in-the-past' | 'too-far';
export type SnoozeResult = (Snooze & { readonly problem?: undefined }) | { readonly problem: SnoozeProblem };

export interface SnoozeClock {
  /** ms since the epoch */
  readonly now: number;
  readonly timeZone: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** ms: beyond it a date is a slip. Also when "until reply" ends without one. */
export const LONGEST_SNOOZE = 2 * 365 * DAY;
const UNTIL_REPLY = 365 * DAY;

class Reader {
  readonly #clock: SnoozeClock;
  readonly today: WallTime;
  constructor(clock: SnoozeClock) {
    this.#clock = clock;
    this.today = { ...wallTime(clock.now, clock.timeZone), hour: 0, minute: 0 };
  }

  at(day: WallTime, { hour, minute }: Time): number {
    return instantOf({ ...day, hour, minute }, this.#clock.timeZone);
  }
  /** The next one; today is not. */
  weekday(weekday: number, from: WallTime = this.today): WallTime {
    return addDays(from, ((weekday - weekdayOf(from) + 6) % 7) + 1);
  }
  /** Of the week after this one, which begins on a Monday. */
  weekdayOfNextWeek(weekday: number): WallTime {
    return addDays(this.weekday(MONDAY), weekday - 1);
  }
  /** The next hour that is three away, if that is today; otherwise in an hour. */
  laterToday(): number {
    const { now, timeZone } = this.#clock;
    const later = wallTime(now + 3 * HOUR + HOUR - 1, timeZone);
    if (later.day === this.today.day) return instantOf({ ...later, minute: 0 }, timeZone);
    return Math.ceil((now + HOUR) / (15 * MINUTE)) * 15 * MINUTE;
  }
  /** In so many days or months, at the same time of the clock; hours and minutes are exact. */
  after(count: number, unit: Unit, time: Time | undefined): number | undefined {
    const { now, timeZone } = this.#clock;
    if (unit === 'minute' || unit === 'hour') return time ? undefined : now + count * (unit === 'hour' ? HOUR : MINUTE);
    if (!Number.isInteger(count)) return undefined;
    const wall = wallTime(now, timeZone);
    const day = unit === 'month' ? addMonths(wall, count) : addDays(wall, unit === 'week' ? count * 7 : count);
    return instantOf(time ? { ...day, ...time } : day, timeZone);
  }
  /** A day of the year is the next one, today included; undefined if there is no such day. */
  date(day: number, month: number, year: number | undefined): WallTime | undefined {
    const valid = (wall: WallTime): boolean => {
      const real = addDays(wall, 0);
      return real.day === day && real.month === month;
    };
    const in_ = (y: number): WallTime => ({ year: y, month, day, hour: 0, minute: 0 });
    if (year !== undefined) return valid(in_(year)) ? in_(year) : undefined;
    // The 29th of February may be up to eight years away.
    for (let y = this.today.year; y <= this.today.year + 8; y += 1) {
      if (!valid(in_(y))) continue;
      if (y > this.today.year || month > this.today.month || (month === this.today.month && day >= this.today.day)) return in_(y);
    }
    return undefined;
  }
}

interface TimeInWords {
  readonly time: Time | undefined;
  /** Whether it was told by the clock, not as a part of the day. */
  readonly exact: boolean;
  readonly rest: string;
}

/** undefined if it is a time that no clock shows. */
function readTime(words: string): TimeInWords | undefined {
  for (const pattern of CLOCK_TIMES) {
    const match = pattern.exec(words);
    if (!match) continue;
    const { half, minute = '0' } = match.groups!;
    const written = Number(match.groups!['hour']);
    if (Number(minute) > 59 || (half ? written < 1 || written > 12 : written > 23)) return undefined;
    const hour = half ? (written % 12) + (half === 'p' ? 12 : 0) : written;
    return { time: { hour, minute: Number(minute) }, exact: true, rest: words.replace(match[0], ' ') };
  }
  for (const [pattern, time] of PARTS_OF_DAY) {
    const match = pattern.exec(words);
    if (match) return { time, exact: false, rest: words.replace(match[0], ' ') };
  }
  return { time: undefined, exact: false, rest: words };
}

function readDate(words: string, reader: Reader): WallTime | undefined {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words);
  if (iso) return reader.date(Number(iso[3]), Number(iso[2]), Number(iso[1]));
  const german = /^(\d{1,2})\.\s?(\d{1,2})\.?(?:\s?(\d{4}))?$/.exec(words);
  if (german) return reader.date(Number(german[1]), Number(german[2]), german[3] ? Number(german[3]) : undefined);
  const named = /^(?:(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(\p{L}+)\.?|(\p{L}+)\.? (\d{1,2})(?:st|nd|rd|th)?),?(?: (\d{4}))?$/u.exec(words);
  if (!named) return undefined;
  const month = monthNamed(named[2] ?? named[3]!);
  return month === 0 ? undefined : reader.date(Number(named[1] ?? named[4]), month, named[5] ? Number(named[5]) : undefined);
}

/** A day in words. `undefined` if they are none. */
function readDay(words: string, reader: Reader): WallTime | undefined {
  const { today } = reader;
  if (/^(?:today|heute)$/.test(words)) return today;
  if (/^(?:tomorrow|tmrw|tmr|morgen)$/.test(words)) return addDays(today, 1);
  if (/^(?:(?:the )?day after tomorrow|übermorgen)$/.test(words)) return addDays(today, 2);
  if (/^(?:next week|nächste woche)$/.test(words)) return reader.weekday(MONDAY);
  if (/^(?:next month|nächsten monat)$/.test(words)) return { ...addMonths(today, 1), day: 1 };
  if (/^(?:(?:this |the |at the |on the )?weekend|(?:dieses |am |das )?wochenende)$/.test(words)) return reader.weekday(SATURDAY);
  if (/^(?:next weekend|nächstes wochenende)$/.test(words)) return reader.weekdayOfNextWeek(SATURDAY);
  const weekday = /^(?:(?:on|this|am|diesen|kommenden)\s+)?(?:(next|nächsten)\s+)?(\p{L}+)$/u.exec(words);
  const index = weekday ? weekdayNamed(weekday[2]!) : 0;
  if (index > 0) return weekday![1] ? reader.weekdayOfNextWeek(index) : reader.weekday(index);
  return readDate(words.replace(/^(?:on|am|den|the)\s+/, ''), reader);
}

function readDuration(words: string, time: Time | undefined, reader: Reader): number | undefined {
  if (/^in (?:half an hour|einer halben stunde)$/.test(words)) return reader.after(30, 'minute', time);
  const match = /^(?:(?:in|for|für)\s+)?(\d{1,4}(?:[.,]\d)?|\p{L}+)\s*(\p{L}+)$/u.exec(words);
  if (!match) return undefined;
  const [unit, count] = [unitNamed(match[2]!), numberNamed(match[1]!)];
  return unit && count !== undefined ? reader.after(count, unit, time) : undefined;
}

type Found = { readonly until: number } | 'wrong' | undefined;

function readCommon(words: string, clock: SnoozeClock): Found {
  const reader = new Reader(clock);
  if (/^(?:later|later today|später|heute später|später heute)$/.test(words)) return { until: reader.laterToday() };
  const found = readDuration(words, undefined, reader);
  if (found !== undefined) return { until: found };
  // "morgen" is tomorrow unless something else says which day.
  const read = readTime(words);
  if (!read) return 'wrong';
  const { time, exact, rest } = read;
  const dayWords = rest.replaceAll(/\s+/g, ' ').replaceAll(/^[\s,]+|[\s,]+$/g, '');
  if (dayWords === '' && time) {
    const today = reader.at(reader.today, time);
    // "9am" is the next one; "this evening" is today's, or past.
    return { until: today <= clock.now && exact ? reader.at(addDays(reader.today, 1), time) : today };
  }
  const duration = time && readDuration(dayWords, time, reader);
  if (duration !== undefined) return { until: duration };
  const day = readDay(dayWords, reader);
  return day && { until: reader.at(day, time ?? MORNING) };
}

async function readFree(words: string, clock: SnoozeClock): Promise<Found> {
  const chrono = await import('chrono-node');
  const wall = wallTime(clock.now, clock.timeZone);
  const offset = Math.round((Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute) - clock.now) / MINUTE);
  const reference = { instant: new Date(clock.now), timezone: offset };
  for (const language of [chrono.en, chrono.de]) {
    const [result, ...others] = language.casual.parse(words, reference, { forwardDate: true });
    // Words left over mean that something else was meant.
    if (!result || others.length > 0 || result.text.length < words.length - 4) continue;
    const { start } = result;
    const part = (name: 'year' | 'month' | 'day' | 'hour' | 'minute'): number => start.get(name) ?? 0;
    const hour = start.isCertain('hour') ? part('hour') : HOURS.morning;
    const minute = start.isCertain('hour') ? part('minute') : 0;
    return { until: instantOf({ year: part('year'), month: part('month'), day: part('day'), hour, minute }, clock.timeZone) };
  }
  return undefined;
}

const WAKE =
  /(?:^|,?\s+)(?:(?:or|oder)\s+)?(?:(?:until|till|if|on|when|bis|bei|wenn|zur|until a|on a|until the|bis zur)\s+)?(?:next |nächsten? |an? |einer? )?(?:(reply|response|answer|antwort)|(mention|mentioned|erwähnung|erwähnt))$/u;

function checked(until: number, wake: Wake, now: number): SnoozeResult {
  if (!Number.isFinite(until)) return { problem: 'not-understood' };
  if (until <= now) return { problem: 'in-the-past' };
  return until > now + LONGEST_SNOOZE ? { problem: 'too-far' } : { until, wake };
}

/** `tomorrow 9am`, `next week or reply`, `until reply`, `morgen früh`, `in 3 Stunden`, `1. März`... */
export async function parseSnooze(typed: string, clock: SnoozeClock): Promise<SnoozeResult> {
  const all = typed.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  const match = WAKE.exec(all);
  const wake: Wake = match?.[1] ? 'reply' : match?.[2] ? 'mention' : 'time';
  const words = (match ? all.slice(0, match.index) : all).replace(/^(?:until|till|bis(?: zum)?)\s+/, '').trim();
  if (words === '') return match ? checked(clock.now + UNTIL_REPLY, wake, clock.now) : { problem: 'not-understood' };
  const found = readCommon(words, clock) ?? (await readFree(words, clock));
  return found && found !== 'wrong' ? checked(found.until, wake, clock.now) : { problem: 'not-understood' };
}

export type SnoozePreset = 'laterToday' | 'thisEvening' | 'tomorrow' | 'weekend' | 'nextWeek' | 'untilReply';

/** What is offered, soonest first; none that is past or the same as another. The i18n keys are `inbox.snooze.<preset>`. */
export function snoozePresets(clock: SnoozeClock): readonly (Snooze & { readonly preset: SnoozePreset })[] {
  const reader = new Reader(clock);
  const all: readonly (readonly [SnoozePreset, number])[] = [
    ['laterToday', reader.laterToday()],
    ['thisEvening', reader.at(reader.today, { hour: HOURS.evening, minute: 0 })],
    ['tomorrow', reader.at(addDays(reader.today, 1), MORNING)],
    ['weekend', reader.at(reader.weekday(SATURDAY), MORNING)],
    ['nextWeek', reader.at(reader.weekday(MONDAY), MORNING)],
  ];
  const seen = new Set<number>();
  const timed = all
    .filter(([, until]) => until > clock.now && !seen.has(until) && seen.add(until))
    .toSorted(([, a], [, b]) => a - b)
    .map(([preset, until]) => ({ preset, until, wake: 'time' as const }));
  return [...timed, { preset: 'untilReply', until: clock.now + UNTIL_REPLY, wake: 'reply' }];
}
