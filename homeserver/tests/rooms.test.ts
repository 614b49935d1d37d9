/** Rooms over HTTP: the main path. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test('two users talk', async () => {
  const [alice, bob] = await Promise.all([server.user('alice'), server.user('bob')]);
  const roomId = await alice.createRoom({ name: 'Talk', preset: 'private_chat' });
  await alice.invite(roomId, bob);
  const invited = await bob.sync();
  expect(Object.keys(invited.rooms.invite)).toEqual([roomId]);
  await bob.join(roomId);
  const first = await alice.sync();
  const waiting = alice.nextEvent(first.next_batch, roomId, (event) => event.content.body === 'hello');
  const eventId = await bob.say(roomId, 'hello');
  expect(await waiting).toMatchObject({ event_id: eventId, sender: bob.userId });
  const page = await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=b&limit=3`);
  expect(page.chunk[0]).toMatchObject({ event_id: eventId, room_id: roomId });
});

test.each([
  ['private_chat', 'invite', 'can_join'],
  ['trusted_private_chat', 'invite', 'can_join'],
  ['public_chat', 'public', 'forbidden'],
])('the preset %s says who may join, what they see and whether guests may', async (preset, joinRule, guestAccess) => {
  const alice = await server.user(`alice-${preset}`);
  const types = ['m.room.join_rules', 'm.room.history_visibility', 'm.room.guest_access'];
  const timeline = async (roomId: string): Promise<any[]> =>
    (await alice.ok('GET', `/rooms/${encodeURIComponent(roomId)}/messages?dir=f&limit=20`)).chunk;
  const events = await timeline(await alice.createRoom({ preset, name: 'Last' }));
  expect(events.filter(({ type }) => types.includes(type)).map(({ type, content }) => [type, ...Object.values(content)])).toEqual([
    ['m.room.join_rules', joinRule],
    ['m.room.history_visibility', 'shared'],
    ['m.room.guest_access', guestAccess],
  ]);
  expect(events.at(-1).type).toBe('m.room.name');
  // What is asked for goes before the preset, and is there once.
  const asked = { type: 'm.room.guest_access', state_key: '', content: { guest_access: guestAccess === 'can_join' ? 'forbidden' : 'can_join' } };
  const changed = await timeline(await alice.createRoom({ preset, initial_state: [asked] }));
  expect(changed.filter(({ type }) => type === 'm.room.guest_access').map(({ content }) => content)).toEqual([asked.content]);
});
