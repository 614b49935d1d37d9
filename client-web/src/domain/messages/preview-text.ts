/** Messages as one line of text: for the inbox, replies and notifications. Needs no document, so that a worker can do it. */
import { htmlTokens } from './html-tokens.ts';
import { MAX_HTML_LENGTH, words } from './permitted-html.ts';
import { safeBody, safeFileName } from './safe-text.ts';

/** UTF-16 units of a preview; longer ones end in an ellipsis. */
export const MAX_PREVIEW = 200;
/** What stands for each spoiler, whatever its length. */
export const SPOILER_MASK = '▇▇▇▇';
/** Of a body, what is looked at for a preview. */
const MAX_READ = 4_000;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  colon: ':',
  newline: '\n',
  tab: '\t',
};

function codePoint(digits: string, radix: number): string {
  const code = Number.parseInt(digits, radix);
  return code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff) ? String.fromCodePoint(code) : '\uFFFD';
}

export function decodeEntities(raw: string): string {
  return raw.replaceAll(/&(?:#(\d{1,7})|#[xX]([\dA-Fa-f]{1,6})|([A-Za-z]{2,8}));?/g, (all, decimal?: string, hex?: string, name?: string) => {
    if (decimal) return codePoint(decimal, 10);
    if (hex) return codePoint(hex, 16);
    const lower = name!.toLowerCase();
    return Object.hasOwn(NAMED, lower) ? NAMED[lower]! : all;
  });
}

const BREAKS: ReadonlySet<string> = new Set(words('p div br hr li ul ol blockquote pre table tr caption details summary h1 h2 h3 h4 h5 h6'));

/** The text of HTML, a line for each block; spoilers are masked, images are their `alt`. */
export function plainTextOf(html: string): string {
  let text = '';
  /** Spans open within a spoiler; 0 outside of one. */
  let hidden = 0;
  const add = (more: string): void => {
    if (hidden === 0) text += more;
  };
  const breakLine = (): void => {
    if (text !== '' && !text.endsWith('\n')) add('\n');
  };
  for (const token of htmlTokens(html.slice(0, MAX_HTML_LENGTH))) {
    if (token.type === 'text') {
      add(decodeEntities(token.raw));
    } else if (token.name === 'span' && token.type === 'open') {
      if (hidden > 0) hidden += 1;
      else if (token.attributes.some(({ name }) => name === 'data-mx-spoiler')) {
        add(SPOILER_MASK);
        hidden = 1;
      }
    } else if (token.name === 'span') {
      if (hidden > 0) hidden -= 1;
    } else if (token.name === 'img' && token.type === 'open') {
      add(decodeEntities(token.attributes.find(({ name }) => name === 'alt')?.raw ?? ''));
    } else if (BREAKS.has(token.name)) breakLine();
    else if ((token.name === 'td' || token.name === 'th') && token.type === 'close') add('\t');
  }
  return safeBody(text)
    .replaceAll(/[ \u00A0]+\n/g, '\n')
    .trim();
}

/** Without the quote that replies had in their body until v1.13 ("Rich replies"): only of a reply, where it comes first. */
export function withoutReplyFallback(body: string): string {
  const lines = body.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('> ') && line !== '>');
  if (first <= 0) return first === 0 ? body : '';
  return lines.slice(lines[first] === '' ? first + 1 : first).join('\n');
}

/** The `content` of an `m.room.message`, of which nothing is known to be as it should. */
export type UnknownContent = Readonly<Record<string, unknown>>;

function isReply(content: UnknownContent): boolean {
  const relation = content['m.relates_to'];
  return typeof relation === 'object' && relation !== null && 'm.in_reply_to' in relation;
}

/** The text of a message: its body without fallbacks, or its HTML's where the body would tell what a spoiler hides. */
export function textOfContent(content: UnknownContent): string {
  const { body, formatted_body: html, format, filename } = content;
  if (format === 'org.matrix.custom.html' && typeof html === 'string' && html.includes('data-mx-spoiler')) return plainTextOf(html);
  if (typeof body !== 'string') return '';
  // A body that is only the file's name is no caption.
  if (content['msgtype'] !== 'm.text' && (typeof content['url'] === 'string' || 'file' in content) && (filename === undefined || filename === body)) {
    return safeFileName(body, '');
  }
  const text = safeBody(body.slice(0, MAX_HTML_LENGTH));
  return isReply(content) ? withoutReplyFallback(text) : text;
}

/** One line; empty if the kind of message says all. */
export function previewText(content: UnknownContent): string {
  const line = textOfContent(content).slice(0, MAX_READ).replaceAll(/\s+/g, ' ').trim();
  if (line.length <= MAX_PREVIEW) return line.toWellFormed();
  const cut = line.slice(0, MAX_PREVIEW).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut.trimEnd()}…`;
}
