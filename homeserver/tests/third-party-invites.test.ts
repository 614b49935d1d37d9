/** Two servers and an identity server: people are invited by e-mail address, whether or not anybody is known to own it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';
import { IdentityServer } from '../testing/identity-server.ts';
import type { Answer, SeedClient } from '../testing/seed-client.ts';
import { startTestServer } from '../testing/test-server.ts';

let network: FederatedServers;
let a: FederatedServer;
let b: FederatedServer;
let identity: IdentityServer;
let alice: SeedClient;
let bob: SeedClient;
let roomId: string;
let people = 0;

const encode = encodeURIComponent;
const byAddress = (address: string, more: object = {}): object => ({
  id_server: identity.name,
  id_access_token: 'identity token',
  medium: 'email',
  address,
  ...more,
});
const invite = (as: SeedClient, body: object, room = roomId): Promise<Answer> => as.request('POST', `/rooms/${encode(room)}/invite`, body);
const onBind = (server: FederatedServer, bound: JsonObject): Promise<Answer> =>
  server.nobody.request('PUT', '/_matrix/federation/v1/3pid/onbind', bound);
const invites = async (client: SeedClient): Promise<any> => (await client.sync()).rooms?.invite ?? {};
const state = (client: SeedClient, type: string, key: string): Promise<Answer> =>
  client.request('GET', `/rooms/${encode(roomId)}/state/${type}/${encode(key)}`);
const newcomer = (server: FederatedServer): Promise<SeedClient> => server.user(`newcomer${++people}`);

beforeAll(async () => {
  network = await startFederatedServers(2);
  [a, b] = network.servers as [FederatedServer, FederatedServer];
  identity = await IdentityServer.start(network.authority);
  [alice, bob] = await Promise.all([a.user('alice'), b.user('bob')]);
}, 60_000);
afterAll(async () => {
  await identity[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
});
beforeEach(async () => {
  identity.keyIsValid = true;
  identity.broken = undefined;
  roomId = await alice.createRoom({ name: 'Garden', preset: 'private_chat' });
});

/** Invites an address that nobody owns; the token of the invite. */
async function invitedAs(address: string): Promise<string> {
  const { next_batch: since } = await alice.sync();
  expect((await invite(alice, byAddress(address))).status).toBe(200);
  const event = await alice.nextEvent(since, roomId, ({ type }) => type === 'm.room.third_party_invite');
  return event.state_key;
}

test('an address whose owner is known is an ordinary invite, in any spelling', async () => {
  identity.owners.set('bob@example.org', bob.userId);
  expect(await invite(alice, byAddress('Bob@Example.org', { reason: 'come' }))).toMatchObject({ status: 200, body: {} });
  expect(Object.keys(await invites(bob))).toContain(roomId);
  expect((await state(alice, 'm.room.member', bob.userId)).body).toMatchObject({ membership: 'invite', reason: 'come' });
  expect(identity.asked('/store-invite')).toEqual([]);
});

