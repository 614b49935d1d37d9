/** Pushers over HTTP, and what a push gateway hears. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeedClient } from '../testing/seed-client.ts';
import { startFederatedServers, type FederatedServer } from '../testing/federated-servers.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let gateway: Server;
let alice: SeedClient;
let bob: SeedClient;
let roomId: string;
/** what the gateway was told, and how it answers */
let told: any[] = [];
let answer: { status: number; body: unknown } = { status: 200, body: { rejected: [] } };
/** before it answers */
let onTold: (notification: any) => Promise<void>;
let keys = 0;

beforeAll(async () => {
  gateway = createServer(async (request, response) => {
    const { notification } = (await json(request)) as { notification: unknown };
    told.push({ path: request.url, ...(notification as object) });
    await onTold(notification);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  server = await startTestServer({ NEXUS_CONFIG: join(import.meta.dirname, 'push-config.yaml'), NEXUS_ALLOW_PRIVATE_ADDRESSES: 'true' });
  [alice, bob] = await Promise.all([server.user('alice'), server.user('bob')]);
  roomId = await alice.createRoom({ preset: 'public_chat', name: 'Hall' });
  await bob.join(roomId);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  gateway.close();
});
beforeEach(async () => {
  for (const { app_id, pushkey } of (await bob.ok('GET', '/pushers')).pushers) await bob.ok('POST', '/pushers/set', { app_id, pushkey, kind: null });
  told = [];
  answer = { status: 200, body: { rejected: [] } };
  onTold = async () => {};
});

const url = (): string => `http://localhost:${(gateway.address() as AddressInfo).port}/_matrix/push/v1/notify`;
function pusher(further: object = {}): Record<string, any> {
  const names = { app_id: 'org.example.app', app_display_name: 'App', device_display_name: 'Phone', lang: 'en', profile_tag: 'tag' };
  return { kind: 'http', pushkey: `key ${++keys}`, ...names, data: { url: url(), custom: 1 }, ...further };
}
async function until<T>(find: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = find();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`it did not happen: ${JSON.stringify(told)}`);
    await sleep(10);
  }
}

describe('a pusher', () => {
  test('is listed as it was set, changed, and deleted', async () => {
    const { kind, ...rest } = pusher();
    await bob.ok('POST', '/pushers/set', { kind, ...rest });
    expect((await bob.ok('GET', '/pushers')).pushers).toEqual([{ kind, ...rest }]);
    await bob.ok('POST', '/pushers/set', { kind, ...rest, lang: 'eo' });
    expect((await bob.ok('GET', '/pushers')).pushers).toEqual([{ kind, ...rest, lang: 'eo' }]);
    expect((await alice.ok('GET', '/pushers')).pushers).toEqual([]);
    await bob.ok('POST', '/pushers/set', { app_id: rest['app_id'], pushkey: rest['pushkey'], kind: null });
    expect((await bob.ok('GET', '/pushers')).pushers).toEqual([]);
  });

  test('that is not well made is refused', async () => {
    const bad: [object, string][] = [
      [{ lang: undefined }, 'M_MISSING_PARAM'],
      [{ kind: undefined }, 'M_MISSING_PARAM'],
      [{ kind: 'email' }, 'M_INVALID_PARAM'],
      [{ pushkey: 'x'.repeat(513) }, 'M_INVALID_PARAM'],
      [{ app_id: 'x'.repeat(65) }, 'M_INVALID_PARAM'],
      [{ data: {} }, 'M_INVALID_PARAM'],
      [{ data: { url: 'https://push.example.org/other' } }, 'M_INVALID_PARAM'],
      [{ data: { url: 'ftp://push.example.org/_matrix/push/v1/notify' } }, 'M_INVALID_PARAM'],
    ];
    for (const [change, code] of bad) expect([change, await bob.error('POST', '/pushers/set', pusher(change))]).toEqual([change, [400, code]]);
    expect((await bob.ok('GET', '/pushers')).pushers).toEqual([]);
  });

  test('of the same app and key leaves its former user, unless it is appended', async () => {
    const shared = pusher();
    await bob.ok('POST', '/pushers/set', shared);
    await alice.ok('POST', '/pushers/set', { ...shared, append: true });
    expect((await bob.ok('GET', '/pushers')).pushers).toHaveLength(1);
    await alice.ok('POST', '/pushers/set', shared);
    expect((await bob.ok('GET', '/pushers')).pushers).toEqual([]);
    await alice.ok('POST', '/pushers/set', { ...shared, kind: null });
  });

  test('goes with its device, when that logs out or the password changes', async () => {
    const carol = await server.user('carol');
    const [second, third] = [await carol.anotherDevice('carol'), await carol.anotherDevice('carol')];
    for (const client of [carol, second, third]) await client.ok('POST', '/pushers/set', pusher());
    await second.ok('POST', '/logout', {});
    expect((await carol.ok('GET', '/pushers')).pushers).toHaveLength(2);
    await carol.ok('POST', '/account/password', {
      new_password: 'another password',
      auth: { type: 'm.login.password', identifier: { type: 'm.id.user', user: carol.userId }, password: 'password of carol' },
    });
    expect((await carol.ok('GET', '/pushers')).pushers).toHaveLength(1);
  });
});

