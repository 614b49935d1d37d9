import { expect, test } from '@jest/globals';
import { FakeClock } from '../testing/fakes.ts';
import { WarningLimit } from './warning-limit.ts';

test('a few warnings each minute', () => {
  const clock = new FakeClock();
  const limit = new WarningLimit(clock);
  const warned = (): number => Array.from({ length: 100 }, limit.mayWarn).filter(Boolean).length;
  expect([warned(), warned()]).toEqual([20, 0]);
  clock.advance(60_000);
  expect(warned()).toBe(20);
});
