import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isBlank, isolated, MAX_FILE_NAME_LENGTH, MAX_NAME_LENGTH, safeBody, safeFileName, safeName } from './safe-text.ts';
import { hostileMessages } from './testing/hostile-messages.ts';

describe('hostile names', () => {
  test.each(hostileMessages('display-name').map((message) => [message.id, message] as const))('%s', (_, { value, expect: expected }) => {
    const shown = safeName(value, '@fallback:a.example');
    if (expected?.shown !== undefined) expect(shown).toBe(expected.shown ?? '@fallback:a.example');
    expect(shown.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
  });

  test.each(hostileMessages('file-name').map((message) => [message.id, message] as const))('%s', (_, { value, expect: expected }) => {
    const shown = safeFileName(value, 'file');
    if (expected?.shown !== undefined) expect(shown).toBe(expected.shown ?? 'file');
    expect(shown.length).toBeLessThanOrEqual(MAX_FILE_NAME_LENGTH);
    expect(shown).not.toMatch(/[/\\\p{Cc}]/u);
  });
});

describe('names', () => {
  test.each([
    'Zoë',
    'Nguyễn',
    'Nguyễn',
    'שָׁלוֹם',
    'محمد',
    'नमस्ते',
    'क्‍ष',
    'ශ්‍රී',
    '日本語',
    'สวัสดี',
    'Øyvind 🇳🇴',
    '👩🏽‍🚀 Ada',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '❤️‍🔥',
    "O'Neill-Smith (Bob)",
  ])('"%s" stays as it is', (name) => {
    expect(safeName(name, '-')).toBe(name.normalize('NFC'));
  });

  test('a long file name keeps its extension', () => {
    expect(safeFileName(`${'a'.repeat(500)}.tar.gz`, 'file')).toMatch(/^a+…\.gz$/);
  });

  test('what is safe stays what it is, and nothing invisible is left', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\u202E', '\u200B', '\u200D', '\u0301', ' ', '\n', 'a', 'א', 'ක', '😀', '\uD800', '.'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, (name) => {
        const once = safeName(name, '-');
        expect(safeName(once, '-')).toBe(once);
        expect(once).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF]/u);
        expect(once.isWellFormed()).toBe(true);
        expect(once.trim()).not.toBe('');
        const file = safeFileName(name, 'file');
        expect(safeFileName(file, 'file')).toBe(file);
      }),
    );
  });
});

describe('bodies', () => {
  test('keep lines, tabs and what right-to-left writers use', () => {
    expect(safeBody('a\r\nb\tc\n\u2067שלום\u2069 \u200Fd')).toBe('a\nb\tc\n\u2067שלום\u2069 \u200Fd');
  });
  test('and names are well-formed', () => {
    expect(safeBody('a\uD800b')).toBe('a\uFFFDb');
    expect(safeName('Bob\uD800', '-')).toBe('Bob\uFFFD');
  });
  test('lose overrides, control characters and towers', () => {
    expect(safeBody('a\u202Eb\u0000c\u001Bd')).toBe('abcd');
    expect(safeBody(`Z${'\u0335'.repeat(1_000)}`)).toHaveLength(9);
  });
});

test('isolated text ends its direction', () => {
  expect(isolated('א')).toBe('\u2068א\u2069');
});

describe('blank', () => {
  test.each(['', ' \n\t', '\u200B', '\u2060\u00AD ', '\u2800', '\uFE0F', '\u200D', '\u3164', '\u202E\u200F', '\u{E0041}'])('%j', (text) => {
    expect(isBlank(text)).toBe(true);
  });
  test.each(['a', '.', '\u0301', '😀', '👩‍💻', '\uFFFD', '\u200Bx'])('not %j', (text) => {
    expect(isBlank(text)).toBe(false);
  });
});
