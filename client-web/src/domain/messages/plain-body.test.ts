import { describe, expect, test } from '@jest/globals';
import { isBig, readPlainBody } from './plain-body.ts';
import { textOf, type SafeNode } from './safe-tree.ts';
import { hostileMessages } from './testing/hostile-messages.ts';

const shapeOf = (node: SafeNode): string =>
  typeof node === 'string' ? node : node.type === 'link' ? `<${node.href}>` : node.type === 'pill' ? `[${node.label}]` : node.type;
const shape = (body: string) => readPlainBody(body).map(shapeOf).join('');

describe('hostile bodies', () => {
  test.each(hostileMessages('body').map((message) => [message.id, message] as const))('%s', (_, { value, expect: expected = {} }) => {
    const tree = readPlainBody(value as string);
    const types = tree.map((node) => (typeof node === 'string' ? 'text' : node.type));
    for (const type of types) expect(['text', 'link', 'pill']).toContain(type);
    for (const node of tree) if (typeof node === 'object' && node.type === 'link') expect(node.href).toMatch(/^(?:https?:\/\/|ftp:\/\/|mailto:)/);
    if (expected.text !== undefined) expect(textOf(tree)).toBe(expected.text);
    if (expected.noLink) expect(types).not.toContain('link');
    if (expected.noPill) expect(types).not.toContain('pill');
    if (expected.warning !== undefined) expect(tree).toContainEqual(expect.objectContaining({ warning: expected.warning }));
  });
});

describe('links', () => {
  test.each([
    ['see https://example.com/a_(b)?c=d#e, then', 'see <https://example.com/a_(b)?c=d#e>, then'],
    ['(www.example.com)', '(<https://www.example.com/>)'],
    ['bob@b.example.com wrote', '<mailto:bob@b.example.com> wrote'],
    ['setup.py and e.g.this and node.js', 'setup.py and e.g.this and node.js'],
    ['a\n\n  b', 'a\n\n  b'],
    ['ask https://matrix.to/#/@bob:b.example!', 'ask [@bob:b.example]!'],
    ['matrix:u/bob:b.example, or so', '[@bob:b.example], or so'],
    ['https://matrix.to/', '<https://matrix.to/>'],
  ])('%s', (body, expected) => {
    expect(shape(body)).toBe(expected);
  });
});

describe('big', () => {
  test.each(['😀', '👍\uFE0F', '😀😀', '👍🏽 👩‍👩‍👧‍👦 🇩🇪', '❤️', '1️⃣2️⃣3️⃣', '😀😀😀😀😀😀'])('%s', (body) => {
    expect(isBig(readPlainBody(body))).toBe(true);
  });
  test.each(['', ' ', '1', '123', '😀!', 'a😀', '😀😀😀😀😀😀😀', '©', '#', '\u200D', '😀'.repeat(10_000)])('not "%s"', (body) => {
    expect(isBig(readPlainBody(body))).toBe(false);
  });
  test('custom emoji count like others', () => {
    const emoticon: SafeNode = { type: 'emoticon', mxc: 'mxc://a/b', alt: ':a:', title: undefined };
    expect(isBig([emoticon, ' ', emoticon, '😀'])).toBe(true);
    expect(isBig([{ type: 'element', tag: 'p', children: [emoticon] }])).toBe(true);
    expect(isBig(Array.from({ length: 7 }, () => emoticon))).toBe(false);
    expect(isBig([emoticon, { type: 'image', mxc: 'mxc://a/b', alt: '', title: undefined, width: 1, height: 1 }])).toBe(false);
  });
});
