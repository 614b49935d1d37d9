import { expect, test } from '@jest/globals';
import { distribution, median, percentile } from './percentiles.ts';

test('percentiles are samples, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1), percentile(hundred, 0)]).toEqual([50, 99, 100, 1]);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('distributions and medians sort by size, not by text', () => {
  expect(distribution([100, 9, 20])).toEqual({ p50: 20, p99: 100, max: 100 });
  expect(median([5, 100, 20, 1, 9])).toBe(9);
});