describe('an address that nobody owns yet', () => {
  test('waits with the identity server, which is told what the invited person may read', async () => {
    const token = await invitedAs('dora@example.org');
    expect((await state(alice, 'm.room.third_party_invite', token)).body).toMatchObject({
      display_name: 'd...@e...',
      public_key: expect.any(String),
      public_keys: [{ public_key: expect.any(String), key_validity_url: expect.stringContaining('/isvalid') }],
    });
    const told = JSON.parse(identity.asked('/store-invite').at(-1)!.body);
    expect(told).toMatchObject({
      room_id: roomId,
      sender: alice.userId,
      room_name: 'Garden',
      room_join_rules: 'invite',
      sender_display_name: 'alice',
    });
  });

  test.each([
    ['of the same server', () => a],
    ['of another server, which asks the inviter for the invite', () => b],
  ])('is an invite when somebody %s proves to own it', async (_who, of) => {
    const server = of();
    const dora = await newcomer(server);
    const address = `dora${people}@example.org`;
    const token = await invitedAs(address);
    expect(await onBind(server, identity.bind(address, dora.userId))).toMatchObject({ status: 200, body: {} });
    expect((await state(alice, 'm.room.member', dora.userId)).body).toMatchObject({
      membership: 'invite',
      third_party_invite: { display_name: 'd...@e...', signed: { mxid: dora.userId, token } },
    });
    expect(Object.keys(await invites(dora))).toContain(roomId);
    await dora.ok('POST', `/join/${encode(roomId)}`, {});
    const { next_batch: before } = await alice.sync();
    const said = await dora.say(roomId, 'here I am');
    expect(await alice.nextEvent(before, roomId, (event) => event.event_id === said)).toMatchObject({ sender: dora.userId });
  });

  test('is still invited when the inviter has left: the room has their word', async () => {
    const second = await newcomer(a);
    await alice.invite(roomId, second);
    await second.join(roomId);
    const token = await invitedAs('word@example.org');
    await alice.ok('POST', `/rooms/${encode(roomId)}/leave`, {});
    const dora = await newcomer(b);
    expect((await onBind(b, identity.bind('word@example.org', dora.userId))).status).toBe(200);
    expect((await state(second, 'm.room.member', dora.userId)).body.third_party_invite.signed.token).toBe(token);
  });

  test('joins with the proof in hand', async () => {
    const dora = await newcomer(b);
    const token = await invitedAs('hand@example.org');
    const proof = identity.sign(dora.userId, token, alice.userId);
    await dora.ok('POST', `/join/${encode(roomId)}?via=${encode(a.name)}`, { third_party_signed: proof });
    expect((await state(alice, 'm.room.member', dora.userId)).body.membership).toBe('join');
  });

  test('is invited while a room is created', async () => {
    identity.owners.set('early@example.org', bob.userId);
    const created = await alice.createRoom({ invite_3pid: [byAddress('early@example.org'), byAddress('late@example.org')] });
    expect(Object.keys(await invites(bob))).toContain(created);
    const events = await alice.ok('GET', `/rooms/${encode(created)}/state`);
    expect(events.map(({ type }: { type: string }) => type)).toContain('m.room.third_party_invite');
    expect(await alice.error('POST', '/createRoom', { invite_3pid: [{ medium: 'email', address: 'x@example.org' }] })).toEqual([
      400,
      'M_MISSING_PARAM',
    ]);
  });
});

describe('no invite comes of', () => {
  let dora: SeedClient;
  let token: string;
  const bound = (change: (signed: JsonObject) => JsonObject, more: JsonObject = {}): JsonObject => ({
    medium: 'email',
    address: 'dora@example.org',
    mxid: dora.userId,
    invites: [
      {
        medium: 'email',
        address: 'dora@example.org',
        mxid: dora.userId,
        room_id: roomId,
        sender: alice.userId,
        signed: change(identity.sign(dora.userId, token)),
        ...more,
      },
    ],
  });
  beforeEach(async () => {
    dora = await newcomer(b);
    token = await invitedAs(`d${people}@example.org`);
  });

  test.each<[string, (signed: JsonObject) => JsonObject, () => JsonObject]>([
    ['a signature by another key', (signed) => ({ ...signed, signatures: { 'identity.example': { 'ed25519:0': 'A'.repeat(86) } } }), () => ({})],
    ['a proof for somebody else', () => identity.sign(bob.userId, token), () => ({})],
    ['a token that no invite has', () => identity.sign(dora.userId, 'invented'), () => ({})],
    ['another inviter', (signed) => signed, () => ({ sender: `@mallory:${a.name}` })],
    ['a room the server is not in', (signed) => signed, () => ({ room_id: `!elsewhere:${a.name}` })],
    ['an entry for another user', (signed) => signed, () => ({ mxid: bob.userId })],
  ])('%s', async (_what, change, more) => {
    expect(await onBind(b, bound(change, more()))).toMatchObject({ status: 502, body: { errcode: 'M_UNKNOWN' } });
    expect((await state(alice, 'm.room.member', dora.userId)).status).toBe(404);
  });

  test('a key that is not valid any more, or an identity server that does not say', async () => {
    identity.keyIsValid = false;
    expect(
      (
        await onBind(
          b,
          bound((signed) => signed),
        )
      ).status,
    ).toBe(502);
    identity.broken = 500;
    expect(
      (
        await onBind(
          b,
          bound((signed) => signed),
        )
      ).status,
    ).toBe(502);
    expect((await state(alice, 'm.room.member', dora.userId)).status).toBe(404);
    identity.broken = undefined;
    identity.keyIsValid = true;
    expect(
      (
        await onBind(
          b,
          bound((signed) => signed),
        )
      ).status,
    ).toBe(200);
  });

  test('an invite that was taken back', async () => {
    await alice.setState(roomId, 'm.room.third_party_invite', {}, token);
    expect(
      (
        await onBind(
          b,
          bound((signed) => signed),
        )
      ).status,
    ).toBe(502);
    expect((await state(alice, 'm.room.member', dora.userId)).status).toBe(404);
  });

  test('a user who is not here, and too many at once', async () => {
    const nobody = `@nobody:${b.name}`;
    expect(await onBind(b, { ...bound((signed) => signed), mxid: nobody })).toMatchObject({ status: 404, body: { errcode: 'M_NOT_FOUND' } });
    expect(await onBind(b, { ...bound((signed) => signed), mxid: alice.userId })).toMatchObject({ status: 404 });
    const one = (bound((signed) => signed)['invites'] as JsonObject[])[0]!;
    expect(await onBind(b, { ...bound((signed) => signed), invites: Array.from({ length: 51 }, () => one) })).toMatchObject({ status: 400 });
    expect((await onBind(b, { mxid: 1 } as JsonObject)).status).toBe(400);
  });
});

