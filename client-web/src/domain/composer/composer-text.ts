/**
 * What stands in the composer's field: plain text in which mentions are their names, and beside it where they stand and whom
 * they mean. Drafts and Markdown have them as tokens (`mention-token.ts`).
 */
import { makeMentionToken, MENTION_TOKEN, readMentionToken, type MentionToken } from './mention-token.ts';

export interface PlacedMention extends MentionToken {
  /** UTF-16 units; `end` is behind it. */
  readonly start: number;
  readonly end: number;
}

export interface ComposerText {
  readonly text: string;
  /** In their order, none within another. */
  readonly mentions: readonly PlacedMention[];
}

export const EMPTY_TEXT: ComposerText = { text: '', mentions: [] };

/** `@Name` of people, `#name` of rooms. */
export function mentionLabel({ name, id }: MentionToken): string {
  const sigil = id.startsWith('@') ? '@' : '#';
  return name.startsWith(sigil) ? name : `${sigil}${name}`;
}

export function readComposerText(markdown: string): ComposerText {
  const mentions: PlacedMention[] = [];
  let text = '';
  let done = 0;
  for (const match of markdown.matchAll(new RegExp(MENTION_TOKEN.source, 'g'))) {
    const token = readMentionToken(match[1]!, match[2]!);
    if (!token) continue;
    text += markdown.slice(done, match.index);
    const start = text.length;
    text += mentionLabel(token);
    mentions.push({ ...token, start, end: text.length });
    done = match.index + match[0].length;
  }
  return { text: text + markdown.slice(done), mentions };
}

export function writeComposerText({ text, mentions }: ComposerText): string {
  let markdown = '';
  let done = 0;
  for (const mention of mentions) {
    markdown += text.slice(done, mention.start) + makeMentionToken(mention);
    done = mention.end;
  }
  return markdown + text.slice(done);
}

interface Change {
  /** In the text before; what stood up to `end` is replaced. */
  readonly start: number;
  readonly end: number;
  readonly inserted: string;
}

/** Where the caret is decides between equal letters: in "aab" with one "a" more, which one is new. */
function changeBetween(before: string, after: string, caret: number): Change {
  const most = Math.min(before.length, after.length);
  // What is behind the caret stayed.
  let tail = 0;
  const mostTail = Math.min(most, Math.max(0, after.length - caret));
  while (tail < mostTail && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  let start = 0;
  while (start < most - tail && before[start] === after[start]) start++;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, inserted: after.slice(start, after.length - tail) };
}

/**
 * What the field says after a key, a paste or an undo. Mentions move with the text around them; one that was changed is text.
 * `known` are those that were there before: where an undo or a paste brings their name back, they are mentions again.
 */
export function changeText(before: ComposerText, text: string, caret: number, known: readonly MentionToken[] = []): ComposerText {
  const { start, end, inserted } = changeBetween(before.text, text, caret);
  const shift = inserted.length - (end - start);
  const kept = before.mentions.flatMap((mention): PlacedMention[] => {
    if (mention.end <= start) return [mention];
    if (mention.start >= end) return [{ ...mention, start: mention.start + shift, end: mention.end + shift }];
    return [];
  });
  const again = inserted.length > 1 ? findKnown(inserted, known, start) : [];
  return { text, mentions: [...kept, ...again].toSorted((a, b) => a.start - b.start) };
}

function findKnown(inserted: string, known: readonly MentionToken[], offset: number): PlacedMention[] {
  const found: PlacedMention[] = [];
  for (const token of known.toSorted((a, b) => b.name.length - a.name.length)) {
    const label = mentionLabel(token);
    for (let at = inserted.indexOf(label); at >= 0; at = inserted.indexOf(label, at + label.length)) {
      const start = offset + at;
      const end = start + label.length;
      if (found.some((one) => one.start < end && start < one.end)) continue;
      found.push({ ...token, start, end });
    }
  }
  return found;
}

/** Backspace and Delete take a mention whole. undefined: the key does what it always does. */
export function mentionToDelete(
  { mentions }: ComposerText,
  selection: { readonly start: number; readonly end: number },
  key: 'Backspace' | 'Delete',
): PlacedMention | undefined {
  if (selection.start !== selection.end) return undefined;
  const caret = selection.start;
  return mentions.find((mention) =>
    key === 'Backspace' ? mention.start < caret && caret <= mention.end : mention.start <= caret && caret < mention.end,
  );
}
