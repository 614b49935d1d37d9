/** Numbers, dates and lists in the current language, by Intl. Times are ms since the epoch. */
import { currentLocale, t } from './i18n.ts';

const cache = new Map<string, unknown>();

/** Intl objects are slow to make and many lines of the inbox need the same. */
function cached<Formatter>(kind: string, options: object, make: (locale: string) => Formatter): Formatter {
  const locale = currentLocale();
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  const known = cache.get(key) as Formatter | undefined;
  if (known !== undefined) return known;
  const made = make(locale);
  cache.set(key, made);
  return made;
}

const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  cached('date', options, (locale) => new Intl.DateTimeFormat(locale, options));

export const formatNumber = (value: number, options: Intl.NumberFormatOptions = {}): string =>
  cached('number', options, (locale) => new Intl.NumberFormat(locale, options)).format(value);

/** 0-1 as a percentage. */
export const formatPercent = (fraction: number): string => formatNumber(fraction, { style: 'percent', maximumFractionDigits: 0 });

const BYTE_UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${formatNumber(bytes)} ${t('common.size.bytes')}`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), BYTE_UNITS.length);
  const value = bytes / 1000 ** power;
  return formatNumber(value, { style: 'unit', unit: BYTE_UNITS[power - 1]!, maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** `3:07` or `1:02:45`, of calls and voice messages. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

export const formatList = (items: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string =>
  cached('list', { type }, (locale) => new Intl.ListFormat(locale, { type })).format(items);

export const formatTime = (ts: number): string => dates({ hour: 'numeric', minute: '2-digit' }).format(ts);

export const formatDate = (ts: number): string => dates({ day: 'numeric', month: 'long', year: 'numeric' }).format(ts);

/** With weekday and time, for tooltips. */
export const formatDateTime = (ts: number): string => dates({ dateStyle: 'full', timeStyle: 'short' }).format(ts);

/** Calendar days from now to then, in the user's time zone: -1 is yesterday. */
export function daysFromNow(ts: number, now = Date.now()): number {
  const midnight = (time: number): number => {
    const date = new Date(time);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  };
  return (midnight(ts) - midnight(now)) / 86_400_000;
}

/** A time to come, in few words: Thu 9:00, 3 Dec, 9:00. */
export function formatWhen(ts: number, now = Date.now()): string {
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  if (daysFromNow(ts, now) < 7) return dates({ weekday: 'short', ...time }).format(ts);
  return dates({ day: 'numeric', month: 'short', ...time }).format(ts);
}

/** As short as a line of the inbox wants it: 14:05, Yesterday, Mon, 3 May, 03/05/2024. */
export function formatShort(ts: number, now = Date.now()): string {
  const days = daysFromNow(ts, now);
  if (days === 0) return formatTime(ts);
  if (days === -1) return t('common.time.yesterday');
  if (days === 1) return t('common.time.tomorrow');
  if (Math.abs(days) < 7) return dates({ weekday: 'short' }).format(ts);
  if (new Date(ts).getFullYear() === new Date(now).getFullYear()) return dates({ day: 'numeric', month: 'short' }).format(ts);
  return dates({ dateStyle: 'short' }).format(ts);
}

/** Over the messages of a day: Today, Yesterday, Monday 3 May, 3 May 2024. */
export function formatDay(ts: number, now = Date.now()): string {
  const days = daysFromNow(ts, now);
  if (days === 0) return t('common.time.today');
  if (days === -1) return t('common.time.yesterday');
  if (days === 1) return t('common.time.tomorrow');
  if (new Date(ts).getFullYear() === new Date(now).getFullYear()) return dates({ weekday: 'long', day: 'numeric', month: 'long' }).format(ts);
  return formatDate(ts);
}

const RELATIVE: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** The same within a sentence: "just now". */
export const formatAgo = (ts: number, now = Date.now()): string => (Math.abs(ts - now) < 60_000 ? t('common.time.justNow') : formatRelative(ts, now));

/** "5 minutes ago", "in 2 days"; less than a minute is "Just now". */
export function formatRelative(ts: number, now = Date.now(), style: 'long' | 'narrow' = 'long'): string {
  const distance = ts - now;
  const fitting = RELATIVE.find(([, ms]) => Math.abs(distance) >= ms);
  if (!fitting) return t('common.time.now');
  const [unit, ms] = fitting;
  const options = { numeric: 'auto', style } as const;
  // "Tomorrow" is a day of the calendar, not 24 hours.
  const count = unit === 'day' ? daysFromNow(ts, now) : Math.round(distance / ms);
  return cached('relative', options, (locale) => new Intl.RelativeTimeFormat(locale, options)).format(count, unit);
}
