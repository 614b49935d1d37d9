/**
 * Every endpoint for other servers, from servers that may not ask: without a signature, with a wrong one, with one for
 * another server, banned from the room, or with no part in it. The endpoints come from their declarations: one without an
 * entry here fails.
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testKey } from '@nexuscomm/federation/testing/fakes.ts';
import type { Endpoint } from '@nexuscomm/spec/endpoint.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { FakeRemoteServer } from '../testing/fake-remote-server.ts';
import { startAmongFakes, type ServerAmongFakes } from '../testing/fake-network.ts';
import { FakeRoom } from '../testing/fake-room.ts';
import type { Answer, SeedClient } from '../testing/seed-client.ts';

/** A request about a room, as a server with a user `guest` would make it. */
interface Asked {
  readonly path: string;
  readonly body?: object;
}

interface Entry {
  /** absent: it is not about one room */
  readonly about?: (place: Place) => Asked;
  /** what a server that the room's ACL bans is told, and one that is not in the room */
  readonly banned?: number;
  readonly outsider?: number;
}

/** A room of the server under test, as the fake server knows it. */
interface Place {
  readonly room: FakeRoom;
  readonly eventId: string;
}

/** Requests of these are not signed: keys come before signatures, and tokens speak for themselves. */
const NOT_SIGNED = ['onThirdPartyBind', 'openidUserinfo', 'queryServerKeys', 'queryServersKeys', 'serverKeys', 'version'];
/** Declared for asking others only. */
const NOT_SERVED = ['policySign'];
/** Any server that signs its request may ask: what they answer depends on what was asked, not on rooms. */
const OF_NO_ROOM = [
  'claimKeys',
  'downloadMedia',
  'publicRooms',
  'query',
  'queryDirectory',
  'queryKeys',
  'queryProfile',
  'searchPublicRooms',
  'thumbnailMedia',
  'userDevices',
];

const encode = encodeURIComponent;
const V1 = '/_matrix/federation/v1';
const V2 = '/_matrix/federation/v2';
const FORBIDDEN = { banned: 403, outsider: 403 };
const reading = (path: (place: Place) => string, body?: (place: Place) => object): Entry => ({
  ...FORBIDDEN,
  about: (place) => ({ path: `${V1}${path(place)}`, ...(body ? { body: body(place) } : {}) }),
});
const member = (place: Place, membership: string): RoomEvent => {
  const userId = place.room.fake.user('guest');
  return place.room.build({ type: 'm.room.member', stateKey: userId, sender: userId, content: { membership } });
};
const template = (name: string): Entry =>
  reading(({ room }) => `/${name}/${encode(room.roomId)}/${encode(room.fake.user('guest'))}?ver=${room.version.id}`);
const signed = (prefix: string, name: string, membership: string): Entry => ({
  ...FORBIDDEN,
  about: (place) => {
    const event = member(place, membership);
    return { path: `${prefix}/${name}/${encode(place.room.roomId)}/${encode(event.eventId)}`, body: event.json };
  },
});
const invited = (prefix: string, wrap: (event: RoomEvent) => object): Entry => ({
  ...FORBIDDEN,
  about: ({ room }) => {
    // The outsider's invite is in the name of a user of another server.
    const sender = room.tips.length === 0 ? '@somebody:elsewhere.example' : room.fake.user('guest');
    const event = room.build({ type: 'm.room.member', stateKey: `@bob:${server.name}`, sender, content: { membership: 'invite' } });
    return { path: `${prefix}/invite/${encode(room.roomId)}/${encode(event.eventId)}`, body: wrap(event) };
  },
});

const ENTRIES: Record<string, Entry> = {
  backfill: reading(({ room, eventId }) => `/backfill/${encode(room.roomId)}?v=${encode(eventId)}&limit=10`),
  exchangeThirdPartyInvite: {
    about: ({ room }) => ({
      path: `${V1}/exchange_third_party_invite/${encode(room.roomId)}`,
      body: { type: 'm.room.member', room_id: room.roomId, sender: room.fake.user('guest'), state_key: '@bob:x', content: {} },
    }),
    banned: 403,
    outsider: 400, // refused for what it contains
  },
  getEvent: reading(({ eventId }) => `/event/${encode(eventId)}`),
  getEventAuth: reading(({ room, eventId }) => `/event_auth/${encode(room.roomId)}/${encode(eventId)}`),
  getMissingEvents: reading(
    ({ room }) => `/get_missing_events/${encode(room.roomId)}`,
    ({ eventId }) => ({ earliest_events: [], latest_events: [eventId], limit: 5 }),
  ),
  getState: reading(({ room, eventId }) => `/state/${encode(room.roomId)}?event_id=${encode(eventId)}`),
  getStateIds: reading(({ room, eventId }) => `/state_ids/${encode(room.roomId)}?event_id=${encode(eventId)}`),
  // What may not be seen is not told apart from what is not there.
  hierarchy: { ...reading(({ room }) => `/hierarchy/${encode(room.roomId)}`), banned: 404, outsider: 404 },
  invite: invited(V2, (event) => ({ room_version: '11', event: event.json, invite_room_state: [] })),
  inviteV1: { ...invited(V1, (event) => event.json) },
  makeJoin: template('make_join'),
  makeKnock: template('make_knock'),
  makeLeave: template('make_leave'),
  sendJoin: signed(V2, 'send_join', 'join'),
  sendJoinV1: signed(V1, 'send_join', 'join'),
  sendKnock: signed(V1, 'send_knock', 'knock'),
  sendLeave: signed(V2, 'send_leave', 'leave'),
  sendLeaveV1: signed(V1, 'send_leave', 'leave'),
  sendTransaction: {}, // judged event by event, see below
  timestampToEvent: reading(({ room }) => `/timestamp_to_event/${encode(room.roomId)}?ts=0&dir=f`),
};

