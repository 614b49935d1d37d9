/** A message's formatting as plain data: everything that can be shown has a shape here, and nothing else can. */
import type { LinkWarning } from './check-link.ts';
import type { MatrixLink } from './permalinks.ts';
import { words } from './permitted-html.ts';
import { isBlank } from './safe-text.ts';

/** Shown as the element of the same name, without attributes. */
export const PLAIN_ELEMENTS = words(
  'del h1 h2 h3 h4 h5 h6 blockquote p ul sup sub li b i u strong em s code hr br div table thead tbody tr th td caption span details summary',
);
export type PlainElement = (typeof PLAIN_ELEMENTS)[number];

export type SafeNode =
  | string
  | { readonly type: 'element'; readonly tag: PlainElement; readonly children: SafeTree }
  | { readonly type: 'ordered-list'; readonly start: number | undefined; readonly children: SafeTree }
  /** `href` is absolute, of a permitted scheme, and as browsers read it. */
  | { readonly type: 'link'; readonly href: string; readonly host: string; readonly warning: LinkWarning | undefined; readonly children: SafeTree }
  | { readonly type: 'pill'; readonly link: MatrixLink; readonly label: string }
  | {
      readonly type: 'image';
      readonly mxc: string;
      readonly alt: string;
      readonly title: string | undefined;
      readonly width: number | undefined;
      readonly height: number | undefined;
    }
  | { readonly type: 'emoticon'; readonly mxc: string; readonly alt: string; readonly title: string | undefined }
  | { readonly type: 'spoiler'; readonly reason: string | undefined; readonly children: SafeTree }
  /** `#rrggbb`; whether they can be read is decided where the theme is known. */
  | { readonly type: 'coloured'; readonly color: string | undefined; readonly background: string | undefined; readonly children: SafeTree }
  /** `whole`: all of it, where `code` is its start. */
  | { readonly type: 'code-block'; readonly language: string | undefined; readonly code: string; readonly whole?: string | undefined }
  /** LaTeX, not rendered. */
  | { readonly type: 'maths'; readonly display: 'inline' | 'block'; readonly latex: string };
export type SafeTree = readonly SafeNode[];

/** The text of a tree as it would be read out, spoilers included: for labels and comparisons, not for previews. */
export function textOf(tree: SafeTree): string {
  let text = '';
  for (const node of tree) {
    if (typeof node === 'string') text += node;
    else if (node.type === 'pill') text += node.label;
    else if (node.type === 'image' || node.type === 'emoticon') text += node.alt;
    else if (node.type === 'code-block') text += node.code;
    else if (node.type === 'maths') text += node.latex;
    else if (node.type === 'element' && node.tag === 'br') text += '\n';
    else text += textOf(node.children);
  }
  return text;
}

/** Nothing of a tree can be seen. */
export function isBlankTree(tree: SafeTree): boolean {
  return tree.every((node) => {
    if (typeof node === 'string') return isBlank(node);
    return 'children' in node && !(node.type === 'element' && node.tag === 'hr') && isBlankTree(node.children);
  });
}
