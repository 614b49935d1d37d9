/** Types of sentences, taken from what English says: which keys there are, and which values each needs. */
import type * as en from './en/index.ts';

type English = typeof en;

/** The same keys in another language; a missing or unknown one is a type error. */
export type Translated<Area> = {
  readonly [Key in keyof Area]: Area[Key] extends string ? string : Translated<Area[Key]>;
};

/** `unread_one` and `unread_other` are asked for as `unread`. */
type WithoutPlural<Key extends string> = Key extends `${infer Base}_${'zero' | 'one' | 'other'}` ? Base : Key;

type Keys<Area, Prefix extends string> = {
  [Key in keyof Area & string]: Area[Key] extends string ? `${Prefix}${WithoutPlural<Key>}` : Keys<Area[Key], `${Prefix}${Key}.`>;
}[keyof Area & string];

/** `area.key` or `area.group.key` */
export type SentenceKey = Keys<English, ''>;

type Sentence<Area, Key extends string> = Key extends `${infer First}.${infer Rest}`
  ? First extends keyof Area
    ? Sentence<Area[First], Rest>
    : never
  : Key extends keyof Area
    ? Area[Key]
    : Area[`${Key}_one` & keyof Area] | Area[`${Key}_other` & keyof Area];

type Placeholder<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Placeholder<Rest> : never;

type Values<Names extends string> = { readonly [Name in Names]: Name extends 'count' ? number : string | number };

/** Nothing for a sentence without placeholders, otherwise its values; `count` chooses the plural. */
export type SentenceValues<Key extends SentenceKey> = [Placeholder<Sentence<English, Key>>] extends [never]
  ? []
  : [values: Values<Placeholder<Sentence<English, Key>>>];

export type Translate = <Key extends SentenceKey>(key: Key, ...values: SentenceValues<Key>) => string;
