/** Completion in the composer: what is being typed at the caret, which candidates fit it, and the text with one of them. */
import { fold } from '@nexuscomm/spec/fold-text.ts';

export type Trigger = '@' | '#' | ':' | '/';

export interface CompletionToken {
  readonly trigger: Trigger;
  /** Without the trigger. */
  readonly query: string;
  /** Of the trigger; UTF-16 units. */
  readonly start: number;
  /** The caret. */
  readonly end: number;
}

/** UTF-16 units: nobody types more to find something. */
const MAX_QUERY = 40;
/** Names of people may have a space in them; more would make every "@" complete for the rest of the line. */
const PATTERNS: Readonly<Record<Trigger, RegExp>> = {
  '@': /^(?:\S*|\S+ \S*)$/,
  '#': /^\S*$/,
  // Two letters at least: ":" is punctuation more often than not, and ":)" is no emoji to be found.
  ':': /^[\p{L}\p{N}_+-]{2,}$/u,
  '/': /^[a-z]*$/i,
};
const BEFORE = /[\s([{"'>*_~|]/;

/** Whether the end of the text is within code, where nothing is completed. */
function isInCode(text: string): boolean {
  const fences = text.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const line = text.slice(text.lastIndexOf('\n') + 1);
  return (line.match(/`+/g)?.length ?? 0) % 2 === 1;
}

/** undefined if nothing is to be completed there. */
export function tokenAt(text: string, caret: number): CompletionToken | undefined {
  const before = text.slice(0, caret);
  for (let start = before.length - 1; start >= 0 && before.length - start <= MAX_QUERY; start -= 1) {
    const trigger = before[start]!;
    if (trigger === '\n') return undefined;
    if (trigger !== '@' && trigger !== '#' && trigger !== ':' && trigger !== '/') continue;
    if (start > 0 && (trigger === '/' || !BEFORE.test(before[start - 1]!))) continue;
    const query = before.slice(start + 1);
    if (!PATTERNS[trigger].test(query) || isInCode(before.slice(0, start))) return undefined;
    return { trigger, query, start, end: caret };
  }
  return undefined;
}

export interface Candidate {
  readonly id: string;
  /** What it is found by: the name first, then ids and other names. */
  readonly texts: readonly string[];
  /** Among candidates that fit equally well the higher comes first: recently used, who wrote here last. */
  readonly boost?: number;
}

const EXACT = 4;
const PREFIX = 3;
const WORD = 2;
const SUBSEQUENCE = 1;

function isSubsequence(query: string, text: string): boolean {
  let at = 0;
  for (const character of query) {
    at = text.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Rooms have tens of thousands of members, who are the same with every letter. */
const folded = new WeakMap<Candidate, readonly string[]>();

function foldedTexts(candidate: Candidate): readonly string[] {
  let texts = folded.get(candidate);
  if (!texts) {
    // The sigil of an id is not typed twice.
    texts = candidate.texts.map((text) => fold(text).replace(/^[@#!:/]/, ''));
    folded.set(candidate, texts);
  }
  return texts;
}

/** `plain`: folded. */
function fit(query: string, plain: string): number {
  if (plain === query) return EXACT;
  if (plain.startsWith(query)) return PREFIX;
  for (let at = plain.indexOf(query); at > 0; at = plain.indexOf(query, at + 1)) {
    if (/[^\p{L}\p{N}]/u.test(plain[at - 1]!)) return WORD;
  }
  return isSubsequence(query, plain) ? SUBSEQUENCE : 0;
}

interface Found<Each> {
  readonly candidate: Each;
  readonly score: number;
}

function compare(a: Found<Candidate>, b: Found<Candidate>): number {
  if (a.score !== b.score) return b.score - a.score;
  const boost = (b.candidate.boost ?? 0) - (a.candidate.boost ?? 0);
  if (boost !== 0) return boost;
  const length = (a.candidate.texts[0]?.length ?? 0) - (b.candidate.texts[0]?.length ?? 0);
  if (length !== 0) return length;
  return a.candidate.id < b.candidate.id ? -1 : a.candidate.id > b.candidate.id ? 1 : 0;
}

/** Those that fit, best first: the text itself, its start, the start of a word, its letters in order; then by boost, then the shorter. */
export function rankCandidates<Each extends Candidate>(query: string, candidates: readonly Each[], limit = 10): readonly Each[] {
  const wanted = fold(query).trim();
  const best: Found<Each>[] = [];
  for (const candidate of candidates) {
    let score = wanted === '' ? PREFIX : 0;
    if (wanted !== '') for (const text of foldedTexts(candidate)) score = Math.max(score, fit(wanted, text));
    if (score === 0) continue;
    const found = { candidate, score };
    if (best.length >= limit && compare(found, best.at(-1)!) >= 0) continue;
    const after = best.findIndex((one) => compare(found, one) < 0);
    best.splice(after < 0 ? best.length : after, 0, found);
    if (best.length > limit) best.pop();
  }
  return best.map(({ candidate }) => candidate);
}

/** The text with `insertion` in place of the token, and one space after it, where the caret then is. */
export function complete(text: string, { start, end }: CompletionToken, insertion: string): { readonly text: string; readonly caret: number } {
  const after = text.slice(end);
  const space = /^\s/.test(after) ? '' : ' ';
  return { text: `${text.slice(0, start)}${insertion}${space}${after}`, caret: start + insertion.length + 1 };
}
