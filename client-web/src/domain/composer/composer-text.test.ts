import { expect, test } from '@jest/globals';
import { changeText, EMPTY_TEXT, mentionToDelete, readComposerText, writeComposerText, type ComposerText } from './composer-text.ts';

const ALICE = { name: 'Alice', id: '@alice:example.org' };
const text = readComposerText('hi @[Alice](@alice:example.org), see @[#tea](#tea:example.org)!');

test('mentions are shown by name and kept as tokens', () => {
  expect(text.text).toBe('hi @Alice, see #tea!');
  expect(text.mentions).toMatchObject([
    { start: 3, end: 9, id: '@alice:example.org' },
    { start: 15, end: 19, id: '#tea:example.org' },
  ]);
  expect(writeComposerText(text)).toBe('hi @[Alice](@alice:example.org), see @[#tea](#tea:example.org)!');
});

test('what only looks like a token is text', () => {
  expect(readComposerText('@[Alice](nobody)')).toEqual({ text: '@[Alice](nobody)', mentions: [] });
});

test('mentions move with the text before them', () => {
  const next = changeText(text, 'well, hi @Alice, see #tea!', 6);
  expect(next.mentions.map(({ start }) => start)).toEqual([9, 21]);
  expect(writeComposerText(next)).toBe('well, hi @[Alice](@alice:example.org), see @[#tea](#tea:example.org)!');
});

test('a mention whose name is changed is text', () => {
  expect(changeText(text, 'hi @Alic, see #tea!', 8).mentions).toMatchObject([{ id: '#tea:example.org' }]);
  expect(changeText(text, 'hi @Al-ice, see #tea!', 7).mentions).toMatchObject([{ id: '#tea:example.org' }]);
});

test('text right beside a mention does not end it', () => {
  expect(changeText(text, 'hi @Alices, see #tea!', 10).mentions).toHaveLength(2);
  expect(changeText(text, 'hi x@Alice, see #tea!', 4).mentions).toHaveLength(2);
});

test('between equal letters the caret tells which one is new', () => {
  const before: ComposerText = { text: '@Aa', mentions: [{ name: 'A', id: '@a:x', start: 0, end: 2 }] };
  expect(changeText(before, '@Aaa', 3).mentions).toHaveLength(1);
  expect(changeText({ text: 'a@A', mentions: [{ name: 'A', id: '@a:x', start: 1, end: 3 }] }, 'aa@A', 1).mentions).toMatchObject([{ start: 2 }]);
});

test('an undo brings a mention back', () => {
  const gone = changeText(text, ', see #tea!', 0);
  expect(gone.mentions).toMatchObject([{ id: '#tea:example.org', start: 6 }]);
  const back = changeText(gone, 'hi @Alice, see #tea!', 9, [ALICE]);
  expect(writeComposerText(back)).toBe('hi @[Alice](@alice:example.org), see @[#tea](#tea:example.org)!');
});

test('one letter is no mention, however somebody is called', () => {
  expect(changeText(EMPTY_TEXT, '@', 1, [{ name: '@', id: '@a:x' }]).mentions).toEqual([]);
});

test('Backspace and Delete take a mention whole', () => {
  expect(mentionToDelete(text, { start: 9, end: 9 }, 'Backspace')).toMatchObject({ id: ALICE.id });
  expect(mentionToDelete(text, { start: 3, end: 3 }, 'Delete')).toMatchObject({ id: ALICE.id });
  expect(mentionToDelete(text, { start: 3, end: 3 }, 'Backspace')).toBeUndefined();
  expect(mentionToDelete(text, { start: 9, end: 9 }, 'Delete')).toBeUndefined();
  expect(mentionToDelete(text, { start: 5, end: 8 }, 'Backspace')).toBeUndefined();
});
