/** Timelines that do not hold all that happened: what else is told then, and when `limited` says so (Client-Server API, "Syncing"). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
beforeAll(async () => {
  server = await startTestServer();
  alice = await server.user('alice');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const of = (sync: any, roomId: string): any => sync.rooms.join[roomId];
const members = (events: any[]): string[] =>
  events.filter((event) => event.type === 'm.room.member').map((event) => `${event.state_key} ${event.content.membership}`);

test.each([{}, { include_redundant_members: true }])('lazily loaded members who changed within a gap are told %j', async (redundant) => {
  const [bob, carol, dave] = await Promise.all(['bob', 'carol', 'dave'].map((name) => server.user(`${name}-${Object.keys(redundant).length}`)));
  const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Gaps' });
  await bob!.join(roomId);
  await carol!.join(roomId);
  const filter = { room: { timeline: { limit: 2 }, state: { lazy_load_members: true, ...redundant } } };
  const first = await alice.sync({ filter });
  expect(members(of(first, roomId).state.events)).not.toContain(`${carol!.userId} join`);

  await carol!.ok('POST', `/rooms/${roomId}/leave`, {});
  await dave!.join(roomId);
  for (let i = 0; i < 3; i++) await bob!.say(roomId, `over the gap ${i}`);
  const { state, timeline } = of(await alice.sync({ filter, since: first.next_batch }), roomId);
  expect(timeline.limited).toBe(true);
  expect(members(timeline.events)).toEqual([]);
  const redundantly = 'include_redundant_members' in redundant ? [`${bob!.userId} join`] : [];
  expect(members(state.events).toSorted()).toEqual([...redundantly, `${carol!.userId} leave`, `${dave!.userId} join`]);

  // The whole state has only those who are seen.
  const whole = of(await alice.sync({ filter, since: first.next_batch, full_state: true }), roomId);
  expect(members(whole.state.events).toSorted()).toEqual([`${alice.userId} join`, `${bob!.userId} join`]);
});

test('a timeline is limited if something that passes its filter is left out, and only then', async () => {
  const roomId = await alice.createRoom({ name: 'Few messages' });
  for (let i = 0; i < 3; i++) await alice.say(roomId, `message ${i}`);
  const timeline = async (filter: object): Promise<any> => of(await alice.sync({ filter: { room: { timeline: filter } } }), roomId).timeline;
  const [types, all] = [['m.room.message'], ['m.room.create', 'm.room.message']];
  for (const [filter, count, limited] of [
    [{ limit: 10, types }, 3, false],
    [{ limit: 3, types }, 3, false],
    [{ limit: 2, types }, 2, true],
    [{ limit: 4, types: all }, 4, false],
    [{ limit: 3, types: all }, 3, true],
    [{ limit: 5 }, 5, true],
    [{ limit: 50 }, 8, false],
  ] as const) {
    const { events, limited: told } = await timeline(filter);
    expect([filter, Math.min(events.length, count), told]).toEqual([filter, count, limited]);
  }
});

test('in the format of servers too, nothing of what was redacted is told', async () => {
  const roomId = await alice.createRoom({});
  const said = await alice.say(roomId, 'a slip of the tongue');
  await alice.ok('PUT', `/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(said)}/r1`, {});
  const { events } = of(await alice.sync({ filter: { event_format: 'federation' } }), roomId).timeline;
  expect(events.some((event: any) => event.type === 'm.room.message' && Array.isArray(event.prev_events))).toBe(true);
  expect(JSON.stringify(events)).not.toContain('a slip of the tongue');
});

test('whoever comes to a room is told that it has a past', async () => {
  const grace = await server.user('grace');
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  await alice.say(roomId, 'long ago');
  const filter = { room: { timeline: { types: ['m.room.message'] } } };
  const { next_batch: since } = await grace.sync({ filter });
  await grace.join(roomId);
  const { timeline } = of(await grace.sync({ filter, since }), roomId);
  expect([timeline.events.length, timeline.limited]).toEqual([1, true]);
  const own = await grace.createRoom({});
  expect(of(await grace.sync({ since }), own).timeline.limited).toBe(false);
});

test('who joined and left between two syncs is told the whole room; who was only invited, nothing but that', async () => {
  const [eve, frank] = await Promise.all([server.user('eve'), server.user('frank')]);
  const roomId = await alice.createRoom({ name: 'First name', invite: [eve.userId, frank.userId] });
  const since = await Promise.all([eve.sync(), frank.sync()]).then((answers) => answers.map((answer) => answer.next_batch));
  await alice.setState(roomId, 'm.room.topic', { topic: 'not for those who never came' });
  for (let i = 0; i < 3; i++) await alice.say(roomId, `before ${i}`);
  await eve.join(roomId);
  await eve.ok('POST', `/rooms/${roomId}/leave`, {});
  await frank.ok('POST', `/rooms/${roomId}/leave`, {});
  const filter = { room: { timeline: { limit: 2 } } };
  const left = async (user: SeedClient, from: string): Promise<any> => (await user.sync({ filter, since: from })).rooms.leave[roomId];
  const whole = await left(eve, since[0]);
  expect(whole.state.events.map((event: any) => event.type)).toEqual(
    expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.topic', 'm.room.power_levels']),
  );
  // To be banned afterwards changes nothing of that.
  await alice.ok('POST', `/rooms/${roomId}/ban`, { user_id: eve.userId });
  expect((await left(eve, since[0])).state.events.map((event: any) => event.type)).toContain('m.room.name');
  const told = await left(frank, since[1]);
  const events = [...told.state.events, ...told.timeline.events];
  expect(JSON.stringify(events)).not.toContain('not for those who never came');
  expect(events.map((event: any) => [event.type, event.state_key])).toEqual([['m.room.member', frank.userId]]);
});
