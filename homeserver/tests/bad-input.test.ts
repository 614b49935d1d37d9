/** What clients should not send: each gets the specification's error, and the server goes on. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
let roomId: string;

beforeAll(async () => {
  server = await startTestServer();
  alice = await server.user('alice');
  roomId = await alice.createRoom();
});
afterAll(async () => {
  expect((await alice.request('GET', '/health')).status).toBe(200);
  await server[Symbol.asyncDispose]();
});

let transactions = 0;
const send = (body: unknown): Promise<[number, string]> =>
  alice.error('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/b${transactions++}`, body);
const BIG = 'x'.repeat(70_000);

describe('bodies', () => {
  const cases: [string, string | Uint8Array, [number, string]][] = [
    ['not JSON', '{"body":', [400, 'M_NOT_JSON']],
    ['nothing at all', '', [400, 'M_NOT_JSON']],
    ['JSON with a comma too many', '{"a":1,}', [400, 'M_NOT_JSON']],
    ['a list', '[]', [400, 'M_BAD_JSON']],
    ['a string', '"text"', [400, 'M_BAD_JSON']],
    ['null', 'null', [400, 'M_BAD_JSON']],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), [400, 'M_NOT_JSON']],
    ['a float', '{"a":1.5}', [400, 'M_BAD_JSON']],
    ['a float that is a whole number', '{"a":1.0}', [400, 'M_BAD_JSON']],
    ['a number with an exponent', '{"a":1e2}', [400, 'M_BAD_JSON']],
    ['minus zero', '{"a":-0}', [400, 'M_BAD_JSON']],
    ['a number above 2^53-1', '{"a":9007199254740992}', [400, 'M_BAD_JSON']],
    ['a number below -(2^53-1)', '{"a":-9007199254740992}', [400, 'M_BAD_JSON']],
    ['half a surrogate pair', '{"a":"\\ud800"}', [400, 'M_BAD_JSON']],
    ['an event of more than 65,536 bytes', JSON.stringify({ body: BIG }), [413, 'M_TOO_LARGE']],
    ['lists in lists in lists', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, [400, 'M_BAD_JSON']],
    ['more bytes than a request may have', JSON.stringify({ body: 'x'.repeat(2_000_000) }), [413, 'M_TOO_LARGE']],
  ];
  test.each(cases)('%s', async (_what, body, refusal) => {
    expect(await send(body)).toEqual(refusal);
  });

  test('of strange keys are stored as they are', async () => {
    const content = '{"__proto__":{"polluted":true},"constructor":1,"10":"ten","9":"nine","\\u0000":"nul","😀":"face"}';
    const { body: sent } = await alice.request('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.strange/s1`, content);
    const { body: event } = await alice.request('GET', `/rooms/${encodeURIComponent(roomId)}/event/${encodeURIComponent(sent.event_id)}`);
    expect(JSON.stringify(event.content)).toContain('"__proto__"');
    expect(Object.keys(event.content).sort()).toEqual(['\u0000', '10', '9', '__proto__', 'constructor', '😀'].sort());
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('of another content type are read as JSON, as the specification asks', async () => {
    const { status } = await alice.request('PUT', `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/ct`, '{"body":"x"}', {
      'content-type': 'text/plain',
    });
    expect(status).toBe(200);
  });
});

describe('fields', () => {
  const cases: [string, 'POST' | 'PUT' | 'GET', string, unknown, [number, string]][] = [
    ['a name that is a number', 'POST', '/createRoom', { name: 5 }, [400, 'M_BAD_JSON']],
    ['an unknown preset', 'POST', '/createRoom', { preset: 'party' }, [400, 'M_INVALID_PARAM']],
    ['an unknown room version', 'POST', '/createRoom', { room_version: '999' }, [400, 'M_UNSUPPORTED_ROOM_VERSION']],
    ['a room version that is a number', 'POST', '/createRoom', { room_version: 11 }, [400, 'M_BAD_JSON']],
    ['an invite of somebody who is no user id', 'POST', '/createRoom', { invite: ['bob'] }, [400, 'M_INVALID_PARAM']],
    ['an alias with a NUL', 'POST', '/createRoom', { room_alias_name: 'a\u0000b' }, [400, 'M_INVALID_PARAM']],
    ['a login without a type', 'POST', '/login', {}, [400, 'M_MISSING_PARAM']],
    ['a login of an unknown type', 'POST', '/login', { type: 'm.login.magic' }, [400, 'M_UNKNOWN']],
    [
      'a password that is a list',
      'POST',
      '/login',
      { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password: [] },
      [400, 'M_BAD_JSON'],
    ],
    ['a bad user name', 'POST', '/register', { username: 'Not A Name', auth: { type: 'm.login.dummy' } }, [400, 'M_INVALID_USERNAME']],
    ['a timeout that is no number', 'GET', '/sync?timeout=soon', undefined, [400, 'M_INVALID_PARAM']],
    ['a filter that is not JSON', 'GET', '/sync?filter=%7Bbad', undefined, [400, 'M_NOT_JSON']],
    ['a filter that does not exist', 'GET', '/sync?filter=77', undefined, [404, 'M_NOT_FOUND']],
    ['a token of nobody', 'GET', '/sync?since=yesterday', undefined, [400, 'M_INVALID_PARAM']],
    ['an unknown presence', 'GET', '/sync?set_presence=asleep', undefined, [400, 'M_INVALID_PARAM']],
    [
      'a key upload of another user',
      'POST',
      '/keys/upload',
      { device_keys: { user_id: '@bob:localhost', device_id: 'X', algorithms: [], keys: {}, signatures: {} } },
      [400, 'M_INVALID_PARAM'],
    ],
    ['device ids that are an object', 'POST', '/keys/query', { device_keys: { '@alice:localhost': {} } }, [400, 'M_BAD_JSON']],
  ];
  test.each(cases)('%s', async (_what, method, path, body, refusal) => {
    expect(await alice.error(method, path, body)).toEqual(refusal);
  });

  test('a page before the room began or with an absurd limit', async () => {
    const room = `/rooms/${encodeURIComponent(roomId)}`;
    expect(await alice.error('GET', `${room}/messages?dir=b&limit=-1`)).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', `${room}/messages?dir=sideways`)).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', `${room}/messages?dir=b&from=nonsense`)).toEqual([400, 'M_INVALID_PARAM']);
    expect((await alice.ok('GET', `${room}/messages?dir=b&limit=99999999`)).chunk.length).toBeGreaterThan(0);
  });
});

describe('paths', () => {
  test('unknown', async () => {
    for (const path of ['/_matrix/client/v3/nothing', '/_matrix/client/v99/sync', '/_matrix/nothing', '/_matrix/client/v3/rooms']) {
      expect(await alice.error('GET', path)).toEqual([404, 'M_UNRECOGNIZED']);
    }
  });

  test('known, with another method', async () => {
    const { status, body, headers } = await alice.request('DELETE', '/sync');
    expect([status, body.errcode, headers['allow']]).toEqual([405, 'M_UNRECOGNIZED', 'GET']);
    expect(await alice.error('POST', '/_matrix/client/versions', {})).toEqual([405, 'M_UNRECOGNIZED']);
  });

  test('with encoded slashes belong to one parameter', async () => {
    await alice.ok('PUT', `/user/${alice.userId}/account_data/${encodeURIComponent('a/b%2F/c')}`, { ok: true });
    expect(await alice.ok('GET', `/user/${alice.userId}/account_data/${encodeURIComponent('a/b%2F/c')}`)).toEqual({ ok: true });
    await alice.setState(roomId, 'm.slash', { ok: true }, 'x/y/../z');
    expect(await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/state/m.slash/${encodeURIComponent('x/y/../z')}`)).toEqual({ ok: true });
  });

  test('badly encoded', async () => {
    expect(await alice.error('GET', '/user/%ff/filter/1')).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', '/profile/%zz')).toEqual([400, 'M_INVALID_PARAM']);
  });

  test('under r0 are those under v3', async () => {
    expect((await alice.ok('GET', '/_matrix/client/r0/account/whoami')).user_id).toBe(alice.userId);
  });

  test('asked by a browser of another origin', async () => {
    const { status, headers } = await alice.request('OPTIONS', '/_matrix/client/v3/nothing');
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization, Range, If-None-Match',
      'access-control-max-age': '7200',
    });
    const answer = await alice.request('GET', '/account/whoami');
    expect(answer.headers['access-control-expose-headers']).toMatch(/Content-Range.*Retry-After/);
    expect(answer.headers['access-control-max-age']).toBeUndefined();
  });
});

describe('tokens', () => {
  test('in the query are taken, others are not', async () => {
    const stranger = server.nobody;
    expect((await stranger.request('GET', `/account/whoami?access_token=${alice.token}`)).status).toBe(200);
    const { body } = await stranger.request('GET', '/account/whoami', undefined, { authorization: 'Basic abc' });
    expect(body.errcode).toBe('M_MISSING_TOKEN');
  });

  test('that have expired ask for a soft logout', async () => {
    const short = await startTestServer({ NEXUS_CONFIG: new URL('short-tokens.yaml', import.meta.url).pathname });
    try {
      const bob = await short.user('bob');
      const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'bob' }, password: 'password of bob', refresh_token: true };
      const first = await bob.ok('POST', '/login', login);
      bob.token = first.access_token;
      await new Promise((resolve) => setTimeout(resolve, first.expires_in_ms + 50));
      const { status, body } = await bob.request('GET', '/account/whoami');
      expect([status, body.errcode, body.soft_logout]).toEqual([401, 'M_UNKNOWN_TOKEN', true]);
      const renewed = await short.nobody.ok('POST', '/refresh', { refresh_token: first.refresh_token });
      bob.token = renewed.access_token;
      expect((await bob.ok('GET', '/account/whoami')).user_id).toBe(bob.userId);
      expect(await short.nobody.error('POST', '/refresh', { refresh_token: first.refresh_token })).toEqual([401, 'M_UNKNOWN_TOKEN']);
      await bob.ok('POST', '/logout', {});
      expect(await bob.error('GET', '/account/whoami')).toEqual([401, 'M_UNKNOWN_TOKEN']);
    } finally {
      await short[Symbol.asyncDispose]();
    }
  });
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a header without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['two lengths', 'POST /_matrix/client/v3/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
  ['a length and chunks', 'POST /_matrix/client/v3/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
])('%s is refused cleanly', async (_what, bytes) => {
  const { port } = new URL(server.url);
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
});
