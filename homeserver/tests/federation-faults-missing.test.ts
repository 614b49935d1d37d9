/** Servers that are asked for missing events and answer without end, with lies, slowly or not at all. */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { FakeRemoteServer, Script } from '../testing/fake-remote-server.ts';
import type { FakeRoom } from '../testing/fake-room.ts';
import { useRoomAmongFakes, type RoomAmongFakes } from '../testing/room-among-fakes.ts';
import type { SeedClient } from '../testing/seed-client.ts';

const NEXUS_CONFIG = new URL('faults-config.yaml', import.meta.url).pathname;
const encode = encodeURIComponent;
/** Requests that one event may cause: one for what is between, and for the state before at most 20 events one by one. */
/** setting federation.missing_events_rounds */
const ROUNDS = 5;
const MOST_REQUESTS = 40;

const among = useRoomAmongFakes({ NEXUS_CONFIG });
const { seen } = among;
let server: RoomAmongFakes['server'];
let fake: FakeRemoteServer;
let alice: SeedClient;
let room: FakeRoom;
beforeEach(() => {
  ({ server, fake, alice, room } = among);
});

/** The server answers its users, and takes in what is right. */
afterEach(async () => {
  const own = await alice.say(room.roomId, 'still here');
  const event = room.build({ content: { msgtype: 'm.text', body: 'all right' } });
  expect((await room.send(server, [event])).body.pdus).toEqual({ [event.eventId]: {} });
  expect([await seen(own), await seen(event.eventId)]).toEqual([200, 200]);
});

/** An event after one that nobody has. */
const orphan = (depth = 100): RoomEvent => {
  const unknown = room.build({ depth: depth - 1, content: { msgtype: 'm.text', body: `unknown ${Math.random()}` } });
  return room.build({ after: [unknown], depth });
};

test('predecessors without end', async () => {
  let made = 0;
  fake.on(/\/get_missing_events\//, () => {
    // As many as were asked for and more, each after one that is unknown.
    made++;
    return { events: Array.from({ length: 30 }, (_, i) => orphan(99 - i).json) };
  });
  const before = fake.seen.length;
  const events = [orphan(), orphan(), orphan()];
  const { status, body } = await room.send(server, events);
  expect([status, Object.values(body.pdus)]).toEqual([200, events.map(() => ({ error: expect.stringContaining('missing') }))]);
  expect(made).toBeLessThanOrEqual(3 * ROUNDS);
  expect(fake.seen.length - before).toBeLessThanOrEqual(3 * MOST_REQUESTS);
});

test('a state of events without end', async () => {
  fake.on(/\/get_missing_events\//, () => ({ events: [] }));
  fake.on(/\/state_ids\//, () => ({
    pdu_ids: Array.from({ length: 2_000 }, (_, i) => `$${Buffer.from(`state ${i}`.padEnd(32)).toString('base64url')}`),
    auth_chain_ids: [],
  }));
  const before = fake.seen.length;
  const event = orphan();
  expect((await room.send(server, [event])).body.pdus[event.eventId].error).toContain('missing');
  expect(fake.seen.length - before).toBeLessThanOrEqual(MOST_REQUESTS);
});

test('a state that lies: without a create event, with power that nobody gave', async () => {
  const taken = room.build({ type: 'm.room.power_levels', stateKey: '', content: { users: { [fake.user('guest')]: 100 } } });
  fake.on(/\/get_missing_events\//, () => ({ events: [] }));
  fake.on(/\/v1\/event\//, () => ({ pdus: [taken.json] }));
  const ids = [...room.state.values()].map((event) => event.eventId);
  let told: object = { pdu_ids: [taken.eventId], auth_chain_ids: ids };
  fake.on(/\/state_ids\//, () => told);
  const first = orphan();
  expect((await room.send(server, [first])).body.pdus[first.eventId].error).toContain('no create event');
  told = { pdu_ids: [...ids, taken.eventId], auth_chain_ids: ids };
  const second = orphan();
  expect((await room.send(server, [second])).status).toBe(200);
  const levels = await alice.ok('GET', `/rooms/${encode(room.roomId)}/state/m.room.power_levels/`);
  expect(levels.users?.[fake.user('guest')]).toBeUndefined();
  expect(await alice.error('PUT', `/rooms/${encode(room.roomId)}/state/m.room.topic/`, { topic: 'mine still' })).toEqual([200, undefined]);
});

test.each<[string, Script]>([
  ['never', () => undefined],
  [
    'byte by byte',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    },
  ],
  ['half of it', (_request, response) => half(response)],
  ['more than is taken', (_request, response) => void response.writeHead(200).end(`{"events":[${'"x",'.repeat(200_000)}"x"]}`)],
  ['something else', () => ['no', 'object']],
  ['no JSON', (_request, response) => void response.writeHead(200).end('{"events":[')],
])('a server that answers %s', async (_how, script) => {
  for (const path of [/\/get_missing_events\//, /\/state_ids\//, /\/v1\/state\//, /\/event\//, /\/event_auth\//]) fake.on(path, script);
  const event = orphan();
  const sending = room.send(server, [event]);
  await alice.say(room.roomId, 'meanwhile'); // nobody else waits
  expect((await sending).body.pdus[event.eventId].error).toContain('missing');
});

function half(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"events":[');
  setTimeout(() => response.destroy(), 20);
}
