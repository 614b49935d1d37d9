/** Times as clocks on the wall show them, in a time zone that is handed in. */

export interface WallTime {
  readonly year: number;
  /** 1-12 */
  readonly month: number;
  /** 1-31; what is beyond the month runs on into the next. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = 'numeric';
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(timeZone, format);
  return format;
}

/** ms since the epoch, if the wall were in UTC. */
const asUtc = ({ year, month, day, hour, minute }: WallTime): number => Date.UTC(year, month - 1, day, hour, minute);

function wallAsUtc(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(parts['year']!, parts['month']! - 1, parts['day']!, parts['hour']!, parts['minute']!, parts['second']!);
}

function fromUtc(utc: number): WallTime {
  const date = new Date(utc);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

export const wallTime = (instant: number, timeZone: string): WallTime => fromUtc(wallAsUtc(instant, timeZone));

/**
 * When the clock shows it, in ms since the epoch. A time that happens twice is the first of both; one that is skipped is as
 * long after the gap as it would have been into it.
 */
export function instantOf(wall: WallTime, timeZone: string): number {
  const wanted = asUtc(wall);
  // The zone is the same a day before and a day after, unless the clock changes in between: then both are tried.
  const offsets = [wanted - DAY, wanted + DAY].map((about) => wallAsUtc(about, timeZone) - about);
  const candidates = offsets.map((offset) => wanted - offset).filter((instant) => wallAsUtc(instant, timeZone) === wanted);
  return candidates.length > 0 ? Math.min(...candidates) : wanted - offsets[0]!;
}

export const addDays = (wall: WallTime, days: number): WallTime => fromUtc(asUtc({ ...wall, day: wall.day + days }));

/** The last day of the month if it has not that many. */
export function addMonths(wall: WallTime, months: number): WallTime {
  const first = fromUtc(asUtc({ ...wall, month: wall.month + months, day: 1 }));
  const days = new Date(Date.UTC(first.year, first.month, 0)).getUTCDate();
  return { ...first, day: Math.min(wall.day, days) };
}

/** 1 for Monday to 7 for Sunday */
export const weekdayOf = (wall: WallTime): number => new Date(asUtc(wall)).getUTCDay() || 7;
