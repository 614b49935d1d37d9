import { describe, expect, test } from '@jest/globals';
import { EMOJI_GROUPS, inTone, loadEmoji } from './emoji.ts';
import { mostUsedEmoji, MAX_RECENT, readRecentEmoji, rememberUsed, withUsedEmoji } from './recent-emoji.ts';

const english = await loadEmoji('en');
const german = await loadEmoji('de');
const found = (index: typeof english, text: string, recent: readonly string[] = []) =>
  index.search(text, { limit: 5, recent }).map(({ emoji }) => emoji);

describe('finding', () => {
  test.each([
    ['smile', '😄'],
    ['tada', '🎉'],
    ['+1', '👍\uFE0F'],
    ['heart', '❤️'],
    ['flag germany', '🇩🇪'],
    ['red heart', '❤️'],
    [':rocket:', '🚀'],
    ['ROCKET', '🚀'],
  ])('"%s" in English', (text, emoji) => {
    expect(found(english, text)[0]).toBe(emoji);
  });

  test.each([
    ['rakete', '🚀'],
    ['rotes herz', '❤️'],
    ['daumen hoch', '👍\uFE0F'],
    ['rocket', '🚀'],
    ['fröhlich', '😃'],
    ['frohlich', '😃'],
  ])('"%s" in German', (text, emoji) => {
    expect(found(german, text)).toContain(emoji);
  });

  test('nothing', () => {
    expect(found(english, '')).toEqual([]);
    expect(found(english, 'zzzzzz')).toEqual([]);
    expect(found(english, 'rakete')).toEqual([]);
  });

  test('what was used lately first, if it fits as well', () => {
    const plain = found(english, 'smil');
    expect(found(english, 'smil', [plain[3]!])[0]).toBe(plain[3]);
    expect(found(english, 'tada', ['🚀'])[0]).toBe('🎉');
  });
});

test('shortcodes, of whatever set people know', () => {
  for (const [code, emoji] of [
    ['smile', '😄'],
    ['+1', '👍\uFE0F'],
    ['thumbsup', '👍\uFE0F'],
    ['joy', '😂'],
    ['SHRUG', '🤷'],
  ] as const)
    expect(english.byShortcode(code)?.emoji).toBe(emoji);
  expect(english.byShortcode('rakete')).toBeUndefined();
  expect(german.byShortcode('rakete')?.emoji).toBe('🚀');
  for (const name of ['__proto__', 'constructor', 'toString', '']) expect(english.byShortcode(name)).toBeUndefined();
});

test('labels are in the language of the user', () => {
  expect([english.byEmoji('🚀')?.label, german.byEmoji('🚀')?.label]).toEqual(['rocket', 'Rakete']);
});

test('groups are complete, in order, without parts of emoji', () => {
  const groups = english.groups();
  expect([...groups.keys()]).toEqual(EMOJI_GROUPS);
  for (const group of groups.values()) expect(group.length).toBeGreaterThan(50);
  expect(groups.get('smileys')![0]!.emoji).toBe('😀');
  expect(groups.get('flags')!.map(({ emoji }) => emoji)).toContain('🇩🇪');
  expect([...groups.values()].flat().map(({ emoji }) => emoji)).not.toContain('🏻');
});

test('skin tones', () => {
  const wave = english.byEmoji('👋')!;
  expect([0, 1, 5].map((tone) => inTone(wave, tone as 0 | 1 | 5))).toEqual(['👋', '👋🏻', '👋🏿']);
  expect(english.byEmoji('👋🏿')).toBe(wave);
  expect(english.byEmoji('👍')).toBe(english.byEmoji('👍\uFE0F'));
  expect(inTone(english.byEmoji('🚀')!, 3)).toBe('🚀');
  expect(inTone(english.byShortcode('handshake')!, 2)).toBe('🤝🏼');
});

describe('recently used', () => {
  test('what is used comes first and is counted', () => {
    const once = withUsedEmoji(undefined, ['😀', '🚀']);
    expect(once).toEqual({
      recent_emoji: [
        { emoji: '🚀', total: 1 },
        { emoji: '😀', total: 1 },
      ],
    });
    expect(withUsedEmoji(once, ['😀']).recent_emoji[0]).toEqual({ emoji: '😀', total: 2 });
  });

  test('what is not understood is kept, what is broken is not', () => {
    const content = {
      recent_emoji: [{ emoji: ':custom:', total: 3, later: 'x' }, { emoji: '😀', total: -1 }, { emoji: 1, total: 1 }, null, 'x', { emoji: '🚀' }],
    };
    expect(withUsedEmoji(content, ['🎉']).recent_emoji).toEqual([
      { emoji: '🎉', total: 1 },
      { emoji: ':custom:', total: 3, later: 'x' },
    ]);
    for (const broken of [undefined, null, 1, {}, { recent_emoji: {} }]) expect(readRecentEmoji(broken)).toEqual([]);
  });

  test('a hundred at most', () => {
    expect(
      withUsedEmoji(
        undefined,
        Array.from({ length: 150 }, (_, index) => `e${index}`),
      ).recent_emoji,
    ).toHaveLength(MAX_RECENT);
  });

  test('often and lately counts', () => {
    const recent = [
      { emoji: 'new', total: 1 },
      { emoji: 'often', total: 30 },
      ...Array.from({ length: 40 }, (_, index) => ({ emoji: `x${index}`, total: 1 })),
      { emoji: 'old', total: 31 },
    ];
    expect(mostUsedEmoji({ recent_emoji: recent }, 2)).toEqual(['often', 'new']);
  });

  test('is written where it is kept, if something was used', async () => {
    const kept: unknown[] = [undefined];
    const storage = {
      read: () => kept.at(-1),
      write: (content: unknown) => {
        kept.push(content);
        return Promise.resolve();
      },
    };
    await rememberUsed(storage, ['😀']);
    await rememberUsed(storage, []);
    await rememberUsed(storage, ['😀']);
    expect(kept.slice(1)).toEqual([{ recent_emoji: [{ emoji: '😀', total: 1 }] }, { recent_emoji: [{ emoji: '😀', total: 2 }] }]);
  });
});
