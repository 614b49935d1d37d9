/** Text as searches for users compare it. */
import { fold } from '@nexuscomm/spec/fold-text.ts';

/** Longer texts are cut: nobody looks for the end of a name that long. */
export const MAX_FOLDED = 150;

/** Without case, accents, invisible characters and compatibility forms; white space is one space. */
export function foldText(text: string): string {
  return fold(text.slice(0, MAX_FOLDED).toWellFormed())
    .replaceAll(/\p{Cf}+/gu, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_FOLDED);
}
