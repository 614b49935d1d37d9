/** Emoji: found by English and German words and shortcodes, in their groups, in the skin tone the user prefers. The data is 200 kB and loaded when it is first needed. */
import { fold } from '@nexuscomm/spec/fold-text.ts';

/** 0 is yellow, 1-5 from light to dark. */
export type SkinTone = 0 | 1 | 2 | 3 | 4 | 5;
export type EmojiLanguage = 'en' | 'de';

/** In the order of Unicode; parts of others (hair, skin) are left out. */
export const EMOJI_GROUPS = ['smileys', 'people', 'animals', 'food', 'travel', 'activities', 'objects', 'symbols', 'flags'] as const;
export type EmojiGroup = (typeof EMOJI_GROUPS)[number];
/** emojibase numbers its groups; 2 is components. */
const GROUP_OF: readonly (EmojiGroup | undefined)[] = ['smileys', 'people', undefined, ...EMOJI_GROUPS.slice(2)];

export interface Emoji {
  /** With U+FE0F where reactions are to have it. */
  readonly emoji: string;
  /** In the user's language. */
  readonly label: string;
  readonly group: EmojiGroup;
  /** Without colons, the most usual first. */
  readonly shortcodes: readonly string[];
  /** For the tones 1 to 5; empty if it has none. */
  readonly tones: readonly string[];
}

/** What is used of emojibase's compact data. */
export interface CompactEmoji {
  readonly hexcode: string;
  readonly unicode: string;
  readonly label: string;
  readonly group?: number;
  readonly order?: number;
  readonly tags?: readonly string[];
  readonly skins?: readonly { readonly unicode: string }[];
}
/** By hexcode. */
export type Shortcodes = Readonly<Record<string, string | readonly string[]>>;

export interface EmojiData {
  /** The user's language first. Labels are its, all are searched. */
  readonly languages: readonly (readonly CompactEmoji[])[];
  /** The most usual set first. */
  readonly shortcodes: readonly Shortcodes[];
}

interface Entry {
  readonly emoji: Emoji;
  readonly order: number;
  /** Folded: shortcodes and labels, whose start counts more, and words. */
  readonly names: readonly string[];
  readonly words: readonly string[];
}

const TONES = /[\u{1F3FB}-\u{1F3FF}]/gu;

/** Where two people are shown, only those of the same tone are offered. */
function tonesOf({ skins = [] }: CompactEmoji): readonly string[] {
  const byTone: (string | undefined)[] = [];
  for (const { unicode } of skins) {
    const tones = new Set(unicode.match(TONES));
    if (tones.size === 1) byTone[[...tones][0]!.codePointAt(0)! - 0x1_f3_fb] ??= unicode;
  }
  return byTone.length === 5 ? byTone.filter((each) => each !== undefined) : [];
}

function shortcodesOf(hexcode: string, sets: readonly Shortcodes[]): readonly string[] {
  return [...new Set(sets.flatMap((set) => (Object.hasOwn(set, hexcode) ? set[hexcode]! : [])))];
}

/** How well it fits, 0 for not at all: an emoji's own name before names that start so, then words, then the middle of words. */
function fit({ names, words }: Entry, query: string): number {
  if (names.includes(query)) return 5;
  if (names.some((name) => name.startsWith(query))) return 4;
  if (words.includes(query)) return 3;
  if (words.some((word) => word.startsWith(query))) return 2;
  return query.length > 2 && names.some((name) => name.includes(query)) ? 1 : 0;
}

const withoutSelector = (emoji: string): string => emoji.replaceAll('\uFE0F', '');

export class EmojiIndex {
  readonly #entries: readonly Entry[];
  readonly #byShortcode = new Map<string, Emoji>();
  readonly #byEmoji = new Map<string, Emoji>();

