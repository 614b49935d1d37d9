/** What fits what was typed, best first. */
import type { Conversation } from '../../domain/inbox/conversation.ts';

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** 0: no match; otherwise the more the better: whole, start, start of a word, anywhere, letters in order. */
export function score(text: string, query: string): number {
  const [name, wanted] = [fold(text), fold(query.trim())];
  if (wanted === '') return 1;
  if (name === wanted) return 6;
  if (name.startsWith(wanted)) return 5;
  if (new RegExp(`(^|[\\s\\p{P}])${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'u').test(name)) return 4;
  if (name.includes(wanted)) return 3;
  let at = 0;
  for (const letter of wanted) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 1;
}

export function rankConversations(rows: readonly Conversation[], query: string): Conversation[] {
  return rows
    .filter((row) => row.kind !== 'space' && row.replacedBy === undefined && row.thread === undefined)
    .map((row) => ({
      row,
      points: Math.max(score(row.name, query), row.otherUserId === undefined ? 0 : score(row.otherUserId.slice(1), query) - 0.5),
    }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points || Number(b.row.mentions > 0) - Number(a.row.mentions > 0) || b.row.activityTs - a.row.activityTs)
    .map(({ row }) => row);
}

export function rankCommands<Item extends { readonly title: string; readonly first: boolean }>(all: readonly Item[], query: string): Item[] {
  if (query.trim() === '') return all.filter((one) => one.first);
  return all
    .map((one) => ({ one, points: score(one.title, query) }))
    .filter(({ points }) => points > 1)
    .toSorted((a, b) => b.points - a.points)
    .map(({ one }) => one);
}
