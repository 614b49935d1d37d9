/** Events whose predecessors can't be had for now: they are kept, over a restart too, and taken in when that is possible. */
import { beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { federationStatus } from '../src/cli/federation.ts';
import { eventually } from '../testing/across-servers.ts';
import type { FakeRemoteServer } from '../testing/fake-remote-server.ts';
import type { FakeRoom } from '../testing/fake-room.ts';
import { freePort } from '../testing/free-port.ts';
import { useRoomAmongFakes, type RoomAmongFakes } from '../testing/room-among-fakes.ts';

const NEXUS_CONFIG = new URL('staged-config.yaml', import.meta.url).pathname;
/** setting federation.staged_events */
const MOST_STAGED = 3;

// The same port after a restart.
const among = useRoomAmongFakes({ NEXUS_CONFIG, NEXUS_PORT: String(await freePort()) });
let server: RoomAmongFakes['server'];
let fake: FakeRemoteServer;
let room: FakeRoom;
beforeEach(() => {
  ({ server, fake, room } = among);
});

const text = (body: string): { content: { msgtype: string; body: string } } => ({ content: { msgtype: 'm.text', body } });
const seen = async ({ eventId }: RoomEvent): Promise<boolean> => (await among.seen(eventId)) === 200;
async function query(statement: string): Promise<{ event_id: string }[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, [room.roomId])).rows;
  } finally {
    await client.end();
  }
}
const staged = async (): Promise<string[]> => (await query('select event_id from staged_pdu where room_id = $1')).map((row) => row.event_id);
/** Nobody answers what is asked for. */
const silence = (): void => {
  for (const path of [/\/get_missing_events\//, /\/state_ids\//, /\/v1\/state\//, /\/event\//]) fake.on(path, () => undefined);
};
const orphan = (mark: string): { before: RoomEvent; event: RoomEvent } => {
  const before = room.build(text(`before ${mark}`));
  return { before, event: room.build({ after: [before], ...text(mark) }) };
};

test('it is taken in with what it follows once a server gives that, and a restart does not forget it', async () => {
  silence();
  const { before, event } = orphan('late');
  expect((await room.send(server, [event])).body.pdus[event.eventId].error).toContain('missing');
  expect([await seen(event), await staged()]).toEqual([false, [event.eventId]]);
  await server.restart();
  expect(await staged()).toEqual([event.eventId]);
  fake.forgetScripts();
  fake.on(/\/get_missing_events\//, () => ({ events: [before.json] }));
  await eventually('both events', async () => (await seen(before)) && (await seen(event)));
  await eventually('nothing staged', async () => (await staged()).length === 0);
});

test('operators see it', async () => {
  silence();
  const { before, event } = orphan('seen');
  await room.send(server, [event]);
  const lines: string[] = [];
  await federationStatus(server.config, false, (line) => lines.push(line));
  expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${fake.name} +1 +\\S+Z +\\S+ +${room.roomId.replace('$', '\\$')}$`)));
  const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
  expect(await metrics()).toContain('nexuscomm_federation_staged_pdus 1\n');
  expect(await metrics()).toMatch(/nexuscomm_federation_received_pdus_total\{outcome="staged"\} [1-9]/);
  await room.send(server, [before]);
  await eventually('none is staged', async () => (await metrics()).includes('nexuscomm_federation_staged_pdus 0\n'));
});

test('it is taken in once what it follows was sent', async () => {
  silence();
  const { before, event } = orphan('early');
  await room.send(server, [event]);
  expect((await room.send(server, [before])).body.pdus).toEqual({ [before.eventId]: {} });
  await eventually('the event', () => seen(event));
});

test('of one server so many are kept in a room, and none for ever', async () => {
  silence();
  const events = Array.from({ length: MOST_STAGED + 2 }, (_, i) => orphan(`many ${i}`).event);
  const { body } = await room.send(server, events);
  expect(Object.keys(body.pdus)).toHaveLength(events.length);
  expect(await staged()).toHaveLength(MOST_STAGED);
  await query('update staged_pdu set since = 0 where room_id = $1');
  await eventually('nothing staged', async () => (await staged()).length === 0);
  expect(await seen(events[0]!)).toBe(false);
});
