import { expect, test } from '@jest/globals';
import { SPLITS } from '../../domain/inbox/splits.ts';
import { splitName, toSplit } from './split-route.ts';

const own = { id: 'a1', name: 'Work' };

test('what the address names is found again', () => {
  for (const split of [...SPLITS, own]) expect(toSplit(splitName(split), [own])).toBe(split);
});

test.each(['', 'nonsense', 'own-', 'own-a2', 'own-A1', 'toString', 'a1'])('%j is everything', (name) => {
  expect(toSplit(name, [own])).toBe('everything');
});
