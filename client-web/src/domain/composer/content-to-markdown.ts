/**
 * A message as Markdown, for editing it: what `markdownToContent` makes of the result says the same again. Formatting that
 * Markdown has no sign for (underlines, colours, superscript) is lost when the message is edited.
 */
import { balanceHtml } from '../messages/balance-html.ts';
import { htmlTokens, type HtmlAttribute } from '../messages/html-tokens.ts';
import { parseMatrixLink } from '../messages/permalinks.ts';
import { decodeEntities, textOfContent, type UnknownContent } from '../messages/preview-text.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { markdownToContent } from './markdown-to-content.ts';
import { readMentions } from './message-content.ts';
import { makeMentionToken } from './mention-token.ts';

type HtmlNode = string | { readonly name: string; readonly attributes: readonly HtmlAttribute[]; readonly children: HtmlNode[] };
type HtmlElement = Exclude<HtmlNode, string>;

const VOID = new Set(['br', 'hr', 'img']);
const BLOCKS = new Set(['p', 'div', 'blockquote', 'ul', 'ol', 'pre', 'hr', 'table', 'details', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const isBlock = (node: HtmlNode): boolean => typeof node !== 'string' && BLOCKS.has(node.name);

function parse(html: string): HtmlNode[] {
  const root: HtmlElement = { name: '', attributes: [], children: [] };
  const stack = [root];
  for (const token of htmlTokens(html)) {
    const children = stack.at(-1)!.children;
    if (token.type === 'text') children.push(decodeEntities(token.raw));
    else if (token.type === 'close') stack.pop();
    else {
      const element: HtmlElement = { name: token.name, attributes: token.attributes, children: [] };
      children.push(element);
      if (!VOID.has(token.name)) stack.push(element);
    }
  }
  return root.children;
}

function attribute(element: HtmlElement, name: string): string | undefined {
  const raw = element.attributes.find((each) => each.name === name)?.raw;
  return raw === undefined ? undefined : decodeEntities(raw);
}

function textOf(nodes: readonly HtmlNode[]): string {
  return nodes.map((node) => (typeof node === 'string' ? node : node.name === 'br' ? '\n' : textOf(node.children))).join('');
}

/** Signs hold only where they touch the text: white space within goes outside. */
function wrapped(sign: string, content: string): string {
  const inner = content.trim();
  if (!inner) return content;
  const start = content.indexOf(inner);
  return `${content.slice(0, start)}${sign}${inner}${sign}${content.slice(start + inner.length)}`;
}

function codeSpan(code: string): string {
  const longest = Math.max(0, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(code) ? ' ' : '';
  return `${fence}${pad}${code}${pad}${fence}`;
}

function link(element: HtmlElement, content: string): string {
  const href = attribute(element, 'href') ?? '';
  const name = textOf(element.children);
  const matrix = parseMatrixLink(href);
  if (matrix?.kind === 'user') return makeMentionToken({ name, id: matrix.userId });
  if (matrix?.kind === 'room' && matrix.via.length === 0) return makeMentionToken({ name, id: matrix.room });
  if (!href || href === name || href === `${name}/`) return name;
  return `[${content}](<${href.replaceAll(/[<>\\\n]/g, encodeURIComponent)}>)`;
}

function inlineElement(element: HtmlElement): string {
  const { name } = element;
  if (name === 'br') return '\n';
  if (name === 'img') {
    const [alt = '', src = ''] = [attribute(element, 'alt'), attribute(element, 'src')];
    return /^:[\w-]{1,100}:$/.test(alt) && element.attributes.some((each) => each.name === 'data-mx-emoticon')
      ? `![${alt}](${src})`
      : escapeMarkdown(alt);
  }
  if (name === 'code') return codeSpan(textOf(element.children));
  const content = inline(element.children);
  if (name === 'b' || name === 'strong') return wrapped('**', content);
  if (name === 'i' || name === 'em') return wrapped('*', content);
  if (name === 's' || name === 'del') return wrapped('~~', content);
  if (name === 'a') return link(element, content);
  if (name === 'span') {
    const reason = attribute(element, 'data-mx-spoiler');
    if (reason !== undefined) return `||${reason && `${reason.replaceAll(/[\\|]/g, '\\$&')}|`}${content}||`;
  }
  return content;
}

function inline(nodes: readonly HtmlNode[]): string {
  return nodes.map((node) => (typeof node === 'string' ? escapeMarkdown(node.replaceAll(/[ \t\n\r\f]+/g, ' ')) : inlineElement(node))).join('');
}

const trimLines = (text: string): string => text.replaceAll(/ *\n */g, '\n').trim();

/** Every line but the first starts with `rest`; empty ones do not. */
function indented(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? `${first}${line}` : line && `${rest}${line}`))
    .join('\n');
}

function list(element: HtmlElement): string {
  const start = Number(attribute(element, 'start') ?? 1);
  const items = element.children.filter((node): node is HtmlElement => typeof node !== 'string' && node.name === 'li');
  const loose = items.some((item) => item.children.some((child) => typeof child !== 'string' && child.name === 'p'));
  return items
    .map((item, index) => {
      const mark = element.name === 'ol' ? `${(Number.isSafeInteger(start) && start >= 0 ? start : 1) + index}. ` : '- ';
      return indented(blocks(item.children, loose ? '\n\n' : '\n') || ' ', mark, ' '.repeat(mark.length));
    })
    .join(loose ? '\n\n' : '\n');
}

function table(element: HtmlElement): string {
  const rows: string[][] = [];
  const collect = (node: HtmlNode): void => {
    if (typeof node === 'string') return;
    if (node.name !== 'tr') {
      node.children.forEach(collect);
      return;
    }
    const cells = node.children.filter((cell): cell is HtmlElement => typeof cell !== 'string');
    rows.push(cells.map((cell) => trimLines(inline(cell.children)).replaceAll('\n', ' ')));
  };
  collect(element);
  const width = Math.max(1, ...rows.map((row) => row.length));
  const written = rows.map((row) => `| ${Array.from({ length: width }, (_, index) => row[index] ?? '').join(' | ')} |`);
  return [written[0] ?? '', `|${' --- |'.repeat(width)}`, ...written.slice(1)].join('\n');
}

function codeBlock(element: HtmlElement): string {
  const code = textOf(element.children).replace(/^\n/, '').replace(/\n$/, '');
  const inner = element.children.find((child): child is HtmlElement => typeof child !== 'string' && child.name === 'code');
  const language = /language-([\w+#.-]+)/.exec((inner && attribute(inner, 'class')) ?? '')?.[1] ?? '';
  const longest = Math.max(2, ...[...code.matchAll(/^ *(`+)/gm)].map(([, run]) => run!.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

function block(element: HtmlElement): string {
  const { name, children } = element;
  if (/^h\d$/.test(name)) return `${'#'.repeat(Number(name[1]))} ${trimLines(inline(children)).replaceAll('\n', ' ')}`;
  if (name === 'blockquote') return blocks(children).replaceAll(/^/gm, '> ').replaceAll(/ +$/gm, '');
  if (name === 'ul' || name === 'ol') return list(element);
  if (name === 'pre') return codeBlock(element);
  if (name === 'hr') return '---';
  if (name === 'table') return table(element);
  return children.some(isBlock) ? blocks(children) : trimLines(inline(children));
}

/** Runs of inline content are paragraphs between the blocks. */
function blocks(nodes: readonly HtmlNode[], between = '\n\n'): string {
  const parts: string[] = [];
  let run: HtmlNode[] = [];
  const endRun = (): void => {
    const text = trimLines(inline(run));
    if (text) parts.push(text);
    run = [];
  };
  for (const node of nodes) {
    if (!isBlock(node)) run.push(node);
    else {
      endRun();
      parts.push(block(node as HtmlElement));
    }
  }
  endRun();
  return parts.filter(Boolean).join(between);
}

export function htmlToMarkdown(html: string): string | undefined {
  const balanced = balanceHtml(html);
  return balanced.problem ? undefined : blocks(parse(balanced.html));
}

function asMarkdown(content: UnknownContent): string {
  const { format, formatted_body: html } = content;
  if (format === 'org.matrix.custom.html' && typeof html === 'string') {
    const markdown = htmlToMarkdown(html);
    if (markdown) return markdown;
  }
  const body = textOfContent(content);
  // What means itself is not escaped: nobody wants to edit backslashes.
  const again = markdownToContent({ text: body, mayMentionRoom: true });
  const same = again.formatted_body === undefined && again.body === body.trimEnd() && !/:[a-z0-9_+-]+:/.test(body);
  return same && !again['m.mentions'].room ? body : escapeMarkdown(body);
}

/** `content` is the newest of the message, without the `* ` of edits. */
export function contentToMarkdown(content: UnknownContent): string {
  const markdown = asMarkdown(content);
  // An `@room` that notified nobody does not when it is edited; one that did still says so.
  return readMentions(content).room ? markdown.replaceAll('\\@room', '@room') : markdown;
}
