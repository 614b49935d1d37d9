/** Transactions of a server that lies, repeats itself or sends too much. After each of them everything goes on as before. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { startAmongFakes, type ServerAmongFakes } from '../testing/fake-network.ts';
import type { FakeRemoteServer } from '../testing/fake-remote-server.ts';
import { FakeRoom } from '../testing/fake-room.ts';
import type { SeedClient } from '../testing/seed-client.ts';

const NEXUS_CONFIG = new URL('faults-config.yaml', import.meta.url).pathname;
const encode = encodeURIComponent;

let network: ServerAmongFakes;
let server: ServerAmongFakes['server'];
let fake: FakeRemoteServer;
let hidden: FakeRemoteServer;
let expired: FakeRemoteServer;
let alice: SeedClient;
let room: FakeRoom;

beforeAll(async () => {
  network = await startAmongFakes(3, { NEXUS_CONFIG });
  ({ server } = network);
  [fake, hidden, expired] = network.fakes as [FakeRemoteServer, FakeRemoteServer, FakeRemoteServer];
  hidden.hidesKeys = true;
  expired.keysValidUntil = Date.now() - 1000;
  alice = await server.user('alice');
  room = await FakeRoom.join(fake, server, await alice.createRoom({ preset: 'public_chat', room_version: '11' }));
}, 60_000);
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});

/** The server answers its users, and takes in what is right. */
afterEach(async () => {
  const own = await alice.say(room.roomId, 'still here');
  const event = room.add({ content: { msgtype: 'm.text', body: 'all right' } });
  expect((await room.send(server, [event])).body.pdus).toEqual({ [event.eventId]: {} });
  expect([await seen(own), await seen(event)]).toEqual([200, 200]);
});

async function seen(event: RoomEvent | string, roomId: string = room.roomId): Promise<number> {
  const id = typeof event === 'string' ? event : event.eventId;
  return (await alice.request('GET', `/rooms/${encode(roomId)}/event/${encode(id)}`)).status;
}
const forged = (event: RoomEvent): RoomEvent => {
  const signature = Buffer.alloc(64, 1).toString('base64').replace(/=+$/, '');
  return { ...event, json: { ...event.json, signatures: { [fake.name]: { [fake.key.keyId]: signature } } } };
};

test('a wrong signature', async () => {
  const event = forged(room.build({}));
  const { status, body } = await room.send(server, [event]);
  expect([status, body.pdus[event.eventId].error]).toEqual([200, expect.stringContaining('is wrong')]);
  expect(await seen(event)).toBe(404);
});

test('a wrong hash: only what is left after redaction counts', async () => {
  const event = room.build({ content: { msgtype: 'm.text', body: 'as signed' } });
  const changed = { ...event, json: { ...event.json, content: { msgtype: 'm.text', body: 'changed on the way' } } };
  expect((await room.send(server, [changed])).body.pdus).toEqual({ [event.eventId]: {} });
  expect((await alice.ok('GET', `/rooms/${encode(room.roomId)}/event/${encode(event.eventId)}`)).content).toEqual({});
});

test('events of rooms that the sender is not in, or nobody here', async () => {
  const other = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
  const [elsewhere, nowhere] = [room.build({ roomId: other }), room.build({ roomId: '!nowhere:else.example' })];
  const { status, body } = await room.send(server, [elsewhere, nowhere]);
  expect([status, body.pdus[nowhere.eventId]]).toEqual([200, undefined]);
  expect([await seen(elsewhere, other), await seen(elsewhere)]).toEqual([404, 404]);
});

test('an event that the auth rules reject; what follows it is fine', async () => {
  const rejected = room.build({ sender: fake.user('stranger') });
  expect((await room.send(server, [rejected])).body.pdus).toEqual({ [rejected.eventId]: {} });
  expect(await seen(rejected)).toBe(404);
  const next = room.build({ after: [rejected, ...room.tips] });
  expect((await room.send(server, [next])).body.pdus).toEqual({ [next.eventId]: {} });
  expect(await seen(next)).toBe(200);
});

test('an event that takes power which it may not have', async () => {
  const levels = { users: { [fake.user('guest')]: 100 } };
  const event = room.build({ type: 'm.room.power_levels', stateKey: '', content: levels });
  await room.send(server, [event]);
  expect(await alice.ok('GET', `/rooms/${encode(room.roomId)}/state/m.room.power_levels/`)).not.toMatchObject(levels);
});

test('an event with an id of another server, in a version where ids are free', async () => {
  const old = await FakeRoom.join(fake, server, await alice.createRoom({ preset: 'public_chat', room_version: '2' }), '2');
  const event = old.build({ eventId: '$chosen:elsewhere.example' });
  const { body } = await old.send(server, [event]);
  expect(body.pdus[event.eventId].error).toContain('no signature of elsewhere.example');
  expect(await seen(event, old.roomId)).toBe(404);
  const right = old.add({});
  expect((await old.send(server, [right])).body.pdus).toEqual({ [right.eventId]: {} });
});

test('a transaction that comes again, also under another id', async () => {
  const event = room.add({ content: { msgtype: 'm.text', body: 'said once' } });
  const first = await room.send(server, [event], 'again');
  expect((await room.send(server, [event], 'again')).body).toEqual(first.body);
  expect((await room.send(server, [event], 'another-id')).body.pdus).toEqual({ [event.eventId]: {} });
  const { chunk } = await alice.ok('GET', `/rooms/${encode(room.roomId)}/messages?dir=b&limit=100`);
  expect(chunk.filter((one: any) => one.event_id === event.eventId)).toHaveLength(1);
});

test('one bad event, and things that are none, among good ones', async () => {
  const [first, bad] = [room.add({}), forged(room.build({}))];
  const last = room.add({});
  const { body } = await room.send(server, [first, bad, { no: 'event' } as never, last]);
  expect(body.pdus).toEqual({ [first.eventId]: {}, [bad.eventId]: { error: expect.any(String) }, [last.eventId]: {} });
  expect([await seen(first), await seen(bad), await seen(last)]).toEqual([200, 404, 200]);
});

test('too many events or EDUs at once', async () => {
  const events = Array.from({ length: 51 }, () => room.build({}));
  expect((await room.send(server, events)).status).toBe(400);
  expect(await seen(events[0]!)).toBe(404);
  const edu = { edu_type: 'm.typing', content: { room_id: room.roomId, user_id: fake.user('guest'), typing: true } };
  const edus = { origin: fake.name, origin_server_ts: 1, pdus: [], edus: Array.from({ length: 101 }, () => edu) };
  expect((await fake.request(server, 'PUT', '/_matrix/federation/v1/send/many', edus)).status).toBe(400);
});

test.each(['hidden', 'expired'])('a server whose keys are %s', async (which) => {
  const one = which === 'hidden' ? hidden : expired;
  expect((await one.request(server, 'GET', '/_matrix/federation/v1/publicRooms')).status).toBe(401);
  // An event of its user that comes by way of another server.
  const event = room.build({ by: one, sender: one.user('guest') });
  const { status, body } = await room.send(server, [event]);
  expect([status, body.pdus[event.eventId].error]).toEqual([200, expect.stringContaining('no signature')]);
  expect(await seen(event)).toBe(404);
});
