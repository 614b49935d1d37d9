/** What administrators do to accounts, and small endpoints about users. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let admin: SeedClient;
let alice: SeedClient;
const ADMIN = '/_matrix/client/v1/admin';

async function registerAdmin(name: string): Promise<SeedClient> {
  const { nonce } = await server.nobody.ok('GET', '/_synapse/admin/v1/register');
  const password = `password of ${name}`;
  const mac = createHmac('sha1', 'shared').update([nonce, name, password, 'admin'].join('\u0000')).digest('hex');
  const { user_id: userId, access_token: token } = await server.nobody.ok('POST', '/_synapse/admin/v1/register', {
    nonce,
    username: name,
    password,
    mac,
    admin: true,
  });
  return Object.assign(new SeedClient(server.url, token), { userId });
}

beforeAll(async () => {
  server = await startTestServer({ NEXUS_REGISTRATION_SHARED_SECRET: 'shared' });
  admin = await registerAdmin('root');
  alice = await server.user('alice');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const passwordOf = (name: string): object => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: name },
  password: `password of ${name}`,
});

describe('a locked account', () => {
  test('can do nothing but log out, until it is unlocked', async () => {
    const bob = await server.user('bob');
    const refreshing = await server.nobody.ok('POST', '/login', { ...passwordOf('bob'), refresh_token: true });
    expect(await admin.ok('GET', `${ADMIN}/lock/${bob.userId}`)).toEqual({ locked: false });
    expect(await admin.ok('PUT', `${ADMIN}/lock/${bob.userId}`, { locked: true })).toEqual({ locked: true });
    expect(await admin.ok('GET', `${ADMIN}/lock/${bob.userId}`)).toEqual({ locked: true });
    const refused = await bob.request('GET', '/sync');
    expect([refused.status, refused.body]).toEqual([401, expect.objectContaining({ errcode: 'M_USER_LOCKED', soft_logout: true })]);
    for (const path of ['/account/whoami', '/publicRooms', '/devices']) expect(await bob.error('GET', path)).toEqual([401, 'M_USER_LOCKED']);
    expect(await server.nobody.error('POST', '/login', passwordOf('bob'))).toEqual([401, 'M_USER_LOCKED']);
    expect(await server.nobody.error('POST', '/login', { ...passwordOf('bob'), password: 'wrong' })).toEqual([403, 'M_FORBIDDEN']);
    expect(await server.nobody.error('POST', '/refresh', { refresh_token: refreshing.refresh_token })).toEqual([401, 'M_USER_LOCKED']);
    await admin.ok('PUT', `${ADMIN}/lock/${bob.userId}`, { locked: false });
    await bob.ok('GET', '/account/whoami'); // its sessions are as before
    await admin.ok('PUT', `${ADMIN}/lock/${bob.userId}`, { locked: true });
    await bob.ok('POST', '/logout', {});
    expect(await bob.error('GET', '/account/whoami')).toEqual([401, 'M_UNKNOWN_TOKEN']);
  });
});

describe('a suspended account', () => {
  test('reads, leaves and redacts its own, and no more', async () => {
    const carol = await server.user('carol');
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const other = await alice.createRoom({ preset: 'public_chat' });
    await carol.join(roomId);
    const own = await carol.say(roomId, 'said before');
    const others = await alice.say(roomId, 'of alice');
    await alice.setState(roomId, 'm.room.power_levels', { users: { [alice.userId]: 100, [carol.userId]: 50 } }).catch(() => {});
    expect(await admin.ok('PUT', `${ADMIN}/suspend/${carol.userId}`, { suspended: true })).toEqual({ suspended: true });
    expect(await admin.ok('GET', `${ADMIN}/suspend/${carol.userId}`)).toEqual({ suspended: true });
    const room = `/rooms/${encodeURIComponent(roomId)}`;
    const refused: ['PUT' | 'POST', string, object][] = [
      ['PUT', `${room}/send/m.room.message/s1`, { body: 'x' }],
      ['PUT', `${room}/send/m.room.redaction/s2`, { redacts: own }],
      ['PUT', `${room}/state/m.room.topic`, { topic: 'x' }],
      ['PUT', `${room}/redact/${encodeURIComponent(others)}/s3`, {}],
      ['POST', `/join/${encodeURIComponent(other)}`, {}],
      ['POST', `${room}/invite`, { user_id: admin.userId }],
      ['POST', '/createRoom', {}],
      ['PUT', `/profile/${carol.userId}/displayname`, { displayname: 'x' }],
    ];
    for (const [method, path, body] of refused) expect([path, await carol.error(method, path, body)]).toEqual([path, [403, 'M_USER_SUSPENDED']]);
    await carol.sync();
    await carol.ok('GET', `${room}/messages?dir=b`);
    await carol.ok('PUT', `${room}/redact/${encodeURIComponent(own)}/s4`, {});
    await carol.anotherDevice('carol');
    await carol.ok('POST', `${room}/leave`, {});
    await admin.ok('PUT', `${ADMIN}/suspend/${carol.userId}`, { suspended: false });
    await carol.join(other);
  });
});

test('administrators do it to local users who are none', async () => {
  for (const what of ['lock', 'suspend'] as const) {
    const body = { [what === 'lock' ? 'locked' : 'suspended']: true };
    const second = await registerAdmin(`root-${what}`);
    expect(await admin.error('PUT', `${ADMIN}/${what}/${admin.userId}`, body)).toEqual([403, 'M_FORBIDDEN']);
    expect(await admin.error('PUT', `${ADMIN}/${what}/${second.userId}`, body)).toEqual([403, 'M_FORBIDDEN']);
    expect(await admin.error('GET', `${ADMIN}/${what}/${second.userId}`)).toEqual([403, 'M_FORBIDDEN']);
    expect(await admin.error('PUT', `${ADMIN}/${what}/@x:elsewhere.example`, body)).toEqual([400, 'M_INVALID_PARAM']);
    expect(await admin.error('PUT', `${ADMIN}/${what}/@nobody:localhost`, body)).toEqual([404, 'M_NOT_FOUND']);
    expect(await admin.error('PUT', `${ADMIN}/${what}/${alice.userId}`, {})).toEqual([400, 'M_MISSING_PARAM']);
    expect(await alice.error('PUT', `${ADMIN}/${what}/@nobody:localhost`, body)).toEqual([403, 'M_FORBIDDEN']);
  }
  expect((await admin.ok('GET', '/capabilities')).capabilities['m.account_moderation']).toEqual({ lock: true, suspend: true });
  expect((await alice.ok('GET', '/capabilities')).capabilities['m.account_moderation']).toBeUndefined();
});

test('whois tells of devices, to administrators and of oneself', async () => {
  for (const client of [admin, alice]) {
    const { user_id: userId, devices } = await client.ok('GET', `/admin/whois/${alice.userId}`);
    expect(userId).toBe(alice.userId);
    expect(Array.isArray(devices[alice.deviceId].sessions[0].connections)).toBe(true);
  }
  expect(await alice.error('GET', `/admin/whois/${admin.userId}`)).toEqual([403, 'M_FORBIDDEN']);
  expect(await admin.error('GET', '/admin/whois/@nobody:localhost')).toEqual([404, 'M_NOT_FOUND']);
});

test('mutual rooms', async () => {
  const [dave, erin] = await Promise.all([server.user('dave'), server.user('erin')]);
  const shared: string[] = [];
  for (let i = 0; i < 3; i++) shared.push(await dave.createRoom({ preset: 'public_chat' }));
  for (const roomId of shared) await erin.join(roomId);
  await dave.createRoom();
  await erin.ok('POST', `/rooms/${encodeURIComponent(shared.pop()!)}/leave`, {});
  const path = (query: string): string => `/_matrix/client/v1/mutual_rooms?${query}`;
  expect(await erin.ok('GET', path(`user_id=${dave.userId}`))).toEqual({ joined: shared, count: 2 });
  expect(await erin.ok('GET', path('user_id=@nobody:localhost'))).toEqual({ joined: [], count: 0 });
  expect(await erin.error('GET', path(`user_id=${erin.userId}`))).toEqual([400, 'M_INVALID_PARAM']);
  expect(await erin.error('GET', path('user_id=nonsense'))).toEqual([400, 'M_INVALID_PARAM']);
  expect(await erin.error('GET', path(`user_id=${dave.userId}&from=x`))).toEqual([400, 'M_INVALID_PARAM']);
});

test('what this server does not have is answered as the specification says', async () => {
  for (const path of ['protocol/irc', 'location', 'location/irc', 'user', 'user/irc']) {
    expect(await alice.error('GET', `/thirdparty/${path}`)).toEqual([404, 'M_NOT_FOUND']);
  }
  for (const path of ['account/3pid/email', 'account/password/msisdn', 'register/email']) {
    expect(await server.nobody.error('POST', `/${path}/requestToken`, {})).toEqual([403, 'M_THREEPID_DENIED']);
  }
  for (const path of ['delete', 'unbind']) {
    expect(await alice.ok('POST', `/account/3pid/${path}`, { medium: 'email', address: 'a@example.org' })).toEqual({
      id_server_unbind_result: 'no-support',
    });
  }
  expect(await server.nobody.error('GET', '/login/sso/redirect?redirectUrl=https://example.org')).toEqual([404, 'M_NOT_FOUND']);
  expect(await server.nobody.error('GET', '/login/sso/redirect/idp')).toEqual([404, 'M_NOT_FOUND']);
});

test('the old ways of reading a room', async () => {
  const roomId = await alice.createRoom({ name: 'Old' });
  const ids = [await alice.say(roomId, 'one'), await alice.say(roomId, 'two')];
  expect(await alice.ok('GET', `/events/${encodeURIComponent(ids[0]!)}`)).toMatchObject({ event_id: ids[0], room_id: roomId });
  const initial = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/initialSync?limit=2`);
  expect(initial).toMatchObject({ room_id: roomId, membership: 'join', visibility: 'private' });
  expect(initial.messages.chunk.map((event: any) => event.event_id)).toEqual(ids);
  expect(initial.state.some((event: any) => event.type === 'm.room.name')).toBe(true);
  expect(initial.account_data).toEqual([]);
  const earlier = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&from=${initial.messages.start}&limit=1`);
  expect(earlier.chunk[0].type).toBe('m.room.name');
});

test('the old way of reading a room has what a user keeps of it', async () => {
  const [roomId, other] = [await alice.createRoom({ preset: 'public_chat' }), await alice.createRoom()];
  const own = `/user/${encodeURIComponent(alice.userId)}`;
  const room = `${own}/rooms/${encodeURIComponent(roomId)}`;
  await alice.ok('PUT', `${room}/tags/m.favourite`, { order: 0.5 });
  await alice.ok('PUT', `${room}/account_data/org.example.note`, { text: 'mine' });
  await alice.ok('PUT', `${own}/rooms/${encodeURIComponent(other)}/account_data/org.example.note`, { text: 'of another room' });
  await alice.ok('PUT', `${own}/account_data/org.example.note`, { text: 'of no room' });
  const read = async (client: typeof alice): Promise<any[]> =>
    (await client.ok('GET', `/rooms/${encodeURIComponent(roomId)}/initialSync`)).account_data;
  const expected = [
    { type: 'm.tag', content: { tags: { 'm.favourite': { order: 0.5 } } } },
    { type: 'org.example.note', content: { text: 'mine' } },
  ];
  expect(await read(alice)).toEqual(expect.arrayContaining(expected));
  expect(await read(alice)).toHaveLength(2);
  // It is private.
  const carol = await server.user('carol-reads');
  await carol.join(roomId);
  expect(await read(carol)).toEqual([]);
});