  constructor({ languages, shortcodes }: EmojiData) {
    const [own = [], ...others] = languages;
    const elsewhere = others.map((language) => new Map(language.map((each) => [each.hexcode, each])));
    const entries: Entry[] = [];
    for (const each of own) {
      const group = each.group === undefined ? undefined : GROUP_OF[each.group];
      if (!group) continue;
      const codes = shortcodesOf(each.hexcode, shortcodes);
      const emoji: Emoji = { emoji: each.unicode, label: each.label, group, shortcodes: codes, tones: tonesOf(each) };
      const all = [each, ...elsewhere.flatMap((language) => language.get(each.hexcode) ?? [])];
      const labels = all.map(({ label }) => fold(label));
      const names = [...codes.map((code) => fold(code).replaceAll('_', ' ')), ...labels];
      const words = [...new Set([...names.flatMap((name) => name.split(/[\s:,-]+/)), ...all.flatMap(({ tags = [] }) => tags.map(fold))])];
      entries.push({ emoji, order: each.order ?? 0, names, words });
      for (const code of codes) if (!this.#byShortcode.has(code)) this.#byShortcode.set(code, emoji);
      for (const form of [emoji.emoji, ...emoji.tones]) this.#byEmoji.set(withoutSelector(form), emoji);
    }
    this.#entries = entries.toSorted((a, b) => a.order - b.order);
  }

  /** In every group the order of Unicode. */
  groups(): ReadonlyMap<EmojiGroup, readonly Emoji[]> {
    const groups = new Map<EmojiGroup, Emoji[]>(EMOJI_GROUPS.map((group) => [group, []]));
    for (const { emoji } of this.#entries) groups.get(emoji.group)!.push(emoji);
    return groups;
  }

  byShortcode(shortcode: string): Emoji | undefined {
    return this.#byShortcode.get(shortcode.toLowerCase());
  }

  /** In any tone, with or without the selector that makes a picture of a character. */
  byEmoji(emoji: string): Emoji | undefined {
    return this.#byEmoji.get(withoutSelector(emoji));
  }

  /** All words have to fit; the worst fit counts, and `recent` (most recent first) come before others that fit as well. */
  search(text: string, { limit = 50, recent = [] }: { readonly limit?: number; readonly recent?: readonly string[] } = {}): readonly Emoji[] {
    const whole = fold(text).replaceAll(/[:_]+/g, ' ').trim();
    if (!whole) return [];
    const queries = whole.split(/\s+/);
    const used = new Map(recent.map((emoji, index) => [this.byEmoji(emoji), index]));
    const found = this.#entries.flatMap((entry) => {
      const score = Math.max(fit(entry, whole), queries.length > 1 ? Math.min(...queries.map((query) => fit(entry, query))) : 0);
      return score > 0 ? [{ entry, score, used: used.get(entry.emoji) ?? Number.POSITIVE_INFINITY }] : [];
    });
    found.sort((a, b) => b.score - a.score || (a.used === b.used ? a.entry.order - b.entry.order : a.used - b.used));
    return found.slice(0, limit).map(({ entry }) => entry.emoji);
  }
}

export const inTone = (emoji: Emoji, tone: SkinTone): string => (tone === 0 ? emoji.emoji : (emoji.tones[tone - 1] ?? emoji.emoji));

const json = async (module: Promise<{ readonly default: unknown }>): Promise<unknown> => (await module).default;

async function loadIndex(language: EmojiLanguage): Promise<EmojiIndex> {
  const [english, usual, github, german, germanCodes] = await Promise.all([
    json(import('emojibase-data/en/compact.json', { with: { type: 'json' } })),
    json(import('emojibase-data/en/shortcodes/emojibase.json', { with: { type: 'json' } })),
    json(import('emojibase-data/en/shortcodes/github.json', { with: { type: 'json' } })),
    language === 'de' ? json(import('emojibase-data/de/compact.json', { with: { type: 'json' } })) : undefined,
    language === 'de' ? json(import('emojibase-data/de/shortcodes/cldr.json', { with: { type: 'json' } })) : undefined,
  ]);
  return new EmojiIndex({
    languages: [german, english].filter((each) => each !== undefined) as CompactEmoji[][],
    shortcodes: [github, usual, germanCodes].filter((each) => each !== undefined) as Shortcodes[],
  });
}

const loading = new Map<EmojiLanguage, Promise<EmojiIndex>>();

/** Loaded once; tried again if that failed. */
export function loadEmoji(language: EmojiLanguage): Promise<EmojiIndex> {
  const known = loading.get(language);
  if (known) return known;
  const index = loadIndex(language);
  loading.set(language, index);
  index.catch(() => loading.delete(language));
  return index;
}
