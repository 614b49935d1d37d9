import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { EventId, RoomId, ServerName, UserId } from '../ports.ts';
import { fakeResolver } from '../testing/fakes.ts';
import { createTestClient, type TestClient } from '../testing/test-client.ts';
import { createTestAuthority, json, startTlsServer, type Responder, type TestAuthority, type TlsServer } from '../testing/tls-server.ts';
import { RemoteError, Unreachable, clientErrorOf } from './errors.ts';

const roomId = '!r:a.example' as RoomId;
const eventId = '$e:x/y' as EventId;
const userId = '@u:a.example' as UserId;

let authority: TestAuthority;
let respond: Responder;
let server: TlsServer;
let name: ServerName;
let remote: TestClient;

beforeAll(async () => {
  authority = await createTestAuthority();
});
beforeEach(async () => {
  respond = (_request, response) => json(response, {});
  server = await startTlsServer(authority, ['127.0.0.1'], (request, response) => respond(request, response));
  name = `127.0.0.1:${server.port}` as ServerName;
  remote = createTestClient({ authority, resolver: fakeResolver({}) });
});
afterEach(async () => {
  await remote[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const answers = (...bodies: unknown[]): void => {
  respond = (_request, response) => json(response, bodies.shift());
};
const refuses = (status: number, body: unknown): void => {
  respond = (_request, response) => json(response, body, status);
};

describe('each endpoint is asked as it is declared', () => {
  const event: JsonObject = { type: 'm.room.member', content: { membership: 'join' }, float: 1.5 };

  test.each<[string, (client: TestClient['client']) => Promise<unknown>, unknown, unknown, string]>([
    [
      'a transaction',
      (client) => client.sendTransaction(name, { txnId: 't/1', pdus: [event], edus: [] }),
      { pdus: { $a: {}, $b: { error: 'no' } } },
      new Map([['$b', '"no"']]),
      'PUT /_matrix/federation/v1/send/t%2F1',
    ],
    [
      'make_join',
      (client) => client.makeJoin(name, { roomId, userId, roomVersions: ['1', '12'] }),
      { room_version: '10', event },
      { roomVersion: '10', event },
      'GET /_matrix/federation/v1/make_join/!r%3Aa.example/%40u%3Aa.example?ver=1&ver=12',
    ],
    [
      'make_knock of a server that names no version',
      (client) => client.makeKnock(name, { roomId, userId, roomVersions: ['7'] }),
      { event },
      { roomVersion: '1', event },
      'GET /_matrix/federation/v1/make_knock/!r%3Aa.example/%40u%3Aa.example?ver=7',
    ],
    [
      'send_join',
      (client) => client.sendJoin(name, { roomId, eventId, event, omitMembers: true }),
      { state: [event, 'no object'], auth_chain: [], members_omitted: true, servers_in_room: ['b.example', 'not a name!'], event },
      { state: [event], authChain: [], membersOmitted: true, serversInRoom: ['b.example'], event },
      'PUT /_matrix/federation/v2/send_join/!r%3Aa.example/%24e%3Ax%2Fy?omit_members=true',
    ],
    [
      'send_knock',
      (client) => client.sendKnock(name, { roomId, eventId, event }),
      { knock_room_state: [event] },
      [event],
      'PUT /_matrix/federation/v1/send_knock/!r%3Aa.example/%24e%3Ax%2Fy',
    ],
    [
      'make_leave',
      (client) => client.makeLeave(name, { roomId, userId }),
      { room_version: '6', event },
      { roomVersion: '6', event },
      'GET /_matrix/federation/v1/make_leave/!r%3Aa.example/%40u%3Aa.example',
    ],
    [
      'send_leave',
      (client) => client.sendLeave(name, { roomId, eventId, event }),
      {},
      undefined,
      'PUT /_matrix/federation/v2/send_leave/!r%3Aa.example/%24e%3Ax%2Fy',
    ],
    [
      'invite',
      (client) => client.invite(name, { roomId, eventId, event, roomVersion: '10', inviteRoomState: [event] }),
      { event },
      event,
      'PUT /_matrix/federation/v2/invite/!r%3Aa.example/%24e%3Ax%2Fy',
    ],
    [
      'exchange_third_party_invite',
      (client) =>
        client.exchangeThirdPartyInvite(name, roomId, { type: 'm.room.member', room_id: roomId, sender: userId, state_key: userId, content: {} }),
      {},
      undefined,
      'PUT /_matrix/federation/v1/exchange_third_party_invite/!r%3Aa.example',
    ],
    ['event', (client) => client.getEvent(name, eventId), { pdus: [event] }, event, 'GET /_matrix/federation/v1/event/%24e%3Ax%2Fy'],
    [
      'state',
      (client) => client.getState(name, { roomId, eventId }),
      { pdus: [event], auth_chain: [event] },
      { state: [event], authChain: [event] },
      'GET /_matrix/federation/v1/state/!r%3Aa.example?event_id=%24e%3Ax%2Fy',
    ],
    [
      'state_ids',
      (client) => client.getStateIds(name, { roomId, eventId }),
      { pdu_ids: ['$a'], auth_chain_ids: ['$b'] },
      { stateIds: ['$a'], authChainIds: ['$b'] },
      'GET /_matrix/federation/v1/state_ids/!r%3Aa.example?event_id=%24e%3Ax%2Fy',
    ],
    [
      'event_auth',
      (client) => client.getEventAuth(name, { roomId, eventId }),
      { auth_chain: [event] },
      [event],
      'GET /_matrix/federation/v1/event_auth/!r%3Aa.example/%24e%3Ax%2Fy',
    ],
    [
      'backfill',
      (client) => client.backfill(name, { roomId, from: [eventId], limit: 5 }),
      { pdus: [event] },
      [event],
      'GET /_matrix/federation/v1/backfill/!r%3Aa.example?v=%24e%3Ax%2Fy&limit=5',
    ],
    [
      'get_missing_events',
      (client) => client.getMissingEvents(name, { roomId, earliestEvents: [], latestEvents: [eventId], limit: 10, minDepth: 3 }),
      { events: [event] },
      [event],
      'POST /_matrix/federation/v1/get_missing_events/!r%3Aa.example',
    ],
    [
      'timestamp_to_event',
      (client) => client.timestampToEvent(name, { roomId, ts: 5, dir: 'b' }),
      { event_id: '$a', origin_server_ts: 4 },
      { eventId: '$a', originServerTs: 4 },
      'GET /_matrix/federation/v1/timestamp_to_event/!r%3Aa.example?ts=5&dir=b',
    ],
    [
      'query/directory',
      (client) => client.queryDirectory(name, '#a b:a.example'),
      { room_id: roomId, servers: ['a.example'] },
      { roomId, servers: ['a.example'] },
      'GET /_matrix/federation/v1/query/directory?room_alias=%23a+b%3Aa.example',
    ],
    [
      'query/profile',
      (client) => client.queryProfile(name, userId, 'displayname'),
      { displayname: 'U' },
      { displayname: 'U' },
      'GET /_matrix/federation/v1/query/profile?user_id=%40u%3Aa.example&field=displayname',
    ],
    [
      'publicRooms',
      (client) => client.publicRooms(name, { limit: 3 }),
      { chunk: [] },
      { chunk: [] },
      'GET /_matrix/federation/v1/publicRooms?limit=3',
    ],
    [
      'publicRooms with a filter',
      (client) => client.publicRooms(name, { filter: { generic_search_term: 'x' } }),
      { chunk: [] },
      { chunk: [] },
      'POST /_matrix/federation/v1/publicRooms',
    ],
    [
      'hierarchy',
      (client) => client.hierarchy(name, { roomId, suggestedOnly: false }),
      { room: {}, children: [], inaccessible_children: [] },
      { room: {}, children: [], inaccessible_children: [] },
      'GET /_matrix/federation/v1/hierarchy/!r%3Aa.example?suggested_only=false',
    ],
    [
      'user/devices',
      (client) => client.userDevices(name, userId),
      { user_id: userId, stream_id: 1, devices: [] },
      { user_id: userId, stream_id: 1, devices: [] },
      'GET /_matrix/federation/v1/user/devices/%40u%3Aa.example',
    ],
    [
      'user/keys/query',
      (client) => client.queryKeys(name, { [userId]: [] }),
      { device_keys: {} },
      { device_keys: {} },
      'POST /_matrix/federation/v1/user/keys/query',
    ],
    [
      'user/keys/claim',
      (client) => client.claimKeys(name, { [userId]: { D: 'signed_curve25519' } }),
      { one_time_keys: {} },
      { one_time_keys: {} },
      'POST /_matrix/federation/v1/user/keys/claim',
    ],
    ['version', (client) => client.version(name), { server: { name: 'X' } }, { server: { name: 'X' } }, 'GET /_matrix/federation/v1/version'],
    [
      'openid/userinfo',
      (client) => client.openidUserinfo(name, 'tok'),
      { sub: userId },
      userId,
      'GET /_matrix/federation/v1/openid/userinfo?access_token=tok',
    ],
    ['policy sign', (client) => client.policySign(name, event), { p: { k: 's' } }, { p: { k: 's' } }, 'POST /_matrix/policy/v1/sign'],
  ])('%s', async (_what, ask, answer, expected, requested) => {
    answers(answer);
    expect(await ask(remote.client)).toEqual(expected);
    const seen = server.seen[0]!;
    expect(`${seen.method} ${seen.url}`).toBe(requested);
    const signed = !/version|openid/.test(seen.url);
    expect(seen.authorization?.startsWith(`X-Matrix origin="here.example",destination="${name}",key="ed25519:k1",sig="`)).toBe(signed || undefined);
  });

  test('an answer of another form is none', async () => {
    answers({ pdus: 'none' }, [], 5);
    for (let i = 0; i < 3; i++) await expect(remote.client.getEvent(name, eventId)).rejects.toMatchObject({ reason: 'bad response' });
    expect(remote.backoff.isDown(name)).toBe(false);
  });
});

describe('older servers', () => {
  test.each([
    [404, { errcode: 'M_UNRECOGNIZED' }],
    [400, { errcode: 'M_UNRECOGNIZED' }],
    [404, 'not found'],
    [405, {}],
  ])('that answer %i %j are asked by the first version of an endpoint', async (status, body) => {
    respond = ({ url }, response) =>
      url.includes('/v2/') ? json(response, body, status) : json(response, [200, { state: [], auth_chain: [], event: { a: 1 } }]);
    expect(await remote.client.sendJoin(name, { roomId, eventId, event: {}, omitMembers: false })).toMatchObject({
      membersOmitted: false,
      event: { a: 1 },
    });
    expect(
      await remote.client.invite(name, { roomId, eventId, event: { unsigned: { a: 1 } }, roomVersion: '2', inviteRoomState: [{ b: 1 }] }),
    ).toEqual({ a: 1 });
    expect(JSON.parse(server.seen.at(-1)!.body)).toEqual({ unsigned: { a: 1, invite_room_state: [{ b: 1 }] } });
    await remote.client.sendLeave(name, { roomId, eventId, event: {} });
    await expect(remote.client.invite(name, { roomId, eventId, event: {}, roomVersion: '10', inviteRoomState: [] })).rejects.toMatchObject({
      errcode: 'M_UNSUPPORTED_ROOM_VERSION',
    });
  });

  test('a room that is not found is no old server', async () => {
    refuses(404, { errcode: 'M_NOT_FOUND', error: 'no room' });
    await expect(remote.client.sendJoin(name, { roomId, eventId, event: {}, omitMembers: false })).rejects.toMatchObject({ status: 404 });
    expect(server.seen).toHaveLength(1);
  });
});

describe('errors', () => {
  test('say what the server said', async () => {
    refuses(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'slow', retry_after_ms: 1500 });
    const error = await remote.client.version(name).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ status: 429, errcode: 'M_LIMIT_EXCEEDED', text: 'slow', retryAfterMs: 1500 });
  });

  test('reach clients through an allowlist', () => {
    const told = (status: number, body: JsonObject | undefined): unknown => clientErrorOf(new RemoteError(name, { status, body }))?.toJSON();
    expect(told(403, { errcode: 'M_FORBIDDEN', error: 'banned' })).toEqual({ errcode: 'M_FORBIDDEN', error: `${name}: banned` });
    expect(told(400, { errcode: 'M_INCOMPATIBLE_ROOM_VERSION', error: 'x', room_version: '13', secret: 1 })).toMatchObject({ room_version: '13' });
    expect(told(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'x', soft_logout: true })).toEqual({
      errcode: 'M_UNKNOWN',
      error: `${name} failed to answer this.`,
    });
    expect(told(500, undefined)).toMatchObject({ errcode: 'M_UNKNOWN' });
    expect(clientErrorOf(new Unreachable(name, 'private address', '10.0.0.1'))?.toJSON()).toEqual({
      errcode: 'M_UNKNOWN',
      error: `${name} can't be reached.`,
    });
    expect(clientErrorOf(new Error('x'))).toBeUndefined();
  });
});

