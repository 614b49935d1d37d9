/** Text as searches for users compare it. */

/** Longer texts are cut: nobody looks for the end of a name that long. */
export const MAX_FOLDED = 150;

/** Without case, accents, invisible characters and compatibility forms; white space is one space. */
export function foldText(text: string): string {
  return text
    .slice(0, MAX_FOLDED)
    .toWellFormed()
    .normalize('NFKD')
    .replaceAll(/[\p{Mn}\p{Cf}]+/gu, '')
    .toLowerCase()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_FOLDED);
}
