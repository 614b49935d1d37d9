import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { dismissToast, pauseToasts, removeToast, resumeToasts, showToast, toasts } from './toast-store.ts';

const staying = (): string[] =>
  toasts
    .getState()
    .shown.filter(({ leaving }) => !leaving)
    .map(({ text }) => text);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  for (const { id } of toasts.getState().shown) removeToast(id);
  resumeToasts();
  jest.useRealTimers();
});

test('leaves after its time', () => {
  showToast({ text: 'Copied' });
  jest.advanceTimersByTime(4_999);
  expect(staying()).toEqual(['Copied']);
  jest.advanceTimersByTime(1);
  expect(staying()).toEqual([]);
});

test('has the rest of its time after a pause', () => {
  showToast({ text: 'Copied' });
  jest.advanceTimersByTime(3_000);
  pauseToasts();
  jest.advanceTimersByTime(60_000);
  resumeToasts();
  jest.advanceTimersByTime(1_999);
  expect(staying()).toEqual(['Copied']);
  jest.advanceTimersByTime(1);
  expect(staying()).toEqual([]);
});

test('starts its time when a pause it came in is over', () => {
  pauseToasts();
  showToast({ text: 'Copied', durationMs: 100 });
  jest.advanceTimersByTime(1_000);
  resumeToasts();
  jest.advanceTimersByTime(99);
  expect(staying()).toEqual(['Copied']);
  jest.advanceTimersByTime(1);
  expect(staying()).toEqual([]);
});

test('stays if it is told to, until dismissed', () => {
  const id = showToast({ text: 'Not sent', durationMs: Infinity });
  pauseToasts();
  resumeToasts();
  jest.advanceTimersByTime(1_000_000);
  expect(staying()).toEqual(['Not sent']);
  dismissToast(id);
  expect(staying()).toEqual([]);
});

test('one of a key, three at most', () => {
  showToast({ text: 'One done', key: 'done' });
  showToast({ text: 'Two done', key: 'done' });
  expect(staying()).toEqual(['Two done']);
  for (const text of ['a', 'b', 'c']) showToast({ text });
  expect(staying()).toEqual(['a', 'b', 'c']);
});
