import { expect, test } from '@jest/globals';
import { readPlainBody } from './plain-body.ts';
import { previewLinks } from './preview-links.ts';
import type { SafeNode } from './safe-tree.ts';

const link = (href: string): SafeNode => ({ type: 'link', href, host: new URL(href).host, warning: undefined, children: [href] });

test('the first two links of a message', () => {
  expect(previewLinks(readPlainBody('https://a.example/ and https://b.example/ and https://c.example/'))).toEqual([
    'https://a.example/',
    'https://b.example/',
  ]);
});

test('one that stands twice counts once, mail addresses not at all', () => {
  expect(previewLinks(readPlainBody('me@a.example https://a.example/x https://a.example/x'))).toEqual(['https://a.example/x']);
});

test('nothing that is hidden, quoted or pretends', () => {
  expect(previewLinks([{ type: 'spoiler', reason: undefined, children: [link('https://a.example/')] }])).toEqual([]);
  expect(previewLinks([{ type: 'element', tag: 'blockquote', children: [link('https://a.example/')] }])).toEqual([]);
  expect(previewLinks([{ ...(link('https://a.example/') as object), warning: 'mismatch' } as SafeNode])).toEqual([]);
});
