import { expect, test } from '@jest/globals';
import { identityIndex, IDENTITY_COLOURS } from './identity-colour.ts';
import { initials } from './initials.ts';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['@ada.king:home.example', 'AE'],
  ['Mary Fairfax Greig Somerville', 'MS'],
  ['#weekend-crew', 'WC'],
  ['李小龍', '李'],
  ['👩‍👩‍👧 Family', '👩‍👩‍👧F'],
  ['éclair', 'É'],
  ['(Work) Team', 'WT'],
  ['***', '?'],
  ['', '?'],
])('initials of %s', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('one letter for small pictures', () => {
  expect(initials('Ada Lovelace', 1)).toBe('A');
});

test('ids spread over all colours', () => {
  const found = new Set(Array.from({ length: 64 }, (_, index) => identityIndex(`@user${index}:home.example`)));
  expect(found.size).toBe(IDENTITY_COLOURS);
});
