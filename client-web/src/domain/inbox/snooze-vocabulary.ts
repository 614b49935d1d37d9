/** The words for times, English and German, in lower case. */

/** When the parts of a day begin, in hours. */
export const HOURS = { morning: 9, afternoon: 14, evening: 18 } as const;
/** As `weekdayOf` counts. */
export const MONDAY = 1;
export const SATURDAY = 6;

export interface Time {
  readonly hour: number;
  readonly minute: number;
}
export const MORNING: Time = { hour: HOURS.morning, minute: 0 };

export const PARTS_OF_DAY: readonly (readonly [RegExp, Time])[] = [
  [/\b(?:in the |this )?morning\b|\b(?:früh|vormittags?|morgens|am morgen)\b/u, MORNING],
  [/\b(?:noon|midday|lunch(?:time)?|mittags?)\b/u, { hour: 12, minute: 0 }],
  [/\b(?:in the |this )?afternoon\b|\bnachmittags?\b/u, { hour: HOURS.afternoon, minute: 0 }],
  [/\b(?:in the |this )?evening\b|\b(?:tonight|abends?)\b/u, { hour: HOURS.evening, minute: 0 }],
];

/** `at 9`, `um 9:30 Uhr`; `9am`; `9:30`; `9.30 Uhr`: each with its hour, minutes, and "a" or "p" where it can have one. */
export const CLOCK_TIMES: readonly RegExp[] = [
  /(?:\b(?:at|um|gegen|ab)\s+|@\s*)(?<hour>\d{1,2})(?:[:.](?<minute>\d{2}))?(?:\s*(?<half>[ap])\.?m\b\.?|\s*(?:uhr|h|o'clock))?/u,
  /\b(?<hour>\d{1,2})(?:[:.](?<minute>\d{2}))?\s*(?<half>[ap])\.?m\b\.?/u,
  /\b(?<hour>\d{1,2}):(?<minute>\d{2})\b(?:\s*uhr)?/u,
  /\b(?<hour>\d{1,2})(?:\.(?<minute>\d{2}))?\s*uhr\b/u,
];

const WEEKDAYS = [
  /^mon(?:day)?$|^mo(?:ntag)?$/,
  /^tue(?:s(?:day)?)?$|^di(?:enstag)?$/,
  /^wed(?:nesday)?$|^mi(?:ttwoch)?$/,
  /^thu(?:rs(?:day)?)?$|^do(?:nnerstag)?$/,
  /^fri(?:day)?$|^fr(?:eitag)?$/,
  /^sat(?:urday)?$|^sa(?:mstag)?$|^sonnabend$/,
  /^sun(?:day)?$|^so(?:nntag)?$/,
];
const MONTHS = [
  /^jan(?:uary|uar)?$|^jänner$/,
  /^feb(?:ruary|ruar)?$/,
  /^mar(?:ch)?$|^märz?$/,
  /^apr(?:il)?$/,
  /^may$|^mai$/,
  /^june?$|^juni$/,
  /^july?$|^juli$/,
  /^aug(?:ust)?$/,
  /^sept?(?:ember)?$/,
  /^o[ck]t(?:ober)?$/,
  /^nov(?:ember)?$/,
  /^de[cz](?:ember)?$/,
];
const indexIn = (patterns: readonly RegExp[], word: string): number => patterns.findIndex((pattern) => pattern.test(word)) + 1;
/** From 1; 0 if it is none. */
export const weekdayNamed = (word: string): number => indexIn(WEEKDAYS, word);
/** From 1; 0 if it is none. */
export const monthNamed = (word: string): number => indexIn(MONTHS, word);

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';
const UNITS: readonly (readonly [RegExp, Unit])[] = [
  [/^(?:m|min|mins|minutes?|minuten?)$/, 'minute'],
  [/^(?:h|hrs?|hours?|std|stunden?)$/, 'hour'],
  [/^(?:d|days?|tage?|tagen)$/, 'day'],
  [/^(?:w|wks?|weeks?|wochen?)$/, 'week'],
  [/^(?:months?|monate?|monaten)$/, 'month'],
];
export const unitNamed = (word: string): Unit | undefined => UNITS.find(([pattern]) => pattern.test(word))?.[1];

const NUMBERS = ['a|an|one|eine?[mr]?', 'two|zwei', 'three|drei', 'four|vier', 'five|fünf', 'six|sechs'].map((words) => new RegExp(`^(?:${words})$`));
/** In digits, or one of the words for small numbers. */
export function numberNamed(word: string): number | undefined {
  if (/^\d+(?:[.,]\d+)?$/.test(word)) return Number(word.replace(',', '.'));
  return indexIn(NUMBERS, word) || undefined;
}
