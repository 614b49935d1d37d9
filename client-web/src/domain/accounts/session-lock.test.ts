import { expect, test } from '@jest/globals';
import { lockSession, sessionIsFree } from './session-lock.ts';

/** Node has the locks of browsers since version 24: two calls stand for two windows. */
const options = (onAskedToLeave: () => Promise<void> = async () => {}) => ({ take: false, onAskedToLeave });
const FREE_FOR_MS = 20;
let keys = 0;
const newKey = (): string => `account-${keys++}`;

test('one window has an account, and the next gets it when that one lets go', async () => {
  const key = newKey();
  const first = await lockSession(key, options());
  expect(first).toBeDefined();
  expect(await lockSession(key, options())).toBeUndefined();
  let free = false;
  const waiting = sessionIsFree(key, new AbortController().signal, FREE_FOR_MS).then(() => (free = true));
  await new Promise((resolve) => setTimeout(resolve, 5 * FREE_FOR_MS));
  expect(free).toBe(false);
  first!.release();
  await waiting;
  const second = await lockSession(key, options());
  expect(second).toBeDefined();
  second!.release();
});

test('a window that waits stands in the way of none that takes the account over', async () => {
  const key = newKey();
  const asked = Promise.withResolvers<void>();
  await lockSession(
    key,
    options(async () => asked.resolve()),
  );
  const abort = new AbortController();
  const waiting = sessionIsFree(key, abort.signal, 60_000);
  const taken = await lockSession(key, { ...options(), take: true });
  await asked.promise;
  expect(taken).toBeDefined();
  abort.abort();
  await expect(waiting).rejects.toThrow();
  taken!.release();
});

test('whoever stops waiting gets nothing', async () => {
  const key = newKey();
  const held = await lockSession(key, options());
  const abort = new AbortController();
  const waiting = sessionIsFree(key, abort.signal, FREE_FOR_MS);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  held!.release();
});
