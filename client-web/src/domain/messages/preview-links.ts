/** The links of a message that are worth a look: the first ones that somebody reads, in their order. */
import type { SafeTree } from './safe-tree.ts';

export const MOST_PREVIEWS = 2;

/** Not those in code, spoilers and quotes, and none that only pretend to lead where they say. */
export function previewLinks(tree: SafeTree): readonly string[] {
  const found = new Set<string>();
  const collect = (nodes: SafeTree): void => {
    for (const node of nodes) {
      if (found.size >= MOST_PREVIEWS) return;
      if (typeof node === 'string') continue;
      if (node.type === 'link') {
        if (node.warning === undefined && /^https?:/i.test(node.href)) found.add(node.href);
      } else if (node.type === 'element') {
        if (node.tag !== 'blockquote' && node.tag !== 'code') collect(node.children);
      } else if (node.type === 'ordered-list' || node.type === 'coloured') collect(node.children);
    }
  };
  collect(tree);
  return [...found];
}
