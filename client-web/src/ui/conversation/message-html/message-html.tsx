/** A message's tree as React elements: each kind of node has its element here, nothing of the message reaches the page otherwise. */
import { createElement, type ReactNode } from 'react';
import { readableColours, type TextColours } from '../../../domain/messages/contrast.ts';
import type { PlainElement, SafeNode, SafeTree } from '../../../domain/messages/safe-tree.ts';
import { CodeBlock } from './code-block.tsx';
import styles from './message-html.module.css';
import { useMessageParts, type MessageParts } from './message-parts.ts';
import { Spoiler } from './spoiler.tsx';

/** CSS pixels of an image within a message. */
export const MAX_IMAGE = { width: 480, height: 360 } as const;

/** Headings are those of a message, below those of the page. */
const SHOWN_AS: Partial<Record<PlainElement, PlainElement>> = { h1: 'h4', h2: 'h5', h3: 'h6', h4: 'h6', h5: 'h6', h6: 'h6', s: 'del' };
const HEADINGS: ReadonlySet<string> = new Set<PlainElement>(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const EMPTY: ReadonlySet<string> = new Set<PlainElement>(['br', 'hr']);
/** React warns of white space between the parts of tables. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set<PlainElement>(['table', 'thead', 'tbody', 'tr']);

/** As large as it says, within the limit and in proportion. */
function imageSize(
  width: number | undefined,
  height: number | undefined,
): { readonly width: number | undefined; readonly height: number | undefined } {
  const scale = Math.min(1, MAX_IMAGE.width / (width ?? 1), MAX_IMAGE.height / (height ?? 1));
  const scaled = (size: number | undefined): number | undefined => size && Math.max(1, Math.round(size * scale));
  return { width: scaled(width), height: scaled(height) };
}

interface Around {
  readonly parts: MessageParts;
  /** What the text stands on here: within colours, those. */
  readonly colours: TextColours;
}

function renderElement(tag: PlainElement, tree: SafeTree, around: Around, key: number): ReactNode {
  if (EMPTY.has(tag)) return createElement(tag, { key });
  const children = render(WITHOUT_TEXT.has(tag) ? tree.filter((node) => typeof node !== 'string') : tree, around);
  if (tag === 'table') {
    return (
      <div key={key} className={styles.table} role="region" aria-label={around.parts.labels.table} tabIndex={0}>
        <table>{children}</table>
      </div>
    );
  }
  const className = HEADINGS.has(tag) ? styles[tag] : undefined;
  return createElement(SHOWN_AS[tag] ?? tag, { key, className }, ...children);
}

function renderNode(node: SafeNode, around: Around, key: number): ReactNode {
  if (typeof node === 'string') return node;
  const { parts } = around;
  switch (node.type) {
    case 'element':
      return renderElement(node.tag, node.children, around, key);
    case 'ordered-list':
      return (
        <ol key={key} start={node.start}>
          {render(node.children, around)}
        </ol>
      );
    case 'link':
      return <Link key={key} node={node} parts={parts} content={render(node.children, around)} />;
    case 'pill': {
      const id = node.link.kind === 'user' ? node.link.userId : node.link.room;
      return <parts.Pill key={key} kind={node.link.kind} id={id} label={node.label} link={node.link} />;
    }
    case 'image':
      return <parts.MxcImage key={key} mxc={node.mxc} alt={node.alt} title={node.title} {...imageSize(node.width, node.height)} emoticon={false} />;
    case 'emoticon':
      return <parts.MxcImage key={key} mxc={node.mxc} alt={node.alt} title={node.title} width={undefined} height={undefined} emoticon />;
    case 'spoiler':
      return (
        <Spoiler key={key} reason={node.reason}>
          {render(node.children, around)}
        </Spoiler>
      );
    case 'coloured': {
      const { color, background } = readableColours(node, around.colours);
      const colours = { text: color ?? around.colours.text, surface: background ?? around.colours.surface };
      return (
        <span key={key} style={{ color, backgroundColor: background }}>
          {render(node.children, { parts, colours })}
        </span>
      );
    }
    case 'code-block':
      return <CodeBlock key={key} code={node.code} whole={node.whole} language={node.language} />;
    case 'maths':
      return node.display === 'block' ? <CodeBlock key={key} code={node.latex} language="latex" /> : <code key={key}>{node.latex}</code>;
  }
}

function Link({
  node,
  parts,
  content,
}: {
  readonly node: Extract<SafeNode, { type: 'link' }>;
  readonly parts: MessageParts;
  readonly content: ReactNode;
}) {
  const { href, host, warning } = node;
  const title = warning ? parts.labels.warning(warning, host) : host && parts.labels.leadsTo(host);
  return (
    <>
      <a href={href} title={title || undefined} target="_blank" rel="noopener noreferrer" className={warning ? styles.suspicious : undefined}>
        {content}
      </a>
      {warning && (
        <span className={styles.host}>
          {' '}
          <bdi>({host})</bdi>
        </span>
      )}
    </>
  );
}

function render(tree: SafeTree, around: Around): ReactNode[] {
  return tree.map((node, index) => renderNode(node, around, index));
}

/** `plain` keeps line breaks, as plain bodies have them; `after` goes on in the last line. */
export function MessageHtml({ tree, plain = false, after }: { readonly tree: SafeTree; readonly plain?: boolean; readonly after?: ReactNode }) {
  const parts = useMessageParts();
  return (
    <div className={plain ? styles.plain : styles.formatted} dir="auto">
      {render(tree, { parts, colours: parts.colours })}
      {after}
    </div>
  );
}