describe('a server that fails', () => {
  test('is left alone, until it is asked all the same and answers', async () => {
    respond = (_request, response) => void response.writeHead(502).end('<html>');
    await expect(remote.client.version(name)).rejects.toMatchObject({ status: 502 });
    await expect(remote.client.version(name)).rejects.toMatchObject({ reason: 'backing off' });
    expect(server.seen).toHaveLength(1);
    answers({});
    await remote.client.version(name, { ignoreBackoff: true });
    expect(remote.backoff.isDown(name)).toBe(false);
  });

  test('is one that refuses or is slow, not one that says no', async () => {
    refuses(500, { errcode: 'M_UNKNOWN' });
    await expect(remote.client.version(name)).rejects.toMatchObject({ status: 500 });
    expect(remote.backoff.isDown(name)).toBe(false);
    respond = () => new Promise(() => {});
    await expect(remote.client.version(name, { timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout' });
    expect(remote.backoff.state(name)).toMatchObject({ reason: 'timeout' });
    const gone = '127.0.0.1:1' as ServerName;
    await expect(remote.client.version(gone)).rejects.toMatchObject({ reason: 'refused' });
    expect(remote.backoff.isDown(gone)).toBe(true);
  });

  test('is not one whose caller gave up', async () => {
    respond = () => new Promise(() => {});
    const asking = remote.client.version(name, { signal: AbortSignal.timeout(100) });
    await expect(asking).rejects.toThrow(/timeout/i);
    expect(remote.backoff.isDown(name)).toBe(false);
  });

  test('that drips is cut off in time', async () => {
    respond = (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(drip));
    };
    await expect(remote.client.version(name, { timeoutMs: 300 })).rejects.toMatchObject({ reason: 'timeout' });
  });
});

test('a server that configuration excludes is not asked', async () => {
  const strict = createTestClient({ authority, resolver: fakeResolver({}), allowed: () => false });
  await expect(strict.client.version(name)).rejects.toMatchObject({ reason: 'not allowed' });
  expect(server.seen).toEqual([]);
  await strict[Symbol.asyncDispose]();
});

describe('media', () => {
  const form = (response: ServerResponse, headers: string, body: string | Uint8Array): void => {
    response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=b' });
    response.write(`--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n${headers}\r\n`);
    response.write(body);
    response.end('\r\n--b--\r\n');
  };
  const read = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  test('comes as it is', async () => {
    const bytes = Buffer.from(Array.from({ length: 90_000 }, (_, i) => (i * 7) % 256));
    respond = (_request, response) => form(response, 'Content-Type: image/png\r\nContent-Disposition: inline\r\n', bytes);
    const media = await remote.client.downloadMedia(name, { mediaId: 'abc', waitMs: 100 });
    expect(media).toMatchObject({ contentType: 'image/png', contentDisposition: 'inline' });
    expect(await read(media.body)).toEqual(bytes);
    expect(server.seen[0]!.url).toBe('/_matrix/federation/v1/media/download/abc?timeout_ms=100');
    await read((await remote.client.thumbnailMedia(name, { mediaId: 'abc', width: 3, height: 4, method: 'crop' })).body);
    expect(server.seen[1]!.url).toBe('/_matrix/federation/v1/media/thumbnail/abc?width=3&height=4&method=crop');
  });

  test('may be a redirect, which is followed without signature', async () => {
    respond = ({ url }, response) => {
      if (url === '/cdn') response.writeHead(200, { 'content-type': 'text/plain' }).end('from the CDN');
      else form(response, `Location: https://127.0.0.1:${server.port}/cdn\r\n`, '');
    };
    const media = await remote.client.downloadMedia(name, { mediaId: 'abc' });
    expect(media.contentType).toBe('text/plain');
    expect((await read(media.body)).toString()).toBe('from the CDN');
    expect(server.seen[1]!.authorization).toBeUndefined();
  });

  test('that is too large, breaks off or stalls is cut off', async () => {
    respond = (_request, response) => form(response, '', Buffer.alloc(100_001));
    await expect(read((await remote.client.downloadMedia(name, { mediaId: 'a' })).body)).rejects.toMatchObject({ reason: 'too large' });
    respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=b' });
      response.end('--b\r\n\r\n{}\r\n--b\r\n\r\nhal');
    };
    await expect(read((await remote.client.downloadMedia(name, { mediaId: 'a' })).body)).rejects.toMatchObject({ reason: 'broken off' });
    respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/mixed; boundary=b' });
      response.write('--b\r\n\r\n{}\r\n--b\r\n\r\n');
      const drip = setInterval(() => response.write('x'), 10);
      response.once('close', () => clearInterval(drip));
    };
    await expect(read((await remote.client.downloadMedia(name, { mediaId: 'a' }, { timeoutMs: 300 })).body)).rejects.toMatchObject({
      reason: 'timeout',
    });
  });

  test('of another form, or an error, is refused', async () => {
    respond = (_request, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end('x');
    await expect(remote.client.downloadMedia(name, { mediaId: 'a' })).rejects.toMatchObject({ reason: 'bad response' });
    refuses(404, { errcode: 'M_NOT_FOUND' });
    await expect(remote.client.downloadMedia(name, { mediaId: 'a' })).rejects.toMatchObject({ errcode: 'M_NOT_FOUND' });
    respond = (_request, response) => form(response, 'Location: http://127.0.0.1/x\r\n', '');
    await expect(remote.client.downloadMedia(name, { mediaId: 'a' })).rejects.toMatchObject({ reason: 'bad response' });
  });
});
