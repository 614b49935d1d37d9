import { useEffect, useState } from 'react';
import { formatDate, formatDateTime, formatDay, formatRelative, formatShort, formatTime } from '../../i18n/format.ts';
import { useLanguage } from '../../i18n/i18n.ts';

export interface TimeProps {
  /** ms since the epoch */
  readonly ts: number;
  /** `short` as in the inbox (14:05, Yesterday, Mon, 3 May), `time`, `day`, `date`, `full`, or `relative` (5 minutes ago). */
  readonly format?: 'short' | 'time' | 'day' | 'date' | 'full' | 'relative';
  readonly className?: string;
}

const FORMATS = { short: formatShort, time: formatTime, day: formatDay, date: formatDate, full: formatDateTime, relative: formatRelative };
const MINUTE_MS = 60_000;

/** Which of these change while somebody looks at them. */
const MOVES: Readonly<Record<NonNullable<TimeProps['format']>, boolean>> = {
  short: true,
  time: false,
  day: true,
  date: false,
  full: false,
  relative: true,
};

/** One clock for all times on the page: it ticks each minute, and only while something listens. */
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function onMinute(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    for (const each of listeners) each();
  }, MINUTE_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

export function Time({ ts, format = 'short', className }: TimeProps) {
  useLanguage();
  const written = FORMATS[format](ts);
  const [, setWritten] = useState(written);
  // Renders again only when the words change.
  useEffect(() => (MOVES[format] ? onMinute(() => setWritten(FORMATS[format](ts))) : undefined), [format, ts]);
  return (
    <time dateTime={new Date(ts).toISOString()} title={format === 'full' ? undefined : formatDateTime(ts)} className={className}>
      {written}
    </time>
  );
}
