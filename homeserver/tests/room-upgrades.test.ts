/** POST /rooms/{roomId}/upgrade: the room that takes the place of another (Client-Server API, "Room upgrades"). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../testing/across-servers.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
let bob: SeedClient;
beforeAll(async () => {
  server = await startTestServer();
  [alice, bob] = (await Promise.all([server.user('alice'), server.user('bob')])) as [SeedClient, SeedClient];
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const encode = encodeURIComponent;
const state = (roomId: string, type: string, client = alice): Promise<any> => client.ok('GET', `/rooms/${encode(roomId)}/state/${type}/`);
const upgrade = async (roomId: string, version: string, client = alice): Promise<string> =>
  (await client.ok('POST', `/rooms/${encode(roomId)}/upgrade`, { new_version: version })).replacement_room;

test('levels above 100 are taken over, of who upgrades too', async () => {
  const users = { [alice.userId]: 500, [bob.userId]: 200 };
  const roomId = await alice.createRoom({ room_version: '10', power_level_content_override: { users, events: { 'm.room.name': 300 } } });
  const levels = await state(await upgrade(roomId, '11'), 'm.room.power_levels');
  expect(levels).toMatchObject({ users, events: { 'm.room.name': 300 } });
});

test('whoever made a room of version 12 keeps the power in an older one, and its address moves', async () => {
  const roomId = await alice.createRoom({ room_version: '12', preset: 'public_chat', room_alias_name: 'moving' });
  const replacement = await upgrade(roomId, '11');
  // As much as anything in the room takes: its end takes 150.
  expect((await state(replacement, 'm.room.power_levels')).users).toEqual({ [alice.userId]: 150 });
  expect((await state(replacement, 'm.room.canonical_alias')).alias).toMatch(/^#moving:/);
  expect((await alice.ok('GET', `/directory/room/${encode(`#moving:${alice.userId.split(':')[1]}`)}`)).room_id).toBe(replacement);
  // And back: creators are not named there.
  expect((await state(await upgrade(replacement, '12'), 'm.room.power_levels')).users).toEqual({});
});

test('tags and direct chats follow whoever joins the new room', async () => {
  const roomId = await alice.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [bob.userId] });
  const direct = `/user/${encode(alice.userId)}/account_data/m.direct`;
  await alice.ok('PUT', direct, { [bob.userId]: ['!other:localhost', roomId], '@carol:localhost': ['!third:localhost'] });
  await alice.ok('PUT', `/user/${encode(alice.userId)}/rooms/${encode(roomId)}/tags/m.favourite`, { order: 0.5 });
  const replacement = await upgrade(roomId, '11');
  await eventually('the tag', async () =>
    Object.hasOwn((await alice.ok('GET', `/user/${encode(alice.userId)}/rooms/${encode(replacement)}/tags`)).tags, 'm.favourite'),
  );
  await eventually('the direct chat', async () => (await alice.ok('GET', direct))[bob.userId].includes(replacement));
  expect(await alice.ok('GET', direct)).toEqual({
    [bob.userId]: ['!other:localhost', roomId, replacement],
    '@carol:localhost': ['!third:localhost'],
  });
});

test('levels that are text become numbers', async () => {
  const users = { [alice.userId]: '100', [bob.userId]: ' 50 ' };
  const roomId = await alice.createRoom({ room_version: '9', power_level_content_override: { users, state_default: '50' } });
  const levels = await state(await upgrade(roomId, '11'), 'm.room.power_levels');
  expect(levels).toMatchObject({ users: { [alice.userId]: 100, [bob.userId]: 50 }, state_default: 50 });
});

test('who may end a room but not name its address can upgrade it all the same', async () => {
  const users = { [alice.userId]: 100, [bob.userId]: 60 };
  const events = { 'm.room.tombstone': 60, 'm.room.canonical_alias': 90, 'm.room.power_levels': 100 };
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    room_version: '11',
    room_alias_name: 'kept',
    power_level_content_override: { users, events },
  });
  await bob.join(roomId);
  const replacement = await upgrade(roomId, '11', bob);
  expect(await state(roomId, 'm.room.tombstone', bob)).toMatchObject({ replacement_room: replacement });
  expect(await state(replacement, 'm.room.power_levels', bob)).toMatchObject({ users, events });
});

test('who may not end a room may not upgrade it', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(roomId);
  expect(await bob.error('POST', `/rooms/${encode(roomId)}/upgrade`, { new_version: '11' })).toEqual([403, 'M_FORBIDDEN']);
  expect(await alice.error('POST', `/rooms/${encode(roomId)}/upgrade`, { new_version: 'made-up' })).toEqual([400, 'M_UNSUPPORTED_ROOM_VERSION']);
});
