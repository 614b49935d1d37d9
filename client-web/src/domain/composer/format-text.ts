/** Formatting of what is selected in the composer, as an edit of its text: what to replace, by what, and what is selected then. */

export type TextFormat = 'bold' | 'italic' | 'strike' | 'code' | 'code-block' | 'link' | 'list' | 'numbers' | 'quote' | 'spoiler';

export interface TextSelection {
  readonly start: number;
  readonly end: number;
}

export interface TextEdit {
  /** What is replaced, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly insert: string;
  readonly select: TextSelection;
}

const SIGNS: Readonly<Partial<Record<TextFormat, string>>> = { bold: '**', italic: '*', strike: '~~', code: '`', spoiler: '||' };

/** Signs hold only where they touch the text. */
function trimmed(text: string, { start, end }: TextSelection): TextSelection {
  const selected = text.slice(start, end);
  const inner = selected.trim();
  if (inner === '') return { start, end };
  const from = start + selected.indexOf(inner);
  return { start: from, end: from + inner.length };
}

/** Whether exactly this sign stands around: `**` is no `*` twice. */
function isWrapped(text: string, { start, end }: TextSelection, sign: string): boolean {
  if (text.slice(start - sign.length, start) !== sign || text.slice(end, end + sign.length) !== sign) return false;
  if (sign !== '*') return true;
  const stars = /\**$/.exec(text.slice(0, start))![0].length;
  return stars % 2 === 1;
}

function wrap(text: string, selection: TextSelection, sign: string): TextEdit {
  const { start, end } = trimmed(text, selection);
  const size = sign.length;
  if (isWrapped(text, { start, end }, sign)) {
    return { start: start - size, end: end + size, insert: text.slice(start, end), select: { start: start - size, end: end - size } };
  }
  const inner = text.slice(start, end);
  const bare = inner.slice(size, -size);
  if (inner.length > 2 * size && inner.startsWith(sign) && inner.endsWith(sign) && (sign !== '*' || !inner.startsWith('**'))) {
    return { start, end, insert: bare, select: { start, end: start + bare.length } };
  }
  return { start, end, insert: `${sign}${inner}${sign}`, select: { start: start + size, end: end + size } };
}

/** Whole lines that the selection touches. */
function linesOf(text: string, { start, end }: TextSelection): TextSelection {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end > start && text[end - 1] === '\n' ? end - 1 : end);
  return { start: from, end: to < 0 ? text.length : to };
}

const PREFIXES = { list: /^(\s*)[-*+] /, numbers: /^(\s*)\d+[.)] /, quote: /^()> ?/ } as const;

function prefix(text: string, selection: TextSelection, format: keyof typeof PREFIXES): TextEdit {
  const { start, end } = linesOf(text, selection);
  const lines = text.slice(start, end).split('\n');
  const pattern = PREFIXES[format];
  const all = lines.every((line) => pattern.test(line));
  const insert = lines
    .map((line, index) => {
      if (all) return line.replace(pattern, '$1');
      const bare = format === 'quote' ? line : line.replace(PREFIXES.list, '$1').replace(PREFIXES.numbers, '$1');
      return `${format === 'list' ? '- ' : format === 'numbers' ? `${index + 1}. ` : '> '}${bare}`;
    })
    .join('\n');
  const caret = start + insert.length;
  return { start, end, insert, select: lines.length > 1 ? { start, end: caret } : { start: caret, end: caret } };
}

function codeBlock(text: string, { start, end }: TextSelection): TextEdit {
  const code = text.slice(start, end);
  const before = start > 0 && text[start - 1] !== '\n' ? '\n' : '';
  const after = end < text.length && text[end] !== '\n' ? '\n' : '';
  const fence = '`'.repeat(Math.max(3, ...[...code.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  const head = `${before}${fence}\n`;
  return {
    start,
    end,
    insert: `${head}${code}\n${fence}${after}`,
    select: { start: start + head.length, end: start + head.length + code.length },
  };
}

const ADDRESS = /^https?:\/\/\S+$/i;

/** `address` is asked for where it is not given: the caret is then where it goes. */
export function makeLink(text: string, selection: TextSelection, address = ''): TextEdit {
  const { start, end } = trimmed(text, selection);
  const name = text.slice(start, end);
  if (address === '' && ADDRESS.test(name)) {
    return { start, end, insert: `[](${name})`, select: { start: start + 1, end: start + 1 } };
  }
  const insert = `[${name}](${address})`;
  const caret = name === '' ? start + 1 : address === '' ? start + insert.length - 1 : start + insert.length;
  return { start, end, insert, select: { start: caret, end: caret } };
}

export function formatText(text: string, selection: TextSelection, format: TextFormat): TextEdit {
  const sign = SIGNS[format];
  if (sign !== undefined) {
    const selected = text.slice(selection.start, selection.end);
    return format === 'code' && selected.includes('\n') ? codeBlock(text, selection) : wrap(text, selection, sign);
  }
  switch (format) {
    case 'code-block':
      return codeBlock(text, selection);
    case 'link':
      return makeLink(text, selection);
    default:
      return prefix(text, selection, format as keyof typeof PREFIXES);
  }
}

const ITEM = /^(\s*)(?:([-*+])|(\d+)([.)]))( +)(.*)$/;
const QUOTE = /^(> ?)(.*)$/;

/** A new line in a list or quote goes on with it; in an empty item it ends it. undefined: only a new line. */
export function newLine(text: string, caret: number): TextEdit | undefined {
  const start = text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(start, caret);
  const item = ITEM.exec(line);
  const quote = item ? null : QUOTE.exec(line);
  const rest = item?.[6] ?? quote?.[2];
  if (rest === undefined) return undefined;
  if (rest.trim() === '') return { start, end: caret, insert: '', select: { start, end: start } };
  const mark = item ? `${item[1]}${item[2] ?? `${Number(item[3]) + 1}${item[4]}`}${item[5]}` : quote![1]!;
  const end = caret + 1 + mark.length;
  return { start: caret, end: caret, insert: `\n${mark}`, select: { start: end, end } };
}
