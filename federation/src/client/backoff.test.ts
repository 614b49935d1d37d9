import { beforeEach, expect, test } from '@jest/globals';
import type { ServerName } from '../ports.ts';
import { FakeClock } from '../testing/fakes.ts';
import { Backoff, DEFAULT_BACKOFF } from './backoff.ts';

const SERVER = 'a.example' as ServerName;
let clock: FakeClock;
let chance: number;
let backoff: Backoff;

beforeEach(() => {
  clock = new FakeClock();
  chance = 0;
  backoff = new Backoff({ now: () => clock.now(), random: () => chance });
});

const waitMs = (): number => backoff.retryAt(SERVER)! - clock.now();

test('a server is up until it fails', () => {
  expect(backoff.isDown(SERVER)).toBe(false);
  expect(backoff.failedSince(SERVER)).toBeUndefined();
  backoff.markFailed(SERVER, 'refused');
  expect(backoff.isDown(SERVER)).toBe(true);
  expect(backoff.state(SERVER)).toMatchObject({ failedSince: clock.now(), failures: 1, reason: 'refused' });
  clock.advance(DEFAULT_BACKOFF.minMs);
  expect(backoff.isDown(SERVER)).toBe(false);
});

test('the wait doubles up to an hour, and the time of the first failure stays', () => {
  const since = clock.now();
  const waits: number[] = [];
  for (let i = 0; i < 15; i++) {
    backoff.markFailed(SERVER, 'timeout');
    waits.push(waitMs());
    clock.advance(waitMs());
  }
  expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(waits.at(-1)).toBe(3_600_000);
  expect(backoff.failedSince(SERVER)).toBe(since);
});

test('chance shortens the wait a little', () => {
  chance = 0.999;
  backoff.markFailed(SERVER, 'timeout');
  expect(waitMs()).toBeGreaterThanOrEqual(800);
  expect(waitMs()).toBeLessThan(1_000);
});

test('requests that fail together count once', () => {
  const startedAt = clock.now();
  clock.advance(500);
  for (let i = 0; i < 10; i++) backoff.markFailed(SERVER, 'timeout', startedAt);
  expect(backoff.state(SERVER)!.failures).toBe(1);
});

test('one answer ends it, and those who wait hear of it once', () => {
  const heard: string[] = [];
  const stop = backoff.onUp((server) => heard.push(server));
  backoff.markUp(SERVER);
  backoff.markFailed(SERVER, 'dns');
  expect(backoff.list()).toHaveLength(1);
  backoff.markUp(SERVER);
  backoff.markUp(SERVER);
  expect(heard).toEqual([SERVER]);
  expect(backoff.isDown(SERVER)).toBe(false);
  expect(backoff.list()).toEqual([]);
  stop();
  backoff.markFailed(SERVER, 'dns');
  backoff.markUp(SERVER);
  expect(heard).toHaveLength(1);
});
