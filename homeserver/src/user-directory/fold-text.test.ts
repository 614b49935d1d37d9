import { expect, test } from '@jest/globals';
import { MAX_FOLDED, foldText } from './fold-text.ts';

test.each([
  ['René ÅNGSTRÖM', 'rene angstrom'],
  ['Rene\u0301', 'rene'],
  ['ЁЛКА', 'елка'],
  ['İstanbul', 'istanbul'],
  ['Ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
  ['\u202eevil\u200b name', 'evil name'],
  ['  two\n\u0000 lines ', 'two lines'],
  ['田中', '田中'],
  ['🦊️', '🦊'],
  ['Große Straße', 'grosse strasse'],
  ['\u0301\u200b', ''],
  ['\ud800x', '\ufffdx'],
])('%j is found as %j', (text, folded) => {
  expect(foldText(text)).toBe(folded);
  expect(foldText(folded)).toBe(folded);
});

test('what is far too long is cut', () => {
  expect(foldText('ﷺ'.repeat(100_000))).toHaveLength(MAX_FOLDED);
});
