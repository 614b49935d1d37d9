/**
 * A hostile `formatted_body` as a tree that can be shown (Client-Server API v1.19, "m.room.message msgtypes"):
 * 1. it is balanced and counted, so that parsing it costs what it should;
 * 2. DOMPurify parses it into an inert document and takes out what is not permitted;
 * 3. the tree is built from that document out of what is known to be harmless. No HTML is written again after that.
 */
import createDOMPurify, { type Config, type WindowLike } from 'dompurify';
import { balanceHtml, type HtmlProblem } from './balance-html.ts';
import { isPermittedAttribute, PERMITTED_ATTRIBUTES, PERMITTED_TAGS } from './permitted-html.ts';
import { readSafeTree } from './read-safe-tree.ts';
import type { SafeNode, SafeTree } from './safe-tree.ts';

export type { HtmlProblem } from './balance-html.ts';
export type SanitisedHtml =
  | { readonly tree: SafeTree; readonly problem?: undefined }
  /** The plain body is shown instead, and why. */
  | { readonly problem: HtmlProblem };

const ATTRIBUTES = [...new Set(Object.values(PERMITTED_ATTRIBUTES).flat())];

const CONFIG = {
  ALLOWED_TAGS: [...PERMITTED_TAGS],
  ALLOWED_ATTR: ATTRIBUTES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|ftp|mailto|magnet|matrix|mxc):/i,
  ADD_URI_SAFE_ATTR: ATTRIBUTES.filter((name) => name !== 'href' && name !== 'src'),
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  ADD_FORBID_CONTENTS: ['mx-reply', 'select', 'object'],
  RETURN_DOM_FRAGMENT: true as const,
} satisfies Config & { readonly RETURN_DOM_FRAGMENT: true };

const SHOWS_SOMETHING = new Set<string>(['pill', 'image', 'emoticon', 'code-block', 'maths']);

function showsSomething(node: SafeNode): boolean {
  if (typeof node === 'string') return /\S/.test(node);
  if (SHOWS_SOMETHING.has(node.type)) return true;
  if (node.type === 'element' && node.tag === 'hr') return true;
  return 'children' in node && node.children.some(showsSomething);
}

export type HtmlSanitiser = (html: string) => SanitisedHtml;

/** `window` parses and is not changed; the browser's own, or jsdom's in tests. */
export function createSanitiser(window: WindowLike): HtmlSanitiser {
  const purify = createDOMPurify(window);
  purify.addHook('uponSanitizeAttribute', (node, data) => {
    const tag = node.localName;
    data.keepAttr = isPermittedAttribute(tag, data.attrName) && (data.attrName !== 'src' || data.attrValue.startsWith('mxc://'));
  });
  return (html) => {
    const balanced = balanceHtml(html);
    if (balanced.problem) return balanced;
    const tree = readSafeTree(purify.sanitize(balanced.html, CONFIG));
    return tree.some(showsSomething) ? { tree } : { problem: 'nothing-to-show' };
  };
}
