/** Heroes in syncs, and their members when these are loaded lazily (Client-Server API, "RoomSummary"). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const LAZY = { room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } };
const membersOf = (room: any): string[] =>
  room.state.events.filter((event: any) => event.type === 'm.room.member').map((event: any) => event.state_key);

test('a lazy sync of a room without a name has the members of its heroes, and no others', async () => {
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => server.user(name)));
  const others = await Promise.all(['d', 'e', 'f', 'g'].map((name) => server.user(name)));
  const roomId = await alice!.createRoom({ preset: 'public_chat' });
  for (const user of [bob!, carol!, ...others]) await user.join(roomId);
  for (let i = 0; i < 3; i++) await carol!.say(roomId, `hello ${i}`);
  const heroes = [bob!, carol!, ...others].slice(0, 5).map((user) => user.userId);

  const first = await alice!.sync({ filter: LAZY });
  const room = first.rooms.join[roomId];
  expect(room.summary['m.heroes']).toEqual(heroes);
  expect(membersOf(room).toSorted()).toEqual([alice!.userId, ...heroes].toSorted());

  // Who was told is not told again; a hero who comes after that is.
  await bob!.ok('POST', `/rooms/${roomId}/leave`, {});
  const later = (await alice!.sync({ filter: LAZY, since: first.next_batch })).rooms.join[roomId];
  expect(later.summary['m.heroes']).toEqual([...heroes.slice(1), others.at(-1)!.userId]);
  expect(membersOf(later)).toEqual([others.at(-1)!.userId]);

  await alice!.setState(roomId, 'm.room.name', { name: 'Named' });
  const named = (await alice!.sync({ filter: LAZY, full_state: true })).rooms.join[roomId];
  expect(named.summary['m.heroes']).toBeUndefined();
  expect(membersOf(named)).toEqual([alice!.userId]);

  // An empty name is none.
  await alice!.setState(roomId, 'm.room.name', { name: '' });
  const unnamed = (await alice!.sync({ filter: LAZY })).rooms.join[roomId];
  expect(unnamed.summary['m.heroes']).toHaveLength(5);
});

test('a client that loads members lazily and asks for the state after learns who was invited, removed or banned', async () => {
  const [alice, bob, carol] = await Promise.all(['ann', 'ben', 'cat'].map((name) => server.user(name)));
  const roomId = await alice!.createRoom({ preset: 'public_chat', name: 'Named' });
  await bob!.join(roomId);
  const query = { filter: LAZY, use_state_after: true };
  const first = await alice!.sync(query);
  const after = async (work: Promise<unknown>, since: string): Promise<{ told: unknown[]; next: string }> => {
    await work;
    const answer = await alice!.sync({ ...query, since });
    const told = answer.rooms.join[roomId].state_after.events.map((event: any) => [event.state_key, event.content.membership]);
    return { told, next: answer.next_batch };
  };
  const invited = await after(alice!.ok('POST', `/rooms/${roomId}/invite`, { user_id: carol!.userId }), first.next_batch);
  expect(invited.told).toEqual([[carol!.userId, 'invite']]);
  const banned = await after(alice!.ok('POST', `/rooms/${roomId}/ban`, { user_id: bob!.userId }), invited.next);
  expect(banned.told).toEqual([[bob!.userId, 'ban']]);
});
