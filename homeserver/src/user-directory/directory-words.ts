/** What a user is found by: lines of folded text, each with a line feed before and after it (table directory_entry). */
import { localpartOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { foldText } from './fold-text.ts';

/** Names of one user that count: other servers may tell another one in every room. */
const MAX_NAMES = 10;

export function directoryWords(userId: UserId, names: Iterable<string>): { readonly words: string; readonly named: boolean } {
  const folded = [...new Set(Array.from(names, foldText))].filter((name) => name !== '').slice(0, MAX_NAMES);
  return { words: `\n${[foldText(userId), foldText(localpartOf(userId)), ...folded].join('\n')}\n`, named: folded.length > 0 };
}
