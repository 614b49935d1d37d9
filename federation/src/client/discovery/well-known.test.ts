import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock, silentLog } from '../../testing/fakes.ts';
import type { TransportResponse } from '../transport.ts';
import { DEFAULT_WELL_KNOWN, WellKnown, lifetimeOf } from './well-known.ts';

const { defaultMs, minMs, maxMs, errorMinMs, errorMaxMs } = DEFAULT_WELL_KNOWN;
const HOST = 'example.org';

let clock: FakeClock;
let answers: (() => Promise<TransportResponse>)[];
let fetches: number;
let wellKnown: WellKnown;

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const says =
  (name: string, headers: Record<string, string> = {}) =>
  (): Promise<TransportResponse> =>
    Promise.resolve({ status: 200, headers, body: bytes(JSON.stringify({ 'm.server': name })) });
const fails = (): Promise<TransportResponse> => Promise.reject(new Error('refused'));
const delegatedTo = async (): Promise<string | undefined> => (await wellKnown.lookUp(HOST)).delegatedTo;

beforeEach(() => {
  clock = new FakeClock();
  answers = [];
  fetches = 0;
  const get = (): Promise<TransportResponse> => {
    fetches++;
    return (answers.shift() ?? fails)();
  };
  wellKnown = new WellKnown({ get, clock, log: silentLog });
});

describe('a .well-known answer is kept', () => {
  test.each<[string, Record<string, string>, number]>([
    ['a day if it says nothing', {}, defaultMs],
    ['as long as max-age says', { 'cache-control': 'public, max-age=7200' }, 7_200_000],
    ['48 hours at most', { 'cache-control': 'max-age=31536000' }, maxMs],
    ['a few minutes at least', { 'cache-control': 'max-age=1' }, minMs],
    ['a few minutes if it must not be stored', { 'cache-control': 'no-store' }, minMs],
    ['until it expires', { expires: new Date(1_700_000_000_000 + 3_600_000).toUTCString() }, 3_600_000],
    ['a few minutes if its expiry is no date', { expires: '0' }, minMs],
  ])('%s', async (_what, headers, lifetime) => {
    answers = [says('a.example', headers), says('b.example')];
    expect(await delegatedTo()).toBe('a.example');
    clock.advance(lifetime - 1);
    expect(await delegatedTo()).toBe('a.example');
    clock.advance(1);
    expect(await delegatedTo()).toBe('b.example');
    expect(fetches).toBe(2);
  });

  test('max-age goes before Expires', () => {
    expect(lifetimeOf({ 'cache-control': 'max-age=60', expires: 'Fri, 01 Jan 2100 00:00:00 GMT' }, 0)).toBe(60_000);
  });
});

describe('when .well-known can not be had', () => {
  test('that is kept too, ever longer, up to an hour', async () => {
    for (let wait = errorMinMs; wait < errorMaxMs; wait *= 2) {
      const before = fetches;
      expect(await delegatedTo()).toBeUndefined();
      expect(fetches).toBe(before + 1);
      clock.advance(wait - 1);
      expect(await delegatedTo()).toBeUndefined();
      expect(fetches).toBe(before + 1);
      clock.advance(1);
    }
    await delegatedTo();
    const before = fetches;
    clock.advance(errorMaxMs - 1);
    await delegatedTo();
    expect(fetches).toBe(before);
    clock.advance(1);
    await delegatedTo();
    expect(fetches).toBe(before + 1);
  });

  test('what it said before is used for two days', async () => {
    answers = [says('a.example', { 'cache-control': 'max-age=3600' })];
    await delegatedTo();
    clock.advance(3_600_000);
    expect(await delegatedTo()).toBe('a.example');
    clock.advance(maxMs);
    expect(await delegatedTo()).toBeUndefined();
  });

  test('one that does not answer is given up', async () => {
    answers = [() => new Promise(() => {})];
    wellKnown = new WellKnown({
      get: (_url, _server, signal) => new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error))),
      clock,
      log: silentLog,
    });
    const looking = delegatedTo();
    clock.advance(DEFAULT_WELL_KNOWN.timeoutMs);
    expect(await looking).toBeUndefined();
  });
});

test('many who ask at once share one fetch', async () => {
  answers = [says('a.example')];
  expect(await Promise.all([delegatedTo(), delegatedTo(), delegatedTo()])).toEqual(['a.example', 'a.example', 'a.example']);
  expect(fetches).toBe(1);
});

test('forgetting makes it ask again', async () => {
  answers = [says('a.example'), says('b.example')];
  await delegatedTo();
  wellKnown.forget(HOST);
  expect(await delegatedTo()).toBe('b.example');
});
