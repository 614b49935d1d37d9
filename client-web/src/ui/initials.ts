const SPLIT = /[\s_.\-–/]+/;
const VISIBLE = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** Of the first word of a name and of its last; whole emoji and letters with marks stay whole. */
export function initials(name: string, most: 1 | 2 = 2): string {
  const words = name
    .replace(/^[@#!+]/, '')
    .split(SPLIT)
    .filter((word) => VISIBLE.test(word));
  const chosen = most === 2 && words.length > 1 ? [words[0]!, words.at(-1)!] : words.slice(0, 1);
  const letters = chosen.map((word) => [...new Intl.Segmenter().segment(word)].find(({ segment }) => VISIBLE.test(segment))!.segment);
  return letters.join('').toLocaleUpperCase() || '?';
}
