import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { TypingNotifier } from './typing-notifier.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function notifier(): { told: boolean[]; typing: TypingNotifier } {
  const told: boolean[] = [];
  return { told, typing: new TypingNotifier((is) => told.push(is)) };
}

test('told once for many keys, and again while it goes on', () => {
  const { told, typing } = notifier();
  for (let second = 0; second < 12; second++) {
    typing.typed();
    jest.advanceTimersByTime(1_000);
  }
  expect(told).toEqual([true, true]);
});

test('a pause, an empty field and sending end it', () => {
  const { told, typing } = notifier();
  typing.typed();
  jest.advanceTimersByTime(6_000);
  expect(told).toEqual([true, false]);
  typing.typed();
  typing.stop();
  typing.stop();
  jest.advanceTimersByTime(20_000);
  expect(told).toEqual([true, false, true, false]);
});
