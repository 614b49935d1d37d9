import { expect, test } from '@jest/globals';
import { formatText, makeLink, newLine, type TextEdit, type TextFormat } from './format-text.ts';

/** `[` and `]` stand around what is selected; one `|` is a caret. */
function marked(written: string): { text: string; start: number; end: number } {
  const caret = written.indexOf('|');
  if (caret >= 0 && !written.includes('⟦')) return { text: written.replace('|', ''), start: caret, end: caret };
  const start = written.indexOf('⟦');
  const end = written.indexOf('⟧') - 1;
  return { text: written.replace('⟦', '').replace('⟧', ''), start, end };
}

function show(text: string, edit: TextEdit): string {
  const next = text.slice(0, edit.start) + edit.insert + text.slice(edit.end);
  const { start, end } = edit.select;
  return start === end ? `${next.slice(0, start)}|${next.slice(start)}` : `${next.slice(0, start)}⟦${next.slice(start, end)}⟧${next.slice(end)}`;
}

const format = (written: string, how: TextFormat): string => {
  const { text, start, end } = marked(written);
  return show(text, formatText(text, { start, end }, how));
};

test('what is selected is wrapped, and unwrapped again', () => {
  expect(format('a ⟦word⟧ b', 'bold')).toBe('a **⟦word⟧** b');
  expect(format('a **⟦word⟧** b', 'bold')).toBe('a ⟦word⟧ b');
  expect(format('a ⟦**word**⟧ b', 'bold')).toBe('a ⟦word⟧ b');
  expect(format('a ⟦word⟧ b', 'spoiler')).toBe('a ||⟦word⟧|| b');
});

test('without a selection the caret goes between the signs', () => {
  expect(format('a |', 'italic')).toBe('a *|*');
  expect(format('|', 'code')).toBe('`|`');
});

test('signs touch the text, white space stays outside', () => {
  expect(format('a⟦ word ⟧b', 'strike')).toBe('a ~~⟦word⟧~~ b');
});

test('bold is not italic twice', () => {
  expect(format('**⟦word⟧**', 'italic')).toBe('***⟦word⟧***');
  expect(format('***⟦word⟧***', 'italic')).toBe('**⟦word⟧**');
});

test('lines become a list, a numbered one, text again', () => {
  expect(format('⟦one\ntwo⟧', 'list')).toBe('⟦- one\n- two⟧');
  expect(format('⟦- one\n- two⟧', 'numbers')).toBe('⟦1. one\n2. two⟧');
  expect(format('⟦1. one\n2. two⟧', 'numbers')).toBe('⟦one\ntwo⟧');
  expect(format('be|fore', 'quote')).toBe('> before|');
});

test('code of several lines is a block, on lines of its own', () => {
  expect(format('see ⟦a\nb⟧ there', 'code')).toBe('see \n```\n⟦a\nb⟧\n```\n there');
  expect(format('⟦a ``` b⟧', 'code-block')).toBe('````\n⟦a ``` b⟧\n````');
});

test('links', () => {
  expect(format('⟦word⟧', 'link')).toBe('[word](|)');
  expect(format('|', 'link')).toBe('[|]()');
  expect(format('⟦https://example.org⟧', 'link')).toBe('[|](https://example.org)');
  expect(show('word', makeLink('word', { start: 0, end: 4 }, 'https://example.org'))).toBe('[word](https://example.org)|');
});

test('a new line goes on with a list or quote, and ends it where it is empty', () => {
  const next = (written: string): string | undefined => {
    const { text, start } = marked(written);
    const edit = newLine(text, start);
    return edit && show(text, edit);
  };
  expect(next('- one|')).toBe('- one\n- |');
  expect(next('  9. nine|')).toBe('  9. nine\n  10. |');
  expect(next('> said|')).toBe('> said\n> |');
  expect(next('- one\n- |')).toBe('- one\n|');
  expect(next('plain|')).toBeUndefined();
});
