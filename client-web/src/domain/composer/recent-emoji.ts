/** Recently used emoji (Client-Server API v1.18, "Recently used emoji"): the content of the account data `m.recent_emoji`. */

/** What the specification recommends to keep. */
export const MAX_RECENT = 100;

export interface RecentEmoji {
  readonly emoji: string;
  /** How often it was used. */
  readonly total: number;
}

/** Elements as they should be; of others the specification says to drop them. What they contain is kept even if it is no emoji that is known here. */
export function readRecentEmoji(content: unknown): readonly RecentEmoji[] {
  const list = (content as { recent_emoji?: unknown } | null | undefined)?.recent_emoji;
  if (!Array.isArray(list)) return [];
  return list.filter((each: unknown): each is RecentEmoji => {
    const { emoji, total } = (each ?? {}) as { emoji?: unknown; total?: unknown };
    return typeof emoji === 'string' && typeof total === 'number' && Number.isSafeInteger(total) && total >= 0;
  });
}

/** Those used come first, the last one before the others. */
export function withUsedEmoji(content: unknown, used: readonly string[]): { readonly recent_emoji: readonly RecentEmoji[] } {
  let recent = [...readRecentEmoji(content)];
  for (const emoji of used) {
    const before = recent.find((each) => each.emoji === emoji);
    const total = Math.min((before?.total ?? 0) + 1, Number.MAX_SAFE_INTEGER);
    recent = [{ ...before, emoji, total }, ...recent.filter((each) => each !== before && each.emoji !== emoji)];
  }
  return { recent_emoji: recent.slice(0, MAX_RECENT) };
}

/** The most useful: used often, and lately. Every place further back halves what a use counts over ten of them. */
export function mostUsedEmoji(content: unknown, count: number): readonly string[] {
  return readRecentEmoji(content)
    .map(({ emoji, total }, index) => ({ emoji, score: (total + 1) * 0.5 ** (index / 10), index }))
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ emoji }) => emoji);
}

/** Where it is kept: account data, or a test's variable. */
export interface RecentEmojiStorage {
  read(): unknown;
  write(content: { readonly recent_emoji: readonly RecentEmoji[] }): Promise<void>;
}

export async function rememberUsed(storage: RecentEmojiStorage, used: readonly string[]): Promise<void> {
  if (used.length > 0) await storage.write(withUsedEmoji(storage.read(), used));
}
