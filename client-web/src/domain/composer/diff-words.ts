/** What changed between two texts, word by word: for the versions of an edited message. */

export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Longer texts are shown as a whole, removed and added. */
const MOST_WORDS = 2_000;

const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

function push(parts: { kind: DiffPart['kind']; text: string }[], kind: DiffPart['kind'], text: string): void {
  if (text === '') return;
  const last = parts.at(-1);
  if (last?.kind === kind) last.text += text;
  else parts.push({ kind, text });
}

export function diffWords(before: string, after: string): readonly DiffPart[] {
  const a = wordsOf(before);
  const b = wordsOf(after);
  const parts: { kind: DiffPart['kind']; text: string }[] = [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  push(parts, 'same', a.slice(0, start).join(''));
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length > MOST_WORDS || right.length > MOST_WORDS) {
    push(parts, 'removed', left.join(''));
    push(parts, 'added', right.join(''));
  } else {
    for (const part of longestCommon(left, right)) push(parts, part.kind, part.text);
  }
  push(parts, 'same', a.slice(a.length - end).join(''));
  return joinAcrossSpaces(parts);
}

/** By the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): DiffPart[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j] ? lengths[(i + 1) * width + j + 1]! + 1 : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      parts.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!))
      parts.push({ kind: 'removed', text: a[i++]! });
    else parts.push({ kind: 'added', text: b[j++]! });
  }
  return parts;
}

/** A lone space that stayed between changed words reads better as part of the change. */
function joinAcrossSpaces(parts: readonly DiffPart[]): readonly DiffPart[] {
  const joined: { kind: DiffPart['kind']; text: string }[] = [];
  for (let index = 0; index < parts.length;) {
    const run: DiffPart[] = [];
    let next = index;
    while (next < parts.length) {
      const part = parts[next]!;
      const between =
        part.kind === 'same' && /^[ \t]+$/.test(part.text) && run.length > 0 && parts[next + 1] !== undefined && parts[next + 1]!.kind !== 'same';
      if (part.kind === 'same' && !between) break;
      run.push(part);
      next++;
    }
    if (run.length === 0) {
      push(joined, 'same', parts[index]!.text);
      index++;
      continue;
    }
    push(joined, 'removed', run.map((part) => (part.kind === 'added' ? '' : part.text)).join(''));
    push(joined, 'added', run.map((part) => (part.kind === 'removed' ? '' : part.text)).join(''));
    index = next;
  }
  return joined;
}
