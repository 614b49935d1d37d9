/** How texts are compared when people search. */

/** The same for what people take to be the same: "Zoë" and "zoe", "Straße" and "strasse", full-width and plain letters. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');
}
