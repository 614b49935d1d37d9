import { afterEach, describe, expect, test } from '@jest/globals';
import * as de from './de/index.ts';
import * as en from './en/index.ts';
import { formatBytes, formatDay, formatDuration, formatList, formatRelative, formatShort } from './format.ts';
import { currentLanguage, setLanguage, t, translateKey } from './i18n.ts';

afterEach(async () => setLanguage('en'));

function leaves(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] satisfies [string, string]] : leaves(value as object, `${path}${key}.`),
  );
}

const placeholders = (sentence: string): string[] => [...sentence.matchAll(/{{\w+}}/g)].map(([name]) => name).toSorted();

describe('sentences', () => {
  test('German has the keys and placeholders of English', () => {
    const german = new Map(leaves(de));
    expect([...german.keys()].toSorted()).toEqual(
      leaves(en)
        .map(([key]) => key)
        .toSorted(),
    );
    for (const [key, sentence] of leaves(en)) expect([key, placeholders(german.get(key)!)]).toEqual([key, placeholders(sentence)]);
  });

  test('plurals have both forms', () => {
    const keys = new Set(leaves(en).map(([key]) => key));
    for (const key of keys) if (key.endsWith('_one')) expect(keys).toContain(key.replace(/_one$/, '_other'));
  });

  test('plural and values', async () => {
    expect(t('common.unread', { count: 1 })).toBe('1 unread message');
    expect(t('common.unread', { count: 3 })).toBe('3 unread messages');
    await setLanguage('de');
    expect(currentLanguage()).toBe('de');
    expect(t('common.mentions', { count: 2 })).toBe('2 Erwähnungen');
  });

  test('what is typed', () => {
    // @ts-expect-error There is no such sentence.
    expect(t('common.nothing')).toBe('common.nothing');
    // @ts-expect-error The value is missing.
    expect(t('common.resizePane')).toContain('Resize');
  });

  test('the last language asked for wins', async () => {
    await Promise.all([setLanguage('de'), setLanguage('en')]);
    expect(currentLanguage()).toBe('en');
  });

  test('keys that are data', () => {
    expect(translateKey('common.presence.away')).toBe('Away');
    expect(translateKey('common.nonsense')).toBeUndefined();
  });
});

describe('formats', () => {
  const now = new Date(2025, 4, 14, 15, 30).getTime();
  const ago = (days: number): number => new Date(2025, 4, 14 - days, 9, 5).getTime();

  test('times of the inbox', () => {
    expect(formatShort(ago(0), now)).toMatch(/9:05/);
    expect(formatShort(ago(1), now)).toBe('Yesterday');
    expect(formatShort(ago(3), now)).toBe('Sun');
    expect(formatShort(ago(40), now)).toMatch(/Apr/);
    expect(formatShort(ago(400), now)).toMatch(/24$/);
  });

  test('days, distances', async () => {
    expect(formatDay(ago(0), now)).toBe('Today');
    expect(formatRelative(now - 20_000, now)).toBe('Just now');
    expect(formatRelative(now - 5 * 60_000, now)).toBe('5 minutes ago');
    await setLanguage('de');
    expect(formatDay(ago(1), now)).toBe('Gestern');
    expect(formatRelative(now + 2 * 3_600_000, now)).toBe('in 2 Stunden');
  });

  test('sizes, durations, lists', () => {
    expect(formatBytes(999)).toBe('999 bytes');
    expect(formatBytes(2_340_000)).toBe('2.3 MB');
    expect(formatDuration(187_000)).toBe('3:07');
    expect(formatDuration(3_765_000)).toBe('1:02:45');
    expect(formatList(['Ada', 'Grace', 'Mary'])).toBe('Ada, Grace, and Mary');
  });
});
