/** How texts are compared when people search, on servers and in clients alike. */

/** The same for what people take to be the same: "Zoë" and "zoe", "Straße" and "strasse", full-width and plain letters. */
export function fold(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\u0000-\u007F]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');
}
