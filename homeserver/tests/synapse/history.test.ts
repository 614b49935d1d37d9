/** Long histories: a room of 500 messages that the other server comes to, read to its beginning. */
import { expect } from '@jest/globals';
import { history, joinVia, roomOfTwo, sees, seesMember } from '../../testing/across-servers.ts';
import { pairWithSynapse } from '../../testing/synapse-pair.ts';

const { bothWays, scenario } = await pairWithSynapse();
const MESSAGES = 500;
const TIMEOUT_MS = 90_000;

const bodies = (events: readonly any[]): string[] => events.filter((event) => event.type === 'm.room.message').map((event) => event.content.body);

bothWays(
  `a history of ${MESSAGES} messages, fetched from the other server`,
  async ({ host, guest }) => {
    const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    for (let i = 0; i < MESSAGES; i++) await alice.say(roomId, `line ${i}`);
    await joinVia(bob, roomId, [host]);
    await seesMember(alice, roomId, bob, 'join');
    const events = await history(bob, roomId);
    expect(bodies(events)).toEqual(Array.from({ length: MESSAGES }, (_, i) => `line ${MESSAGES - 1 - i}`));
    expect(events.at(-1).type).toBe('m.room.create');
    expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length);
    // What was fetched is kept, and new messages go on.
    const late = await bob.say(roomId, 'late');
    await sees(alice, roomId, late);
    expect(bodies(await history(bob, roomId, 50))).toEqual(['late', ...bodies(events)]);
  },
  TIMEOUT_MS,
);

// Synapse leaves out what comes before an event that it fetched later: only our server's answer is looked at.
scenario("an old event of Synapse's room by its id, its context, and the event at a time", async ({ ours, synapse }) => {
  const [alice, bob] = [await synapse.user('alice'), await ours.user('bob')];
  const roomId = await alice.createRoom({ preset: 'public_chat' });
  const ids: string[] = [];
  for (let i = 0; i < 40; i++) ids.push(await alice.say(roomId, `line ${i}`));
  const middle = await sees(alice, roomId, ids[20]!);
  await joinVia(bob, roomId, [synapse]);
  await history(bob, roomId);
  const context = await bob.ok('GET', `/rooms/${encodeURIComponent(roomId)}/context/${encodeURIComponent(ids[20]!)}?limit=4`);
  expect(context.event.content.body).toBe('line 20');
  expect([...bodies(context.events_before).reverse(), ...bodies(context.events_after)]).toEqual(['line 18', 'line 19', 'line 21', 'line 22']);
  const at = await bob.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(roomId)}/timestamp_to_event?ts=${middle.origin_server_ts}&dir=f`);
  expect(at.origin_server_ts).toBe(middle.origin_server_ts);
});

bothWays('a history that only members from then on may read', async ({ host, guest }) => {
  const [alice, bob] = [await host.user('alice'), await guest.user('bob')];
  const initial = [{ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }];
  const roomId = await alice.createRoom({ preset: 'public_chat', initial_state: initial });
  for (let i = 0; i < 5; i++) await alice.say(roomId, `secret ${i}`);
  await joinVia(bob, roomId, [host]);
  await seesMember(alice, roomId, bob, 'join');
  await sees(bob, roomId, await alice.say(roomId, 'open'));
  expect(bodies(await history(bob, roomId))).toEqual(['open']);
});

bothWays('what was said while nobody of the server was in the room', async (direction) => {
  const { alice, bob, roomId } = await roomOfTwo(direction);
  await sees(bob, roomId, await alice.say(roomId, 'with you'));
  await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
  await seesMember(alice, roomId, bob, 'leave');
  for (let i = 0; i < 30; i++) await alice.say(roomId, `without you ${i}`);
  await joinVia(bob, roomId, [direction.host]);
  await seesMember(alice, roomId, bob, 'join');
  await sees(bob, roomId, await alice.say(roomId, 'with you again'));
  const expected = ['with you again', ...Array.from({ length: 30 }, (_, i) => `without you ${29 - i}`), 'with you'];
  expect(bodies(await history(bob, roomId, 20))).toEqual(expected);
});

// Synapse's own timelines run across such gaps.
scenario("a sync after coming back to Synapse's room, and what is before it", async ({ ours, synapse }) => {
  const direction = { host: synapse, guest: ours };
  const { alice, bob, roomId } = await roomOfTwo(direction, { name: 'Old name' });
  const { next_batch: since } = await bob.sync();
  await sees(bob, roomId, await alice.say(roomId, 'with you'));
  await bob.ok('POST', `/rooms/${encodeURIComponent(roomId)}/leave`, {});
  await seesMember(alice, roomId, bob, 'leave');
  for (let i = 0; i < 5; i++) await alice.say(roomId, `without you ${i}`);
  await alice.setState(roomId, 'm.room.name', { name: 'New name' });
  await joinVia(bob, roomId, [direction.host]);
  await seesMember(alice, roomId, bob, 'join');
  await sees(bob, roomId, await alice.say(roomId, 'with you again'));
  for (const query of [{}, { since }] as Record<string, string>[]) {
    const { timeline, state } = (await bob.sync(query)).rooms.join[roomId];
    const names = [...state.events, ...timeline.events].filter((event) => event.type === 'm.room.name');
    expect(names.at(-1).content.name).toBe('New name');
    expect(timeline.limited).toBe(true);
    const before = await history(bob, roomId, 20, timeline.prev_batch);
    const all = [...bodies(timeline.events).reverse(), ...bodies(before)];
    expect(all).toEqual(['with you again', ...Array.from({ length: 5 }, (_, i) => `without you ${4 - i}`), 'with you']);
  }
});
