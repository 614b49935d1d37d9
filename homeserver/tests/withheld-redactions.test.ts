/** Redactions that don't count, or not yet (room version 3, "Handling redactions"): clients are told of none of them before they do. */
import { beforeEach, expect, test } from '@jest/globals';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { eventually, history, redact, sees } from '../testing/across-servers.ts';
import type { FakeRemoteServer } from '../testing/fake-remote-server.ts';
import type { FakeRoom } from '../testing/fake-room.ts';
import { freePort } from '../testing/free-port.ts';
import { useRoomAmongFakes, type RoomAmongFakes } from '../testing/room-among-fakes.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import type { SyncAnswer } from '../testing/sync-answer.ts';

// The same port after a restart.
const among = useRoomAmongFakes({ NEXUS_PORT: String(await freePort()) });
let server: RoomAmongFakes['server'];
let fake: FakeRemoteServer;
let alice: SeedClient;
let room: FakeRoom;
let since: string;
beforeEach(async () => {
  ({ server, fake, alice, room } = among);
  since = (await alice.sync()).next_batch;
});

const encode = encodeURIComponent;
const redactionOf = (eventId: string, reason = ''): RoomEvent => room.build({ type: 'm.room.redaction', content: { redacts: eventId, reason } });
/** Events that a sync from the beginning of the test tells. */
const told = async (): Promise<string[]> => {
  const answer: SyncAnswer = await alice.sync({ since });
  return (answer.rooms?.join?.[room.roomId]?.timeline?.events ?? []).map((event) => event.event_id);
};
const shown = async (): Promise<string[]> => (await history(alice, room.roomId)).map((event) => event.event_id);
const contextOf = async (eventId: string): Promise<string[]> => {
  const { events_before: before, events_after: after } = await alice.ok('GET', `/rooms/${encode(room.roomId)}/context/${encode(eventId)}`);
  return [...before, ...after].map((event: { event_id: string }) => event.event_id);
};
/** The server serves it to others, and names it where they ask for what is missing. */
const served = async ({ eventId }: RoomEvent): Promise<number> =>
  (await fake.request(server, 'GET', `/_matrix/federation/v1/event/${encode(eventId)}`)).status;

async function isWithheld(redaction: RoomEvent, beside: string): Promise<void> {
  expect(await told()).not.toContain(redaction.eventId);
  expect(await shown()).not.toContain(redaction.eventId);
  expect(await contextOf(beside)).not.toContain(redaction.eventId);
  expect(await among.seen(redaction.eventId)).toBe(404);
  expect(await served(redaction)).toBe(200);
}

test('one that comes before its target is told after it, and not to those who have it already', async () => {
  const [target, after] = [room.build({}), room.build({})];
  const redaction = redactionOf(target.eventId);
  await room.send(server, [redaction, after]);
  await sees(alice, room.roomId, after.eventId);
  await isWithheld(redaction, after.eventId);
  // Nor does it wake anybody.
  const { next_batch: between } = await alice.sync({ since });
  await room.send(server, [target]);
  expect(await told()).toEqual([after.eventId, target.eventId, redaction.eventId]);
  const { rooms } = await alice.sync({ since: between });
  const [first, second] = rooms.join[room.roomId].timeline.events;
  expect([first.content, first.unsigned.redacted_because.event_id]).toEqual([{}, redaction.eventId]);
  expect([second.event_id, second.content.redacts]).toEqual([redaction.eventId, target.eventId]);
  expect(await shown()).toContain(redaction.eventId);
  expect([await among.seen(redaction.eventId), await served(redaction)]).toEqual([200, 200]);
  // What comes again is known.
  await room.send(server, [redaction, target]);
  expect(await told()).toEqual([after.eventId, target.eventId, redaction.eventId]);
});

test('it waits over a restart, and stays told after one', async () => {
  const target = room.build({});
  const redaction = redactionOf(target.eventId);
  await room.send(server, [redaction]);
  await server.restart();
  await room.send(server, [target]);
  expect(await told()).toEqual([target.eventId, redaction.eventId]);
  await server.restart();
  expect(await told()).toEqual([target.eventId, redaction.eventId]);
  expect((await sees(alice, room.roomId, target.eventId)).content).toEqual({});
});

test('all that count are told', async () => {
  const target = room.build({});
  const redactions = [redactionOf(target.eventId, 'one'), redactionOf(target.eventId, 'another')];
  await room.send(server, [...redactions, target]);
  expect(await told()).toEqual([target.eventId, ...redactions.map((one) => one.eventId)]);
});

test('one without the right to it is never told, whichever comes first', async () => {
  const said = await alice.say(room.roomId, 'stays');
  const redaction = redactionOf(said);
  await room.send(server, [redaction]);
  await isWithheld(redaction, said);
  expect((await sees(alice, room.roomId, said)).content.body).toBe('stays');
  // The room goes on from there.
  const next = room.build({ after: [redaction] });
  await room.send(server, [next]);
  const last = await alice.say(room.roomId, 'after it');
  expect(await told()).toEqual([said, next.eventId, last]);
});

test('one of an event of another room', async () => {
  const elsewhere = await alice.createRoom();
  const said = await alice.say(elsewhere, 'in another room');
  const redaction = redactionOf(said);
  await room.send(server, [redaction]);
  await isWithheld(redaction, room.last.eventId);
  expect((await sees(alice, elsewhere, said)).content.body).toBe('in another room');
});

test('nobody is notified of one', async () => {
  const rule = { actions: ['notify'], conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.room.redaction' }] };
  await alice.ok('PUT', '/pushrules/global/override/redactions', rule);
  const target = room.build({});
  const redaction = redactionOf(target.eventId);
  const notified = async (): Promise<boolean> => {
    const { notifications } = await alice.ok('GET', '/notifications');
    return notifications.some(({ event }: { event: { event_id: string } }) => event.event_id === redaction.eventId);
  };
  await room.send(server, [redaction]);
  expect(await notified()).toBe(false);
  await room.send(server, [target]);
  expect(await notified()).toBe(true);
  await alice.ok('DELETE', '/pushrules/global/override/redactions');
});

test('one of a user here whose target is elsewhere yet: other servers have it at once, clients later', async () => {
  const target = room.build({});
  const redactionId = await redact(alice, room.roomId, target.eventId);
  await eventually('the redaction at the other server', async () => fake.asked('/send/').some((request) => request.body.includes(target.eventId)));
  expect([await told(), await among.seen(redactionId)]).toEqual([[], 404]);
  await room.send(server, [target]);
  expect(await told()).toEqual([target.eventId, redactionId]);
  const [, own] = (await alice.sync({ since })).rooms.join[room.roomId].timeline.events;
  expect(own.unsigned.transaction_id).toMatch(/^r/);
});

test('what it relates to does not show it either', async () => {
  const said = await alice.say(room.roomId, 'related to');
  const target = room.build({});
  const content = { redacts: target.eventId, 'm.relates_to': { rel_type: 'm.reference', event_id: said } };
  const redaction = room.build({ type: 'm.room.redaction', content });
  await room.send(server, [redaction]);
  const relations = async (): Promise<string[]> =>
    (await alice.ok('GET', `/_matrix/client/v1/rooms/${encode(room.roomId)}/relations/${encode(said)}`)).chunk.map(
      (event: { event_id: string }) => event.event_id,
    );
  expect(await relations()).toEqual([]);
  await room.send(server, [target]);
  expect(await relations()).toEqual([redaction.eventId]);
});