describe('a gateway hears', () => {
  test('of messages, with what a rule says and how many are unread', async () => {
    const own = pusher();
    await bob.ok('POST', '/pushers/set', own);
    const before = (await bob.sync()).rooms.join[roomId].unread_notifications.notification_count;
    const eventId = await alice.say(roomId, 'hello bob');
    const notification = await until(() => told[0]);
    expect(notification).toEqual({
      path: '/_matrix/push/v1/notify',
      event_id: eventId,
      room_id: roomId,
      type: 'm.room.message',
      sender: alice.userId,
      sender_display_name: 'alice',
      room_name: 'Hall',
      prio: 'high',
      content: { msgtype: 'm.text', body: 'hello bob' },
      counts: { unread: before + 1 },
      devices: [
        {
          app_id: 'org.example.app',
          pushkey: own['pushkey'],
          pushkey_ts: expect.any(Number),
          data: { custom: 1 },
          tweaks: { sound: 'default', highlight: true },
        },
      ],
    });
    // When it is read, the badge goes.
    await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    expect(await until(() => told[1])).toEqual({ path: expect.any(String), prio: 'low', counts: {}, devices: [expect.any(Object)] });
  });

  test('that it was read, also while it was being told', async () => {
    await bob.ok('POST', '/pushers/set', pusher());
    const eventId = await alice.say(roomId, 'read at once');
    onTold = async ({ event_id: id }) => {
      if (id === eventId) await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(eventId)}`, {});
    };
    await until(() => told.some((one) => one.event_id === eventId));
    expect(await until(() => told[1])).toMatchObject({ counts: {} });
  });

  test('no more than the ids if it wants no more', async () => {
    await bob.ok('POST', '/pushers/set', pusher({ data: { url: url(), format: 'event_id_only' } }));
    const eventId = await alice.say(roomId, 'private words');
    const notification = await until(() => told.find((one) => one.event_id === eventId));
    expect(Object.keys(notification).sort()).toEqual(['counts', 'devices', 'event_id', 'path', 'prio', 'room_id']);
    expect(notification.devices[0].data).toEqual({ format: 'event_id_only' });
  });

  test('of invites, but not of what is muted, own, or of somebody ignored', async () => {
    await bob.ok('POST', '/pushers/set', pusher());
    const quiet = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(quiet);
    await bob.ok('PUT', `/pushrules/global/room/${encodeURIComponent(quiet)}`, { actions: [] });
    const dave = await server.user('dave');
    await dave.join(roomId);
    await bob.ok('PUT', `/user/${bob.userId}/account_data/m.ignored_user_list`, { ignored_users: { [dave.userId]: {} } });
    told = [];
    await alice.say(quiet, 'muted');
    await bob.say(roomId, 'own');
    await dave.say(roomId, 'ignored');
    const invited = await alice.createRoom({ name: 'Come in' });
    await alice.invite(invited, bob);
    const notification = await until(() => told.find((one) => one.event_id !== undefined));
    expect(notification).toMatchObject({ room_id: invited, type: 'm.room.member', user_is_target: true, content: { membership: 'invite' } });
    expect(told.filter((one) => one.event_id !== undefined)).toHaveLength(1);
    await bob.ok('PUT', `/user/${bob.userId}/account_data/m.ignored_user_list`, { ignored_users: {} });
  });

  test('of invites to rooms of other servers', async () => {
    await using federation = await startFederatedServers(2, [{}, { NEXUS_ALLOW_PRIVATE_ADDRESSES: 'true' }]);
    const [one, two] = federation.servers as [FederatedServer, FederatedServer];
    const [frank, grace] = [await one.user('frank'), await two.user('grace')];
    await grace.ok('POST', '/pushers/set', pusher());
    const invited = await frank.createRoom({ name: 'Elsewhere' });
    await frank.invite(invited, grace);
    expect(await until(() => told[0])).toMatchObject({
      room_id: invited,
      type: 'm.room.member',
      user_is_target: true,
      sender: frank.userId,
      sender_display_name: 'frank',
      room_name: 'Elsewhere',
    });
  });

  test('of everything in order, also if it failed meanwhile', async () => {
    await bob.ok('POST', '/pushers/set', pusher());
    answer = { status: 503, body: {} };
    const ids = [await alice.say(roomId, 'one'), await alice.say(roomId, 'two')];
    await until(() => told.length >= 2);
    expect(new Set(told.map((one) => one.event_id))).toEqual(new Set([ids[0]]));
    answer = { status: 200, body: { rejected: [] } };
    await until(() => told.some((one) => one.event_id === ids[1]));
    const heard = [...new Set(told.map((one) => one.event_id))];
    expect(heard).toEqual(ids);
  });

  test('nothing more once it has rejected the key', async () => {
    const [own, other] = [pusher(), pusher()];
    await bob.ok('POST', '/pushers/set', own);
    await bob.ok('POST', '/pushers/set', other);
    answer = { status: 200, body: { rejected: [own['pushkey']] } };
    await alice.say(roomId, 'is anybody there?');
    const deadline = Date.now() + 10_000;
    let left: any[] = [];
    do left = (await bob.ok('GET', '/pushers')).pushers;
    while (left.length > 1 && Date.now() < deadline);
    expect(left.map(({ pushkey }) => pushkey)).toEqual([other['pushkey']]);
  });

  test('of what happened while the server was being restarted', async () => {
    await bob.ok('POST', '/pushers/set', pusher());
    answer = { status: 500, body: {} };
    const eventId = await alice.say(roomId, 'just before');
    await until(() => told.length > 0);
    await server.restart();
    for (const client of [alice, bob]) Object.assign(client, { url: server.url });
    told = [];
    answer = { status: 200, body: { rejected: [] } };
    await until(() => told.some((one) => one.event_id === eventId));
  });
});

test('all who sync at once are told how many are unread', async () => {
  const heidi = await server.user('heidi');
  await heidi.join(roomId);
  const { next_batch: since } = await heidi.sync();
  const waiting = [1, 2, 3].map(async () => heidi.sync({ since, timeout: 10_000 }));
  await alice.say(roomId, 'one for all');
  const counts = (await Promise.all(waiting)).map((answer) => answer.rooms.join[roomId].unread_notifications.notification_count);
  expect(counts).toEqual([1, 1, 1]);
});

test('what an ignored user says is not unread, nor what they said before', async () => {
  const [ivan, judy] = await Promise.all(['ivan', 'judy'].map((name) => server.user(name)));
  for (const client of [ivan!, judy!]) await client.join(roomId);
  const ignore = async (users: object): Promise<unknown> =>
    ivan!.ok('PUT', `/user/${ivan!.userId}/account_data/m.ignored_user_list`, { ignored_users: users });
  const unread = async (): Promise<number> => (await ivan!.sync()).rooms.join[roomId].unread_notifications.notification_count;
  await judy!.say(roomId, 'before');
  expect(await unread()).toBe(1);
  await ignore({ [judy!.userId]: {} });
  await judy!.say(roomId, 'after');
  expect(await unread()).toBe(0);
  await alice.say(roomId, 'heard');
  expect(await unread()).toBe(1);
  await ignore({});
  expect(await unread()).toBe(3);
});

test('notifications are listed, newest first', async () => {
  const erin = await server.user('erin');
  await erin.join(roomId);
  const ids: string[] = [];
  for (const text of ['first', 'hello erin', 'third']) ids.push(await alice.say(roomId, text));
  await erin.say(roomId, 'own words');
  const all = await erin.ok('GET', '/notifications');
  expect(all.notifications.map((one: any) => one.event.event_id)).toEqual(ids.toReversed());
  expect(all.notifications[0]).toMatchObject({ read: false, room_id: roomId, actions: ['notify', { set_tweak: 'highlight', value: false }] });
  expect(all.next_token).toBeUndefined();
  const page = await erin.ok('GET', '/notifications?limit=2');
  const rest = await erin.ok('GET', `/notifications?limit=2&from=${page.next_token}`);
  expect([...page.notifications, ...rest.notifications].map((one: any) => one.event.event_id)).toEqual(ids.toReversed());
  const highlights = await erin.ok('GET', '/notifications?only=highlight');
  expect(highlights.notifications.map((one: any) => one.event.event_id)).toEqual([ids[1]]);
  await erin.ok('POST', `/rooms/${encodeURIComponent(roomId)}/receipt/m.read/${encodeURIComponent(ids[1]!)}`, {});
  expect((await erin.ok('GET', '/notifications')).notifications.map((one: any) => one.read)).toEqual([false, true, true]);
  expect(await erin.error('GET', '/notifications?from=x')).toEqual([400, 'M_INVALID_PARAM']);
  expect(await erin.error('GET', '/notifications?only=x')).toEqual([400, 'M_INVALID_PARAM']);
});

test('private addresses are not asked, unless that is allowed', async () => {
  const closed = await startTestServer();
  try {
    const [frank, grace] = [await closed.user('frank'), await closed.user('grace')];
    const room = await frank.createRoom({ preset: 'public_chat' });
    await grace.join(room);
    expect(await grace.error('POST', '/pushers/set', pusher())).toEqual([400, 'M_INVALID_PARAM']); // not https
    const { port } = gateway.address() as AddressInfo;
    await grace.ok('POST', '/pushers/set', pusher({ data: { url: `https://localhost:${port}/_matrix/push/v1/notify` } }));
    told = [];
    await frank.say(room, 'hello');
    await sleep(300);
    expect(told).toEqual([]);
  } finally {
    await closed[Symbol.asyncDispose]();
  }
});
