/** Joining a room through a server that lies about it, is slow, or goes away: the next server is tried, and nothing is left behind. */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startAmongFakes, type ServerAmongFakes } from '../testing/fake-network.ts';
import { refuse, type FakeRemoteServer, type Script } from '../testing/fake-remote-server.ts';
import { FakeRoom } from '../testing/fake-room.ts';
import type { SeedClient } from '../testing/seed-client.ts';

const NEXUS_CONFIG = new URL('faults-config.yaml', import.meta.url).pathname;
const encode = encodeURIComponent;

let network: ServerAmongFakes;
let server: ServerAmongFakes['server'];
/** whose room it is, and who does not answer as it should */
let bad: FakeRemoteServer;
let good: FakeRemoteServer;
let alice: SeedClient;
let room: FakeRoom;

beforeAll(async () => {
  network = await startAmongFakes(2, { NEXUS_CONFIG });
  ({ server } = network);
  [bad, good] = network.fakes as [FakeRemoteServer, FakeRemoteServer];
  alice = await server.user('alice');
}, 60_000);
beforeEach(() => {
  bad.forgetScripts();
  good.forgetScripts();
  room = FakeRoom.create(bad);
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});

const join = (...servers: FakeRemoteServer[]): Promise<{ status: number }> =>
  alice.request('POST', `/join/${encode(room.roomId)}?${servers.map(({ name }) => `via=${encode(name)}`).join('&')}`, {});

/** The room works: events go both ways. */
async function expectRoomWorks(): Promise<void> {
  const event = room.build({ sender: bad.user('maker') });
  expect((await room.send(server, [event])).body.pdus).toEqual({ [event.eventId]: {} });
  expect((await alice.request('GET', `/rooms/${encode(room.roomId)}/event/${encode(event.eventId)}`)).status).toBe(200);
  await alice.say(room.roomId, 'I am in');
}

const isType =
  (type: string) =>
  (event: any): boolean =>
    event.type === type;
type Told = Record<string, any>;
const without =
  (type: string, ...lists: string[]) =>
  (answer: Told): object => ({
    ...answer,
    ...Object.fromEntries(lists.map((list) => [list, answer[list].filter((event: any) => !isType(type)(event))])),
  });
const spoiled =
  (type: string) =>
  ({ state, auth_chain: chain, ...rest }: Told): object => {
    const spoil = (event: any): object =>
      isType(type)(event) ? { ...event, signatures: { [bad.name]: { [bad.key.keyId]: 'A'.repeat(86) } } } : event;
    return { ...rest, state: state.map(spoil), auth_chain: chain.map(spoil) };
  };

test.each<[string, (answer: Told) => object]>([
  ['no create event', without('m.room.create', 'state', 'auth_chain')],
  ['a create event that it did not sign', spoiled('m.room.create')],
  ['join rules that it did not sign', spoiled('m.room.join_rules')],
  ['a state in which nobody may join', without('m.room.join_rules', 'state', 'auth_chain')],
  ['a state without auth events', ({ auth_chain: _chain, ...rest }) => ({ ...rest, state: [], auth_chain: [] })],
  ['no lists', () => ({ state: 'all of it' })],
])('a server that tells %s', async (_what, lie) => {
  room.host(bad, lie);
  room.host(good);
  expect((await join(bad)).status).toBeGreaterThanOrEqual(400);
  expect((await alice.request('GET', `/rooms/${encode(room.roomId)}/state`)).status).toBe(403);
  expect((await join(bad, good)).status).toBe(200);
  await expectRoomWorks();
});

test.each<[string, Script]>([
  ['never answers', () => undefined],
  ['goes away', (_request, response) => void response.destroy()],
  ['goes away in mid-answer', (_request, response) => half(response)],
  ['sends more than is taken', (_request, response) => void response.writeHead(200).end(`{"state":[${'"x",'.repeat(200_000)}"x"],"auth_chain":[]}`)],
  ['fails', (_request, response) => refuse(response, 500, 'M_UNKNOWN')],
])('a server that %s in mid-join', async (_how, script) => {
  bad.on(/\/send_join\//, script);
  room.host(good);
  expect((await join(bad)).status).toBeGreaterThanOrEqual(400);
  expect((await join(bad, good)).status).toBe(200);
  expect(good.asked('/send_join/').length).toBeGreaterThan(0);
  await expectRoomWorks();
});

test('a server that can not be reached at all', async () => {
  room.host(good);
  const nobody = { name: '127.0.0.1:9' } as FakeRemoteServer;
  expect((await join(nobody)).status).toBe(200); // the server in the room's id is asked too
  expect((await join(nobody, good)).status).toBe(200);
  await expectRoomWorks();
});

test('an auth chain that is missing is no reason if the state has it all', async () => {
  room.host(bad, (answer) => ({ ...answer, auth_chain: [] }));
  expect((await join(bad)).status).toBe(200);
  await expectRoomWorks();
});

function half(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"state":[');
  setTimeout(() => response.destroy(), 20);
}
