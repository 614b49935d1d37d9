import { describe, expect, test } from '@jest/globals';
import type { ServerName } from '../ports.ts';
import { readJson, readRemoteError } from './read-response.ts';
import type { TransportResponse } from './transport.ts';

const SERVER = 'a.example' as ServerName;
const CHUNK = 64 * 1024;

function answer(text: string, status = 200, headers: TransportResponse['headers'] = {}): TransportResponse {
  async function* body(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
  }
  return { status, headers, body: body() };
}

test('a large answer is read without holding anything up', async () => {
  const event = { type: 'm.room.member', content: { membership: 'join', displayname: 'x'.repeat(400) }, prev_events: ['$a', '$b'] };
  const count = 40_000;
  const text = `{"auth_chain":[],"state":[${Array.from({ length: count }, (_, n) => JSON.stringify({ ...event, n })).join(',')}]}`;
  const response = answer(text);
  let read = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of response.body) {
      read += chunk.length;
      yield chunk;
    }
  }
  // Counted in bytes for each turn of the event loop, since time says little on a busy machine.
  let before = 0;
  let most = 0;
  let ticking = true;
  const tick = (): void => {
    most = Math.max(most, read - before);
    before = read;
    if (ticking) setImmediate(tick);
  };
  setImmediate(tick);
  const value = (await readJson({ ...response, body: counted() }, SERVER, 100_000_000)) as { state: { n: number }[] };
  ticking = false;
  expect(value.state).toHaveLength(count);
  expect(value.state.at(-1)).toEqual({ ...event, n: count - 1 });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2_000_000);
});

describe('an error', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['of Matrix', '{"errcode":"M_FORBIDDEN","error":"no"}', { errcode: 'M_FORBIDDEN', text: 'no', isUnknownEndpoint: false }],
    ['of a gateway', '<html>', { errcode: 'M_UNKNOWN', text: '', body: undefined }],
    ['without errcode', '{"error":"x"}', { errcode: 'M_UNKNOWN', body: undefined }],
    ['of no object', '[1]', { errcode: 'M_UNKNOWN', body: undefined }],
    ['without end', 'x'.repeat(100_000), { errcode: 'M_UNKNOWN', body: undefined }],
  ])('%s', async (_what, text, expected) => {
    expect(await readRemoteError(answer(text, 403), SERVER)).toMatchObject({ status: 403, ...expected });
  });

  test('may say when to come again, in the header first', async () => {
    const limited = '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1500}';
    expect((await readRemoteError(answer(limited, 429), SERVER)).retryAfterMs).toBe(1_500);
    expect((await readRemoteError(answer(limited, 429, { 'retry-after': '7' }), SERVER)).retryAfterMs).toBe(7_000);
  });
});

test('an answer that is not JSON is bad', async () => {
  await expect(readJson(answer('{'), SERVER, 100)).rejects.toMatchObject({ reason: 'bad response' });
  await expect(readJson(answer(`[${'"x",'.repeat(300_000)}`), SERVER, 10_000_000)).rejects.toMatchObject({ reason: 'bad response' });
});