describe('who may not invite', () => {
  test('learns nothing, and nobody is written to', async () => {
    const carol = await a.user(`carol${++people}`);
    await alice.ok('POST', `/rooms/${encode(roomId)}/invite`, { user_id: carol.userId });
    const before = identity.asked('/').length;
    expect((await invite(carol, byAddress('x@example.org'))).status).toBe(403);
    await carol.join(roomId);
    await alice.setState(roomId, 'm.room.power_levels', { invite: 50 });
    expect((await invite(carol, byAddress('x@example.org'))).status).toBe(403);
    expect((await invite(bob, byAddress('x@example.org'))).status).toBe(403);
    expect(identity.asked('/').length).toBe(before);
  });
});

describe('the identity server', () => {
  test('must be named, and be one', async () => {
    expect(await alice.error('POST', `/rooms/${encode(roomId)}/invite`, { medium: 'email', address: 'x@example.org' })).toEqual([
      400,
      'M_MISSING_PARAM',
    ]);
    for (const bad of [
      { id_server: 'not a server' },
      { medium: 'pigeon' },
      { address: 'no address' },
      { address: '' },
      { medium: 'msisdn', address: '12 34' },
    ]) {
      expect(await invite(alice, byAddress('x@example.org', bad))).toMatchObject({ status: 400, body: { errcode: 'M_INVALID_PARAM' } });
    }
  });

  test('may refuse, fail or be away', async () => {
    expect(await invite(alice, byAddress('x@example.org', { id_access_token: 'wrong' }))).toMatchObject({
      status: 403,
      body: { errcode: 'M_FORBIDDEN' },
    });
    identity.broken = 500;
    expect(await invite(alice, byAddress('x@example.org'))).toMatchObject({ status: 502, body: { errcode: 'M_UNKNOWN' } });
    expect(await invite(alice, byAddress('x@example.org', { id_server: '127.0.0.1:1' }))).toMatchObject({ status: 502 });
    expect((await state(alice, 'm.room.third_party_invite', 'token1')).status).toBe(404);
  });

  test('is not asked at a private address, nor if the operator does not name it', async () => {
    await using guarded = await startTestServer();
    const user = await guarded.user('erin');
    const room = await user.createRoom();
    const before = identity.asked('/').length;
    expect((await invite(user, byAddress('x@example.org'), room)).status).toBe(400);
    await using strict = await startTestServer({ NEXUS_CONFIG: new URL('identity-config.yaml', import.meta.url).pathname });
    const other = await strict.user('frank');
    expect(await invite(other, byAddress('x@example.org'), await other.createRoom())).toMatchObject({
      status: 403,
      body: { errcode: 'M_SERVER_NOT_TRUSTED' },
    });
    expect(identity.asked('/').length).toBe(before);
  });
});
