/**
 * The start of a long message: as much as is seen of it before somebody asks for all. What is cut off costs nothing; what is
 * left may still be higher than it should be, which only the page can tell.
 */
import type { SafeNode, SafeTree } from './safe-tree.ts';

/**
 * Of one message, before "Show all". 1,000 elements and texts become at most 2,000 nodes of the page, which are there within
 * 50 ms (measured); 80 lines are more than twice what the page shows of them.
 */
export const CLAMP = {
  /** elements and texts */
  nodes: 1_000,
  /** that break for certain */
  lines: 80,
  /** UTF-16 units: more than 40 lines in the widest window */
  length: 16_000,
  /** UTF-16 units of code, which becomes a part for every word */
  code: 6_000,
} as const;

/** Units in a line of a phone, and lines from which on a message may be too high. */
const NARROW = 40;
const MAYBE_TALL = 20;
/** Lines that a picture within a message can take. */
const PICTURE_LINES = 16;
const CODE_BAR_LINES = 2;

const BLOCKS: ReadonlySet<string> = new Set('h1 h2 h3 h4 h5 h6 blockquote p ul li hr br div table tr caption details summary'.split(' '));

export interface ClampedTree {
  readonly tree: SafeTree;
  /** There is more than what is in `tree`. */
  readonly cut: boolean;
  /** Worth measuring: it may be higher than what is shown of a long message. */
  readonly mayBeTall: boolean;
}

interface Left {
  nodes: number;
  lines: number;
  length: number;
  cut: boolean;
}

/** `plain`: line breaks of texts are kept, as in plain bodies. */
export function clampTree(tree: SafeTree, plain: boolean): ClampedTree {
  const left: Left = { nodes: CLAMP.nodes, lines: CLAMP.lines, length: CLAMP.length, cut: false };
  const start = startOf(tree, left, plain);
  const lines = CLAMP.lines - left.lines + (CLAMP.length - left.length) / NARROW;
  return { tree: left.cut ? start : tree, cut: left.cut, mayBeTall: lines >= MAYBE_TALL };
}

function startOf(tree: SafeTree, left: Left, plain: boolean): SafeNode[] {
  const start: SafeNode[] = [];
  for (const node of tree) {
    if (left.nodes <= 0 || left.lines <= 0 || left.length <= 0) {
      left.cut = true;
      break;
    }
    left.nodes -= 1;
    start.push(startOfNode(node, left, plain));
  }
  return start;
}

function startOfNode(node: SafeNode, left: Left, plain: boolean): SafeNode {
  if (typeof node === 'string') return startOfText(node, left, plain, left.length);
  switch (node.type) {
    case 'code-block': {
      left.lines -= CODE_BAR_LINES;
      const code = startOfText(node.code, left, true, Math.min(left.length, CLAMP.code));
      return code === node.code ? node : { ...node, code, whole: node.code };
    }
    case 'image':
      left.lines -= PICTURE_LINES;
      return node;
    case 'maths':
      left.length -= node.latex.length;
      return node;
    case 'pill':
      left.length -= node.label.length;
      return node;
    case 'emoticon':
      return node;
    case 'element':
      if (BLOCKS.has(node.tag)) left.lines -= 1;
  }
  return { ...node, children: startOf(node.children, left, plain) };
}

function startOfText(text: string, left: Left, breaks: boolean, most: number): string {
  let end = Math.min(text.length, most);
  if (breaks) {
    let at = text.indexOf('\n');
    while (at !== -1 && at < end) {
      left.lines -= 1;
      if (left.lines <= 0) end = at;
      at = text.indexOf('\n', at + 1);
    }
  }
  left.length -= end;
  if (end === text.length) return text;
  left.cut = true;
  // Not within a character.
  return text.slice(0, /[\uD800-\uDBFF]/.test(text[end - 1] ?? '') ? end - 1 : end);
}
