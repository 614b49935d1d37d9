import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { watchfulFetch } from './watchful-fetch.ts';

const BASE = 'https://home.example';
const SYNC = `${BASE}/_matrix/client/v3/sync?timeout=30000`;
const VERSIONS = `${BASE}/_matrix/client/versions`;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A server that answers what is listed, and stands still at the rest. */
function server(answers: readonly string[]): { readonly asked: string[]; readonly ask: typeof fetch; readonly answer: (url: string) => void } {
  const asked: string[] = [];
  const waiting = new Map<string, (response: Response) => void>();
  const ask: typeof fetch = async (resource, init) => {
    const url = resource as string;
    asked.push(url);
    if (answers.includes(url)) return new Response('{}');
    return new Promise((resolve, reject) => {
      waiting.set(url, resolve);
      init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
    });
  };
  return { asked, ask, answer: (url) => waiting.get(url)?.(new Response('{"late":true}')) };
}

test('a poll of a server that is there waits as long as it takes', async () => {
  const { asked, ask, answer } = server([VERSIONS]);
  const polled = watchfulFetch(BASE, ask)(SYNC);
  await jest.advanceTimersByTimeAsync(40_000);
  expect(asked.filter((url) => url === VERSIONS)).toHaveLength(3);
  answer(SYNC);
  expect(await (await polled).json()).toEqual({ late: true });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked.filter((url) => url === VERSIONS)).toHaveLength(3);
});

test('a poll of a server that stands still is given up, as a failure of the connection', async () => {
  const { ask } = server([]);
  // The timeout of the question is real time: refused at once instead.
  const refusing: typeof fetch = async (resource, init) => {
    if (resource === VERSIONS) throw new TypeError('refused');
    return ask(resource, init);
  };
  const polled = watchfulFetch(BASE, refusing)(SYNC).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(12_000);
  expect(await polled).toBeInstanceOf(TypeError);
});

test('what the caller gives up stays an abort', async () => {
  const { ask } = server([]);
  const controller = new AbortController();
  const polled = watchfulFetch(BASE, ask)(SYNC, { signal: controller.signal }).catch((error: unknown) => error);
  controller.abort();
  expect(await polled).toMatchObject({ name: 'AbortError' });
});

test('a message is given up after a minute, other requests never', async () => {
  const { ask } = server([]);
  const send = `${BASE}/_matrix/client/v3/rooms/!a/send/m.room.message/1`;
  const join = `${BASE}/_matrix/client/v3/join/!a`;
  let joined = false;
  const sent = watchfulFetch(BASE, ask)(send, { method: 'PUT' }).catch((error: unknown) => error);
  void watchfulFetch(BASE, ask)(join, { method: 'POST' }).finally(() => (joined = true));
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await sent).toBeInstanceOf(TypeError);
  await jest.advanceTimersByTimeAsync(600_000);
  expect(joined).toBe(false);
});
