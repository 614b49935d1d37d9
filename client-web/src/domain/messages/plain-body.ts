/** A plain body as a tree: its links can be followed, its line breaks stay, everything else is text. */
import { find } from 'linkifyjs';
import { checkLink } from './check-link.ts';
import { makeMatrixToLink, parseMatrixLink, type MatrixLink } from './permalinks.ts';
import { safeBody, safeName } from './safe-text.ts';
import type { SafeNode, SafeTree } from './safe-tree.ts';

/** Links of one message; those after are text. */
const MAX_LINKS = 200;
/** UTF-16 units looked through for links: an unbroken run longer than a link is left alone. */
const MAX_WORD = 4_096;
const MATRIX_URI = /^matrix:[^\s<>"]+/i;

function linkNode(href: string, written: string): SafeNode | undefined {
  const link = parseMatrixLink(href);
  if (link) return { type: 'pill', link, label: idOf(link) };
  const checked = checkLink(href, written);
  return checked && { type: 'link', ...checked, children: [written] };
}

function idOf(link: MatrixLink): string {
  const id = link.kind === 'user' ? link.userId : link.room;
  return safeName(id, makeMatrixToLink(link));
}

function linksOf(word: string): readonly { readonly start: number; readonly end: number; readonly href: string; readonly value: string }[] {
  const uri = MATRIX_URI.exec(word)?.[0].replace(/[.,;:!?)\]]+$/, '');
  if (uri) return [{ start: 0, end: uri.length, href: uri, value: uri }];
  // Without a scheme only "www." makes a link: "e.g.this" and "setup.py" are none.
  return find(word, { defaultProtocol: 'https' }).filter(
    ({ isLink, type, value }) => isLink && (type === 'email' || /^(?:[a-z][\w+.-]*:|www\.)/i.test(value)),
  );
}

export function readPlainBody(body: string): SafeTree {
  const tree: SafeNode[] = [];
  let text = '';
  let links = 0;
  const take = (node: SafeNode): void => {
    if (text) tree.push(text);
    text = '';
    tree.push(node);
    links += 1;
  };
  for (const word of safeBody(body).split(/(\s+)/)) {
    if (word.length > MAX_WORD || links >= MAX_LINKS || !/[:@.]/.test(word)) {
      text += word;
      continue;
    }
    let done = 0;
    for (const { start, end, href, value } of linksOf(word)) {
      const node = linkNode(href, value);
      if (!node) continue;
      text += word.slice(done, start);
      take(node);
      done = end;
    }
    text += word.slice(done);
  }
  if (text) tree.push(text);
  return tree;
}

/** Emoji of a message shown in large, at most. */
const MAX_BIG_EMOJI = 6;
/** Longer than six emoji of the longest kind. */
const MAX_BIG_LENGTH = 256;
const EMOJI = new RegExp('\\p{RGI_Emoji}', 'gv');

function countEmoji(text: string): number {
  let count = 0;
  const rest = text.replaceAll(EMOJI, () => {
    count += 1;
    return '';
  });
  // Some clients say of emoji that cannot be text that they are no text.
  return /[^\s\uFE0F]/.test(rest) ? Number.POSITIVE_INFINITY : count;
}

function countInTree(tree: SafeTree): number {
  let count = 0;
  for (const node of tree) {
    if (typeof node === 'string') count += node.length > MAX_BIG_LENGTH ? Number.POSITIVE_INFINITY : countEmoji(node);
    else if (node.type === 'emoticon') count += 1;
    else if (node.type === 'element' && (node.tag === 'p' || node.tag === 'br' || node.tag === 'span')) count += countInTree(node.children);
    else return Number.POSITIVE_INFINITY;
  }
  return count;
}

/** Whether a message is one to six emoji, custom ones included, and nothing else. */
export function isBig(tree: SafeTree): boolean {
  const count = countInTree(tree);
  return count > 0 && count <= MAX_BIG_EMOJI;
}
