import { expect, test } from '@jest/globals';
import { diffWords, type DiffPart } from './diff-words.ts';

const show = (parts: readonly DiffPart[]): string =>
  parts.map(({ kind, text }) => (kind === 'added' ? `{+${text}+}` : kind === 'removed' ? `{-${text}-}` : text)).join('');

test('words that changed are told from those that stayed', () => {
  expect(show(diffWords('the quick fox', 'the slow fox'))).toBe('the {-quick-}{+slow+} fox');
  expect(show(diffWords('hello', 'hello world'))).toBe('hello{+ world+}');
  expect(show(diffWords('a b c', 'a c'))).toBe('a {-b -}c');
  expect(show(diffWords('same', 'same'))).toBe('same');
});

test('several words changed in a row are one change', () => {
  expect(show(diffWords('see you at nine tomorrow', 'see you around ten tomorrow'))).toBe('see you {-at nine-}{+around ten+} tomorrow');
});

test('what is put together again is both texts', () => {
  const before = 'Grüße aus dem Garten: alles blüht.\nBis bald!';
  const after = 'Viele Grüße aus dem grünen Garten — alles blüht!\nBis bald';
  const parts = diffWords(before, after);
  expect(parts.map((part) => (part.kind === 'added' ? '' : part.text)).join('')).toBe(before);
  expect(parts.map((part) => (part.kind === 'removed' ? '' : part.text)).join('')).toBe(after);
});

test('long texts that have nothing in common are not compared for minutes', () => {
  const before = Array.from({ length: 20_000 }, (_, i) => `a${i}`).join(' ');
  const after = Array.from({ length: 20_000 }, (_, i) => `b${i}`).join(' ');
  expect(diffWords(before, after)).toHaveLength(2);
});
