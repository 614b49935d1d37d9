import { describe, expect, test } from '@jest/globals';
import { CLAMP, clampTree } from './clamp-tree.ts';
import { readPlainBody } from './plain-body.ts';
import { textOf, type SafeNode, type SafeTree } from './safe-tree.ts';

const plain = (body: string) => clampTree(readPlainBody(body), true);
const countNodes = (tree: SafeTree): number =>
  tree.reduce((sum: number, node) => sum + 1 + (typeof node === 'object' && 'children' in node ? countNodes(node.children) : 0), 0);
const bold = (text: string): SafeNode => ({ type: 'element', tag: 'b', children: [text] });

describe('the start of a long message', () => {
  test('what people usually write stays as it is', () => {
    const tree = readPlainBody('Good morning\nhow are you? https://example.com');
    expect(clampTree(tree, true)).toEqual({ tree, cut: false, mayBeTall: false });
    expect(clampTree(tree, true).tree).toBe(tree);
  });

  test('one that may be too high on a phone is worth measuring, whole', () => {
    expect(plain('a\n'.repeat(25))).toMatchObject({ cut: false, mayBeTall: true });
    expect(plain('word '.repeat(200))).toMatchObject({ cut: false, mayBeTall: true });
  });

  test('60,000 line breaks become a few', () => {
    const { tree, cut, mayBeTall } = plain('\n'.repeat(60_000));
    expect([cut, mayBeTall]).toEqual([true, true]);
    expect(textOf(tree).length).toBeLessThanOrEqual(CLAMP.lines);
  });

  test('a line of 60 kB is cut, between characters', () => {
    const { tree, cut } = plain(`a${'😀'.repeat(30_000)}`);
    expect(cut).toBe(true);
    expect(textOf(tree).length).toBeLessThanOrEqual(CLAMP.length);
    expect(textOf(tree).isWellFormed()).toBe(true);
  });

  test('of 2,000 lines of code the first are shown, and all can be copied', () => {
    const code = Array.from({ length: 2_000 }, (_, index) => `const value${index} = ${index};`).join('\n');
    const { tree, cut } = clampTree(['Look:', { type: 'code-block', language: 'ts', code }, 'And more.'], false);
    expect(cut).toBe(true);
    const [, block, after] = tree;
    if (typeof block !== 'object' || block.type !== 'code-block') throw new Error('no code');
    expect(block.code.split('\n').length).toBeLessThanOrEqual(CLAMP.lines);
    expect(block.whole).toBe(code);
    expect(after).toBeUndefined();
  });

  test('no more elements are rendered than the limit, however they are nested', () => {
    const wide: SafeTree = Array.from({ length: 2_400 }, (_, index) => bold(`${index}`));
    const rows: SafeTree = [
      {
        type: 'element',
        tag: 'table',
        children: Array.from({ length: 500 }, () => ({
          type: 'element' as const,
          tag: 'tr' as const,
          children: Array.from({ length: 8 }, () => bold('x')),
        })),
      },
    ];
    for (const tree of [wide, rows]) {
      const clamped = clampTree(tree, false);
      expect(clamped.cut).toBe(true);
      expect(countNodes(clamped.tree)).toBeLessThanOrEqual(CLAMP.nodes);
    }
  });

  test('line breaks within formatted text are spaces', () => {
    expect(clampTree(['a\n'.repeat(500)], false).cut).toBe(false);
  });
});
