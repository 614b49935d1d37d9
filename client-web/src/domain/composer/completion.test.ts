import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { complete, rankCandidates, tokenAt } from './completion.ts';

/** The caret is at the bar. */
function at(marked: string): string | undefined {
  const caret = marked.indexOf('|');
  const token = tokenAt(marked.replace('|', ''), caret);
  return token && `${token.trigger}${token.query}`;
}

describe('what is being typed', () => {
  test.each([
    ['@bo|', '@bo'],
    ['hi @bo|b there', '@bo'],
    ['@|', '@'],
    ['@John Sm|', '@John Sm'],
    ['(#ro|', '#ro'],
    [':smi|', ':smi'],
    [':+1|', ':+1'],
    ['**:smi|', ':smi'],
    ['/sno|', '/sno'],
    ['/|', '/'],
    ['"@ä|', '@ä'],
    ['@bob:b.exa|', '@bob:b.exa'],
  ])('%s', (marked, token) => {
    expect(at(marked)).toBe(token);
  });

  test.each([
    'bob@exa|',
    'a/b|',
    'hi /sno|',
    '10:30|',
    ':)|',
    ':s|',
    '@bob is here|',
    'hi|',
    '|@bob',
    '`@bo|',
    '```\n@bo|',
    '@bo\n|',
    'https://x.example/#sec|',
    '/snooze tom|',
    `@${'x'.repeat(60)}|`,
  ])('nothing in %j', (marked) => {
    expect(at(marked)).toBeUndefined();
  });

  test('code that has ended is no code', () => {
    expect(at('`a` @bo|')).toBe('@bo');
    expect(at('```\na\n```\n@bo|')).toBe('@bo');
  });
});

describe('candidates', () => {
  const candidate = (name: string, boost?: number) => ({ id: name, texts: [name], ...(boost !== undefined && { boost }) });
  const rank = (query: string, ...candidates: ReturnType<typeof candidate>[]) => rankCandidates(query, candidates).map(({ id }) => id);

  test('the text itself, its start, the start of a word, its letters', () => {
    expect(rank('ann', candidate('Joanna'), candidate('a nice one now'), candidate('Mary Ann'), candidate('Anna'), candidate('Ann'))).toEqual([
      'Ann',
      'Anna',
      'Mary Ann',
      'Joanna',
      'a nice one now',
    ]);
    expect(rank('ann', candidate('Bob'))).toEqual([]);
  });

  test('those used lately first, but not before those that fit better', () => {
    expect(rank('an', candidate('Anna'), candidate('Andy', 5), candidate('Mary An', 99))).toEqual(['Andy', 'Anna', 'Mary An']);
  });

  test('without a query by boost', () => {
    expect(rank('', candidate('a'), candidate('b', 2), candidate('c', 1))).toEqual(['b', 'c', 'a']);
  });

  test('whatever the accents; by any of the texts, without their sigil', () => {
    expect(rankCandidates('zoe', [{ id: '1', texts: ['Zoë'] }])).toHaveLength(1);
    expect(rankCandidates('bob:b', [{ id: '1', texts: ['The Great', '@bob:b.example'] }])).toHaveLength(1);
  });

  test('the order does not depend on where they stood', () => {
    const some = fc.uniqueArray(
      fc.record({
        id: fc.string({ maxLength: 3 }),
        texts: fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é'), maxLength: 5 }), { maxLength: 2 }),
        boost: fc.nat(2),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(some, fc.constantFrom('', 'a', 'ab', 'e b'), (all, query) => {
        expect(rankCandidates(query, all.toReversed())).toEqual(rankCandidates(query, all));
      }),
    );
  });
});

test('completing leaves the rest as it was, with one space', () => {
  const text = 'hi @bo there';
  const token = tokenAt(text, 6)!;
  expect(complete(text, token, '@[Bob](@bob:b.example)')).toEqual({ text: 'hi @[Bob](@bob:b.example) there', caret: 26 });
  expect(complete(':smi', tokenAt(':smi', 4)!, '😄')).toEqual({ text: '😄 ', caret: 3 });
});
