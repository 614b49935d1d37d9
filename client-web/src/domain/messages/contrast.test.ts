import { expect, test } from '@jest/globals';
import { contrast, readableColours } from './contrast.ts';

const light = { text: '#1d1b20', surface: '#ffffff' };
const dark = { text: '#ecedf4', surface: '#181920' };

test('contrast is what WCAG says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('a colour is used where it can be read', () => {
  const blue = { color: '#0000cc', background: undefined };
  expect(readableColours(blue, light)).toEqual(blue);
  expect(readableColours(blue, dark)).toEqual({ color: undefined, background: undefined });
});

test('a background has to suit the text on it, its own or the usual', () => {
  expect(readableColours({ color: '#ffffff', background: '#000000' }, light)).toEqual({ color: '#ffffff', background: '#000000' });
  expect(readableColours({ color: undefined, background: '#ffff00' }, light)).toEqual({ color: undefined, background: '#ffff00' });
  expect(readableColours({ color: undefined, background: '#ffff00' }, dark)).toEqual({ color: undefined, background: undefined });
});

test('of two that hide the text the one that can be read is left, or none', () => {
  expect(readableColours({ color: '#000000', background: '#000001' }, light)).toEqual({ color: '#000000', background: undefined });
  expect(readableColours({ color: '#ffffff', background: '#fffffe' }, light)).toEqual({ color: undefined, background: undefined });
});
