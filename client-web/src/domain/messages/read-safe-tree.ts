/** Builds a message's tree from an inert document. It takes what it knows and asks nothing of the rest, so it needs no trust in what parsed. */
import { readMxcUri } from '@nexuscomm/spec/identifiers/parse.ts';
import { checkLink } from './check-link.ts';
import { parseMatrixLink } from './permalinks.ts';
import { MAX_DEPTH } from './permitted-html.ts';
import { safeBody, safeName } from './safe-text.ts';
import { PLAIN_ELEMENTS, textOf, type PlainElement, type SafeNode, type SafeTree } from './safe-tree.ts';

/** Pixels: what an image may say of itself; what is shown is smaller still. */
const MAX_IMAGE_SIZE = 10_000;
const ELEMENT = 1;
const TEXT = 3;
const HTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
const PLAIN: ReadonlySet<string> = new Set(PLAIN_ELEMENTS);
const isPlain = (tag: string): tag is PlainElement => PLAIN.has(tag);

/** Attributes are read through the prototype: elements can be made to look as if they had other ones (`<input name=getAttribute>`). */
function attribute(element: Element, name: string): string | undefined {
  return element.getAttribute(name) ?? undefined;
}

function wholeNumber(text: string | undefined, most: number): number | undefined {
  const number = text !== undefined && /^-?\d{1,9}$/.test(text.trim()) ? Number(text) : undefined;
  return number !== undefined && Math.abs(number) <= most ? number : undefined;
}

function pixels(text: string | undefined): number | undefined {
  const number = wholeNumber(text?.replace(/px$/, ''), MAX_IMAGE_SIZE);
  return number !== undefined && number > 0 ? number : undefined;
}

function readImage(element: Element): SafeNode {
  const title = safeName(attribute(element, 'title'), '') || undefined;
  const alt = safeName(attribute(element, 'alt'), title ?? '');
  const mxc = readMxcUri(attribute(element, 'src') ?? '')?.uri;
  // Images from elsewhere would tell their server who reads the message.
  if (!mxc) return alt;
  if (element.hasAttribute('data-mx-emoticon')) return { type: 'emoticon', mxc, alt, title };
  return { type: 'image', mxc, alt, title, width: pixels(attribute(element, 'width')), height: pixels(attribute(element, 'height')) };
}

function readLink(element: Element, children: SafeTree): SafeTree {
  const href = attribute(element, 'href') ?? '';
  const text = textOf(children);
  const link = parseMatrixLink(href);
  if (link) {
    const id = link.kind === 'user' ? link.userId : link.room;
    // A text that is the link itself says less than the id.
    return [{ type: 'pill', link, label: parseMatrixLink(text) ? safeName(id, id) : safeName(text, safeName(id, id)) }];
  }
  const checked = checkLink(href, text);
  return checked ? [{ type: 'link', ...checked, children }] : children;
}

function readColour(element: Element, name: string): string | undefined {
  const value = attribute(element, name)?.trim().toLowerCase();
  return value && /^#[0-9a-f]{6}$/.test(value) ? value : undefined;
}

function readSpan(element: Element, children: SafeTree): SafeTree {
  let tree = children;
  const color = readColour(element, 'data-mx-color');
  const background = readColour(element, 'data-mx-bg-color');
  if (color ?? background) tree = [{ type: 'coloured', color, background, children: tree }];
  const reason = attribute(element, 'data-mx-spoiler');
  if (reason !== undefined) tree = [{ type: 'spoiler', reason: safeName(reason, '') || undefined, children: tree }];
  return tree;
}

/** Text with line breaks, whatever formatting is within. */
function rawText(node: Node): string {
  if (node.nodeType === TEXT) return node.nodeValue ?? '';
  if (node.nodeName.toLowerCase() === 'br') return '\n';
  let text = '';
  for (let child = node.firstChild; child; child = child.nextSibling) text += rawText(child);
  return text;
}

function readCodeBlock(element: Element): SafeNode {
  const code = element.querySelector('code');
  const language = /(?:^|\s)language-([\w+#.-]{1,32})(?:\s|$)/.exec((code && attribute(code, 'class')) ?? '')?.[1]?.toLowerCase();
  return { type: 'code-block', language, code: safeBody(rawText(element)).replace(/\n$/, '') };
}

function readElement(element: Element, depth: number): SafeTree {
  const tag = element.localName;
  // Elements of other namespaces are never what they are called.
  if (element.namespaceURI !== HTML_NAMESPACE) return readChildren(element, depth);
  if (tag === 'pre') return [readCodeBlock(element)];
  if (tag === 'img') return [readImage(element)];
  const latex = tag === 'span' || tag === 'div' ? attribute(element, 'data-mx-maths') : undefined;
  if (latex) return [{ type: 'maths', display: tag === 'div' ? 'block' : 'inline', latex: safeBody(latex) }];
  const children = tag === 'br' || tag === 'hr' ? [] : readChildren(element, depth);
  if (tag === 'a') return readLink(element, children);
  if (tag === 'ol') return [{ type: 'ordered-list', start: wholeNumber(attribute(element, 'start'), 999_999_999), children }];
  if (tag === 'span') return readSpan(element, children);
  return isPlain(tag) ? [{ type: 'element', tag, children }] : children;
}

function readChildren(parent: Node, depth: number): SafeTree {
  const tree: SafeNode[] = [];
  if (depth > MAX_DEPTH) return tree;
  for (let child = parent.firstChild; child; child = child.nextSibling) {
    if (child.nodeType === TEXT) tree.push(safeBody(child.nodeValue ?? ''));
    else if (child.nodeType === ELEMENT) tree.push(...readElement(child as Element, depth + 1));
  }
  return tree;
}

export const readSafeTree = (root: Node): SafeTree => readChildren(root, 0);
