import { describe, expect, test } from '@jest/globals';
import { JSDOM } from 'jsdom';
import { balanceHtml } from './balance-html.ts';
import { parseMatrixLink, makeMatrixToLink } from './permalinks.ts';
import { MAX_DEPTH, MAX_HTML_LENGTH, MAX_NODES } from './permitted-html.ts';
import { readSafeTree } from './read-safe-tree.ts';
import { PLAIN_ELEMENTS, textOf, type PlainElement, type SafeNode, type SafeTree } from './safe-tree.ts';
import { createSanitiser } from './sanitise.ts';
import { hostileMessages } from './testing/hostile-messages.ts';

const { window } = new JSDOM('');
const sanitise = createSanitiser(window as never);
const read = (html: string): SafeTree => {
  const { tree, problem } = { tree: undefined, ...sanitise(html) };
  if (!tree) throw new Error(`nothing to show: ${problem}`);
  return tree;
};

function* nodesOf(tree: SafeTree, depth = 1): Generator<{ node: SafeNode; depth: number }> {
  for (const node of tree) {
    yield { node, depth };
    if (typeof node !== 'string' && 'children' in node) yield* nodesOf(node.children, depth + 1);
  }
}

/** What must hold of every tree, wherever it came from. */
function expectHarmless(tree: SafeTree): void {
  let nodes = 0;
  for (const { node, depth } of nodesOf(tree)) {
    nodes += 1;
    expect(depth).toBeLessThanOrEqual(2 * MAX_DEPTH);
    if (typeof node === 'string') {
      // eslint-disable-next-line no-control-regex -- they are what must not be there
      expect(node).not.toMatch(/[\u0000-\u0008\u202D\u202E]/);
      continue;
    }
    if (node.type === 'element') expect(PLAIN_ELEMENTS).toContain(node.tag);
    else if (node.type === 'link') {
      expect(node.href).toMatch(/^(?:https?:\/\/[^/]|ftp:\/\/[^/]|mailto:|magnet:)/);
      expect(URL.parse(node.href)?.href).toBe(node.href);
    } else if (node.type === 'image' || node.type === 'emoticon') {
      expect(node.mxc).toMatch(/^mxc:\/\/[\w.:[\]-]+\/[\w-]+$/);
    } else if (node.type === 'pill') {
      expect(parseMatrixLink(makeMatrixToLink(node.link))).toBeDefined();
      expect(node.label.length).toBeGreaterThan(0);
    } else if (node.type === 'coloured') {
      for (const colour of [node.color, node.background]) if (colour) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    } else if (node.type === 'code-block') {
      expect(node.language ?? 'none').toMatch(/^[\w+#.-]{1,32}$/);
    }
  }
  expect(nodes).toBeLessThanOrEqual(2 * MAX_NODES);
}

describe('hostile HTML', () => {
  test.each(hostileMessages('html').map((message) => [message.id, message] as const))('%s', (_, { value, expect: expected = {} }) => {
    const { tree, problem } = { tree: [] as SafeTree, problem: undefined, ...sanitise(value as string) };
    expectHarmless(tree);
    const types = [...nodesOf(tree)].map(({ node }) => (typeof node === 'string' ? 'text' : node.type));
    if (expected.problem !== undefined) expect(problem).toBe(expected.problem);
    if (expected.text !== undefined && expected.text !== '') expect(textOf(tree).trim()).toBe(expected.text);
    if (expected.noLink) expect(types).not.toContain('link');
    if (expected.noImage) expect(types).not.toContain('image');
    if (expected.noPill) expect(types).not.toContain('pill');
    if (expected.warning !== undefined)
      expect([...nodesOf(tree)].map(({ node }) => node)).toContainEqual(expect.objectContaining({ type: 'link', warning: expected.warning }));
  });

  test('each wall holds by itself: the tree is harmless whatever document it is built from', () => {
    const parser = new window.DOMParser();
    for (const { value } of hostileMessages('html')) {
      if ((value as string).length > 4_000) continue;
      expectHarmless(readSafeTree(parser.parseFromString(value as string, 'text/html').body));
    }
  });

  test('what is balanced stays what it is when it is balanced again, and keeps within the limits when parsed', () => {
    const parser = new window.DOMParser();
    for (const { value } of hostileMessages('html')) {
      const once = balanceHtml(value as string);
      if (once.problem) continue;
      if (once.html.length <= MAX_HTML_LENGTH) expect(balanceHtml(once.html)).toEqual(once);
      const elements = parser.parseFromString(once.html, 'text/html').body.getElementsByTagName('*').length;
      expect(elements).toBeLessThanOrEqual(MAX_NODES * 1.5);
    }
  });
});

describe('formatting', () => {
  test('every permitted element', () => {
    const html = '<h1>a</h1><blockquote><p>b<br>c</p></blockquote><ul><li>d</li></ul><hr><sup>e</sup><details><summary>f</summary>g</details>';
    const element = (tag: PlainElement, ...children: SafeNode[]): SafeNode => ({ type: 'element', tag, children });
    expect(read(html)).toEqual([
      element('h1', 'a'),
      element('blockquote', element('p', 'b', element('br'), 'c')),
      element('ul', element('li', 'd')),
      element('hr'),
      element('sup', 'e'),
      element('details', element('summary', 'f'), 'g'),
    ]);
  });

  test('lists keep where they start', () => {
    expect(read('<ol start="7"><li>x</li></ol>')[0]).toMatchObject({ type: 'ordered-list', start: 7 });
    expect(read('<ol start="x"><li>x</li></ol>')[0]).toMatchObject({ type: 'ordered-list', start: undefined });
  });

  test('code blocks are text, with the language they name', () => {
    const html = '<pre><code class="language-C++ other">int a = b &lt; c;<br><b>d</b>\n</code></pre>';
    expect(read(html)).toEqual([{ type: 'code-block', language: 'c++', code: 'int a = b < c;\nd' }]);
    expect(read('<pre>a\n b</pre>')).toEqual([{ type: 'code-block', language: undefined, code: 'a\n b' }]);
    expect(read('<code>a</code>')).toEqual([{ type: 'element', tag: 'code', children: ['a'] }]);
  });

  test('spoilers with and without a reason, colours within', () => {
    expect(read('<span data-mx-spoiler>x</span>')).toEqual([{ type: 'spoiler', reason: undefined, children: ['x'] }]);
    expect(read('<span data-mx-spoiler="film" data-mx-color="#FF0000">x</span>')).toEqual([
      { type: 'spoiler', reason: 'film', children: [{ type: 'coloured', color: '#ff0000', background: undefined, children: ['x'] }] },
    ]);
  });

  test('mathematics as it is written', () => {
    expect(read('<span data-mx-maths="\\frac{a}{b}">a/b</span>')).toEqual([{ type: 'maths', display: 'inline', latex: '\\frac{a}{b}' }]);
    expect(read('<div data-mx-maths="x">y</div>')).toEqual([{ type: 'maths', display: 'block', latex: 'x' }]);
  });

  test('images from Matrix, custom emoji among them', () => {
    expect(read('<img src="mxc://a.example/abc" alt="cat" width="20px" height="30">')).toEqual([
      { type: 'image', mxc: 'mxc://a.example/abc', alt: 'cat', title: undefined, width: 20, height: 30 },
    ]);
    expect(read('<img data-mx-emoticon="" src="mxc://a.example/abc" alt="a waving cat" title="cat_wave" height="32">')).toEqual([
      { type: 'emoticon', mxc: 'mxc://a.example/abc', alt: 'a waving cat', title: 'cat_wave' },
    ]);
  });

  test('mentions and permalinks become pills', () => {
    const bob = { kind: 'user', userId: '@bob:b.example', via: [], action: undefined };
    expect(read('<a href="https://matrix.to/#/@bob:b.example">Bob</a>')).toEqual([{ type: 'pill', link: bob, label: 'Bob' }]);
    expect(read('<a href="matrix:u/bob:b.example">matrix:u/bob:b.example</a>')).toEqual([{ type: 'pill', link: bob, label: '@bob:b.example' }]);
  });

  test('links that say what they are have no warning', () => {
    const fine = [
      ['https://example.com/a', 'https://example.com/a'],
      ['https://www.example.com/', 'example.com'],
      ['https://gist.github.com/x', 'github.com'],
      ['https://github.com/o/r/blob/main/README.md', 'README.md'],
      ['https://github.com/o/node.js', 'node.js'],
      ['https://docs.example.com', 'the documentation, e.g. of 1.0'],
      ['mailto:bob@b.example.com', 'bob@b.example.com'],
      ['https://bücher.example', 'bücher.example'],
      ['https://пример.рф', 'пример.рф'],
      ['https://xn--e1afmkfd.xn--p1ai', 'пример.рф'],
    ];
    for (const [href, text] of fine) {
      expect(read(`<a href="${href}">${text}</a>`)[0]).toMatchObject({ type: 'link', warning: undefined });
    }
  });

  test('tables in whole, with cells that were not closed', () => {
    const [table] = read('<table><tr><th>a<td>b<tr><td><b>c</table>after');
    expect(textOf([table!])).toBe('abc');
    expect([...nodesOf([table!])].filter(({ node }) => typeof node !== 'string' && 'tag' in node && node.tag === 'tr')).toHaveLength(2);
  });
});
