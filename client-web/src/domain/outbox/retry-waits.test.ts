import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RetryWaits } from './retry-waits.ts';

let waits: RetryWaits;
let tries: string[];
const wait = (key: string, afterMs?: number): void => waits.wait(key, () => tries.push(key), afterMs);

beforeEach(() => {
  jest.useFakeTimers();
  waits = new RetryWaits(1_000, 3_000);
  tries = [];
});
afterEach(() => {
  jest.useRealTimers();
});

/** ms until it is tried. */
function delay(key: string): number {
  const before = tries.length;
  for (let ms = 0; ; ms += 500) {
    if (tries.length > before) return ms;
    expect(waits.has(key)).toBe(true);
    jest.advanceTimersByTime(500);
  }
}

test('each wait is twice as long, up to the longest, until it succeeds', () => {
  const delays = [];
  for (let i = 0; i < 4; i++) {
    wait('a');
    delays.push(delay('a'));
  }
  expect(delays).toEqual([1_000, 2_000, 3_000, 3_000]);
  waits.succeeded('a');
  wait('a');
  expect(delay('a')).toBe(1_000);
});

test('a server that says when is taken at its word', () => {
  wait('a', 5_000);
  expect(delay('a')).toBe(5_000);
});

test('what is ended is tried by nobody, others are', () => {
  wait('a');
  wait('b');
  waits.end((key) => key === 'a');
  expect([waits.has('a'), waits.has('b')]).toEqual([false, true]);
  jest.advanceTimersByTime(10_000);
  expect(tries).toEqual(['b']);
});