const folder = new URL('../../spec/src/endpoints/federation/', import.meta.url);
const isEndpoint = (value: unknown): value is Endpoint => typeof value === 'object' && value !== null && 'auth' in value && 'path' in value;
const declared: (readonly [string, Endpoint])[] = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
  for (const [name, value] of Object.entries((await import(new URL(file, folder).pathname)) as object)) {
    if (isEndpoint(value)) declared.push([name, value]);
  }
}
const served = declared.filter(([name, { auth }]) => auth === 'server' && !NOT_SERVED.includes(name));
const ofRooms = Object.entries(ENTRIES).flatMap(([name, entry]) => (entry.about ? [[name, entry] as const] : []));

let network: ServerAmongFakes;
let server: ServerAmongFakes['server'];
let fake: FakeRemoteServer;
let alice: SeedClient;
/** the fake is in it, and its ACL bans the fake */
let banned: Place;
/** the fake was never in it, and it is by invitation only */
let outside: Place;

beforeAll(async () => {
  network = await startAmongFakes(1);
  ({ server } = network);
  [fake] = network.fakes as [FakeRemoteServer];
  alice = await server.user('alice');
  await server.user('bob');
  const open = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
  banned = { room: await FakeRoom.join(fake, server, open), eventId: await alice.say(open, 'hello') };
  await alice.setState(open, 'm.room.server_acl', { allow: ['*'], deny: ['127.0.0.1'], allow_ip_literals: true });
  const closed = await alice.createRoom({ preset: 'private_chat', room_version: '11' });
  const eventId = await alice.say(closed, 'secret');
  outside = { room: FakeRoom.guess(fake, closed), eventId };
}, 60_000);
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});

const aliceEvents = async (roomId: string): Promise<any[]> => (await alice.ok('GET', `/rooms/${encode(roomId)}/messages?dir=f&limit=50`)).chunk;
const told = ({ status, body }: Answer): [number, string] => [status, body.errcode];
const namesOf = (endpoints: readonly (readonly [string, Endpoint])[]): string[] => endpoints.map(([name]) => name).toSorted();

test('every declared endpoint is accounted for', () => {
  expect(namesOf(declared.filter(([, { auth }]) => auth !== 'server'))).toEqual(NOT_SIGNED);
  expect(namesOf(served)).toEqual([...OF_NO_ROOM, ...Object.keys(ENTRIES)].toSorted());
});

describe('signatures', () => {
  const plain = (endpoint: Endpoint): [string, object | undefined] => {
    const path = endpoint.path.replaceAll(/\{\w+\}/g, 'x');
    return [path, endpoint.method === 'GET' ? undefined : {}];
  };

  test.each(served)('%s takes none but right ones', async (_name, endpoint) => {
    const { method } = endpoint;
    const [path, body] = plain(endpoint);
    expect(told(await server.nobody.request(method as 'GET', path, body))).toEqual([401, 'M_UNAUTHORIZED']);
    const ask = (tricks: object) => fake.request(server, method as 'GET', path, body, tricks);
    // Another key under the same id.
    expect(told(await ask({ key: { ...testKey(7), keyId: fake.key.keyId } }))).toEqual([401, 'M_UNAUTHORIZED']);
    expect(told(await ask({ key: testKey(8) }))).toEqual([401, 'M_UNAUTHORIZED']);
    expect(told(await ask({ destination: 'other.example' }))).toEqual([401, 'M_UNAUTHORIZED']);
    expect(told(await ask({ origin: 'localhost:1' }))).toEqual([401, 'M_UNAUTHORIZED']);
    // The right one gets further.
    expect((await ask({})).status).not.toBe(401);
  });

  test.each(NOT_SERVED)('%s is not served', async (name) => {
    const [, endpoint] = declared.find(([other]) => other === name)!;
    const [path, body] = plain(endpoint);
    expect(told(await fake.request(server, endpoint.method as 'POST', path, body))).toEqual([404, 'M_UNRECOGNIZED']);
  });
});

describe('rooms', () => {
  const ask = (name: string, entry: Entry, place: Place): Promise<Answer> => {
    const [, { method }] = declared.find(([other]) => other === name)!;
    const { path, body } = entry.about!(place);
    return fake.request(server, method as 'GET', path, body);
  };

  test.each(ofRooms)('%s refuses a server that the ACL bans', async (name, entry) => {
    const answer = await ask(name, entry, banned);
    expect([name, ...told(answer)]).toEqual([name, entry.banned, entry.banned === 404 ? 'M_NOT_FOUND' : 'M_FORBIDDEN']);
    if (entry.banned === 403) expect(answer.body.error).toBe('Your server may not take part in this room.');
  });

  test.each(ofRooms)('%s refuses a server that is not in the room', async (name, entry) => {
    const { status } = await ask(name, entry, outside);
    expect([name, status]).toEqual([name, entry.outsider]);
  });

  test('sendTransaction takes in nothing of a server that the ACL bans', async () => {
    const event = banned.room.build({});
    const { status, body } = await banned.room.send(server, [event]);
    expect([status, body.pdus[event.eventId].error]).toEqual([200, 'This server may not take part in the room.']);
    expect(await aliceEvents(banned.room.roomId)).not.toContainEqual(expect.objectContaining({ event_id: event.eventId }));
  });

  test('sendTransaction takes in nothing of a server that is not in the room', async () => {
    const event = outside.room.build({});
    expect((await outside.room.send(server, [event])).status).toBe(200);
    expect(await aliceEvents(outside.room.roomId)).not.toContainEqual(expect.objectContaining({ event_id: event.eventId }));
  });
});
