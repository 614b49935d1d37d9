/** The outbox on a real PostgreSQL, with rooms as rows. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import type { DeviceKeys } from '../keys/device-keys.ts';
import { DeviceKeys as Keys } from '../keys/device-keys.ts';
import { EventReader } from '../rooms/event-reader.ts';
import { BAN, JOIN, LEAVE } from '../rooms/membership.ts';
import { EVENT_RELAYED } from '../rooms/stored-event.ts';
import { sql } from '../storage/database.ts';
import { StringTable } from '../storage/string-table.ts';
import { Outbox } from './outbox.ts';
import { OutgoingDevices } from './outgoing-devices.ts';
import { ToDeviceOutbox, composeToDevice } from './to-device-outbox.ts';

const OWN = 'own.example' as ServerName;
const A = 'a.example' as ServerName;
const B = 'b.example' as ServerName;
const ALICE = '@alice:own.example';
const insertRoom = sql('test_room', `insert into room (nid, room_id, version, shard) values ($1::int8, '!r' || $1::int8, '10', 0)`);
const insertHead = sql('test_head', `insert into room_head (room_nid, tips, snap, depth, last_pos) values ($1, '{}', 0, 0, 0)`);
const insertMember = sql(
  'test_member',
  `insert into member (user_nid, room_nid, membership, nid, pos, since, sender, server) values ($1::int4, $2, $3, $4::int8, $4::int8, $4::int8, $1::int4, $5)
   on conflict (user_nid, room_nid) do update set membership = excluded.membership, nid = excluded.nid, pos = excluded.pos, since = excluded.since`,
);
const insertEvent = sql(
  'test_event',
  `with h as (update room_head set last_pos = greatest(last_pos, $1::int8) where room_nid = $2::int8),
   j as (insert into event_json (nid, json) values ($1::int8, $4))
   insert into event (nid, room_nid, type, sender, flags, depth, pos, ts, snap_before, prev, auth, event_id)
   values ($1::int8, $2::int8, 0, $3, $5, 0, $1::int8, 0, 0, '{}', '{}', '$' || $1::int8)`,
);
const setReplaces = sql('test_replaces', 'update event set replaces = $2 where nid = $1');
const insertChange = sql('test_device_change', 'insert into device_change (user_nid, pos, device_id) values ($1, $2, $3)');
const insertAccount = sql('test_account', 'insert into account (user_nid, user_id, created) values ($1, $2, 0) on conflict do nothing');
const insertDevice = sql('test_device', 'insert into device (user_nid, device_id, display_name) values ($1, $2, $3) returning nid');
const insertKeys = sql('test_device_key', 'insert into device_key (device_nid, json) values ($1, $2)');

let database: TestDatabase;
let strings: StringTable;
let outbox: Outbox;
let toDevice: ToDeviceOutbox;
let ownNid: number;

beforeEach(async () => {
  database = await createTestDatabase();
  const { db } = database;
  strings = new StringTable(db, 1_000);
  ownNid = await strings.id(OWN);
  const keys = new Keys({ db, strings, changes: undefined as never, onClaimed: () => {} }) satisfies DeviceKeys;
  toDevice = new ToDeviceOutbox({ db, strings, now: () => 1_000 });
  const devices = new OutgoingDevices({ db, keys, strings, ownNid, shareNames: true });
  outbox = new Outbox({ db, events: new EventReader(db, 1_000), strings, ownNid, devices, toDevice });
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

async function room(nid: number, members: Readonly<Record<string, number>>): Promise<void> {
  await database.db.query(insertRoom, [nid]);
  await database.db.query(insertHead, [nid]);
  for (const [user, since] of Object.entries(members)) await membership(nid, user, JOIN, since);
}
async function membership(roomNid: number, user: string, code: number, pos: number): Promise<void> {
  const server = user.slice(user.indexOf(':') + 1);
  await database.db.query(insertMember, [await strings.id(user), roomNid, code, pos, await strings.id(server)]);
}
async function events(roomNid: number, sender: string, positions: readonly number[], flags = 0, content: object = { body: 'x' }): Promise<void> {
  for (const pos of positions) {
    const json = { type: 'm.test', sender, content, depth: 1, origin_server_ts: 1, prev_events: [], auth_events: [], pos };
    await database.db.query(insertEvent, [pos, roomNid, await strings.id(sender), JSON.stringify(json), flags]);
  }
}
async function device(user: string, deviceId: string, name: string | null): Promise<void> {
  const userNid = await strings.id(user);
  await database.db.query(insertAccount, [userNid, user]);
  const [row] = await database.db.query<{ nid: number }>(insertDevice, [userNid, deviceId, name]);
  await database.db.query(insertKeys, [row!.nid, JSON.stringify({ user_id: user, device_id: deviceId, keys: { id: deviceId } })]);
}
const changed = async (user: string, pos: number, deviceId: string | null): Promise<void> => {
  await database.db.query(insertChange, [await strings.id(user), pos, deviceId]);
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const missed = async (server: ServerName, after: number, upto: number, cursor = after): Promise<{ positions: number[]; cursor: number }> => {
  const page = await outbox.catchUp(server, { after, upto, cursor });
  return { positions: page.pdus.map((pdu) => pdu.pos), cursor: page.cursor };
};

test('a server misses the events of this server, in rooms that it is in, in the time that it was away', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await room(2, { [ALICE]: 3 });
  await room(3, { [ALICE]: 4, '@bob:a.example': 5 });
  await events(1, ALICE, [10, 11, 14]);
  await events(1, '@bob:a.example', [12]);
  await events(2, ALICE, [13]);
  await events(3, ALICE, [15]);
  expect(await missed(A, 10, 20)).toEqual({ positions: [11, 14, 15], cursor: 20 });
  expect(await missed(A, 10, 14)).toEqual({ positions: [11, 14], cursor: 14 });
  expect(await missed(A, 15, 20)).toEqual({ positions: [], cursor: 20 });
  expect(await missed(B, 0, 20)).toEqual({ positions: [], cursor: 20 });
});

test('of a room with many missed events the newest are sent', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await room(2, { [ALICE]: 1, '@bob:a.example': 2 });
  await events(1, ALICE, range(10, 609));
  await events(2, ALICE, range(700, 749));
  expect((await missed(A, 5, 800)).positions).toEqual([...range(560, 609), ...range(700, 749)]);
});

test('rooms come in pages, each room once', async () => {
  for (const nid of range(1, 60)) {
    await room(nid, { [ALICE]: 1, '@bob:a.example': 2 });
    await events(nid, ALICE, [1_000 + nid, 2_000 + nid]);
  }
  const first = await missed(A, 5, 3_000);
  expect(first.cursor).toBe(2_050);
  const second = await missed(A, 5, 3_000, first.cursor);
  expect(second.positions).toEqual(range(51, 60).flatMap((nid) => [1_000 + nid, 2_000 + nid]));
  expect([...first.positions, ...second.positions].length).toBe(120);
});

test('a server that was removed misses what came before, and its removal, but nothing after', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await membership(1, '@bob:a.example', BAN, 12);
  await events(1, '@bob:a.example', [2], 0, { membership: 'join' });
  await events(1, ALICE, [10, 12, 13]);
  await database.db.query(setReplaces, [12, 2]);
  expect((await missed(A, 5, 20)).positions).toEqual([10, 12]);
  expect((await missed(A, 12, 20)).positions).toEqual([]);
});

test('a server that was only invited misses the end of its invite, and nothing of the room', async () => {
  await room(1, { [ALICE]: 1 });
  await membership(1, '@bob:a.example', LEAVE, 12);
  await events(1, ALICE, [8], 0, { membership: 'invite' });
  await events(1, ALICE, [10, 12, 13]);
  await database.db.query(setReplaces, [12, 8]);
  expect((await missed(A, 5, 20)).positions).toEqual([12]);
});

test('what came before a server joined, it got with the state of the room', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 12 });
  await events(1, ALICE, [10, 13]);
  expect((await missed(A, 5, 20)).positions).toEqual([13]);
});

test('joins that came in here and are passed on count as ours', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2, '@carol:b.example': 10 });
  await events(1, '@carol:b.example', [10], EVENT_RELAYED);
  await events(1, '@carol:b.example', [11]);
  expect((await missed(A, 5, 20)).positions).toEqual([10]);
});

test('at the start it is known who is behind and who fails', async () => {
  expect(await outbox.load()).toEqual({ okPos: undefined, failing: [], behind: [], toDevice: [] });
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await room(2, { [ALICE]: 1, '@carol:b.example': 2 });
  await room(3, { [ALICE]: 1, '@dave:c.example': 2 });
  await room(4, { [ALICE]: 1, '@erin:d.example': 2 });
  await membership(4, '@erin:d.example', LEAVE, 21);
  await events(1, ALICE, [10]);
  await events(2, ALICE, [20]);
  await events(3, '@dave:c.example', [20 + 2]);
  await events(4, ALICE, [21]);
  const failing = { server: A, lastOkPos: 4, devicePos: 3, lastOkTs: 7, failingSince: 8, retryAt: 9, retryIntervalMs: 100 };
  await outbox.save([failing, { ...failing, server: B, failingSince: undefined, retryAt: undefined }], 15);
  await database.db.transaction(async (tx) => toDevice.add(tx, composeToDevice(ALICE, 'm.test', { '@dave:c.example': { D: { x: 1 } } })));
  const state = await outbox.load();
  expect({ ...state, behind: [...state.behind].sort() }).toEqual({
    okPos: 15,
    failing: [failing],
    behind: [B, 'd.example'],
    toDevice: ['c.example'],
  });
  await outbox.save([{ ...failing, lastOkTs: undefined, failingSince: undefined, retryAt: undefined, retryIntervalMs: 0 }], 30);
  expect(await outbox.load()).toMatchObject({ okPos: 30, failing: [], behind: [] });
  expect((await outbox.destinations())[0]).toMatchObject({ server: A, lastOkTs: 7 });
});

test('who shares rooms with users whose devices changed, or who came, is behind too', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await room(2, { '@zoe:own.example': 30, '@carol:b.example': 2 });
  await outbox.save([], 15);
  expect((await outbox.load()).behind).toEqual([B]);
  await changed(ALICE, 20, 'D1');
  expect([...(await outbox.load()).behind].sort()).toEqual([A, B]);
});

test('changes of devices are a chain of EDUs, in the state that the devices are in now', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await device(ALICE, 'D1', 'phone');
  await device(ALICE, 'D2', null);
  for (const [pos, deviceId] of [
    [10, 'D1'],
    [11, 'D2'],
    [12, 'gone'],
    [13, ''],
    [14, 'D1'],
    [15, null],
  ] as const)
    await changed(ALICE, pos, deviceId);
  const all = await outbox.durableEdus(A, { toDevice: false, devicesAfter: 10 }, { edus: 100, bytes: 1_000_000 });
  expect(all).toMatchObject({ devicePos: 15, moreDevices: false, toDeviceIds: [], moreToDevice: false });
  expect(
    all.edus.map(({ edu_type: type, content }) => [type, content['device_id'], content['stream_id'], content['prev_id'], content['deleted']]),
  ).toEqual([
    ['m.device_list_update', 'D2', 11, [10], false],
    ['m.device_list_update', 'gone', 12, [11], true],
    ['m.device_list_update', 'D1', 14, [12], false],
    ['m.signing_key_update', undefined, undefined, undefined, undefined],
  ]);
  expect(all.edus[2]!.content).toMatchObject({ user_id: ALICE, device_display_name: 'phone', keys: { device_id: 'D1' } });
  // Of two changes of one device the first is left out, and the chain is closed over it.
  const both = await outbox.durableEdus(A, { toDevice: false, devicesAfter: 9 }, { edus: 100, bytes: 1_000_000 });
  expect(both.edus.map(({ content }) => [content['stream_id'], content['prev_id']]).slice(0, 3)).toEqual([
    [11, []],
    [12, [11]],
    [14, [12]],
  ]);
  // A page ends, and the next goes on after it.
  const page = await outbox.durableEdus(A, { toDevice: false, devicesAfter: 10 }, { edus: 4, bytes: 1_000_000 });
  expect(page).toMatchObject({ devicePos: 12, moreDevices: true });
  expect((await outbox.durableEdus(B, { toDevice: false, devicesAfter: 0 }, { edus: 4, bytes: 1_000_000 })).edus).toEqual([]);
});

test('a server that a user newly shares a room with is told so that it asks for the whole list', async () => {
  await room(1, { [ALICE]: 50, '@bob:a.example': 2 });
  await room(2, { [ALICE]: 10, '@carol:b.example': 2 });
  await room(3, { [ALICE]: 50, '@carol:b.example': 2 });
  await device(ALICE, 'D1', null);
  await changed(ALICE, 20, 'D1');
  const news = async (server: ServerName): Promise<unknown[]> =>
    (await outbox.durableEdus(server, { toDevice: false, devicesAfter: 40 }, { edus: 10, bytes: 1_000 })).edus.map(({ content }) => [
      content['stream_id'],
      content['prev_id'],
    ]);
  expect(await news(A)).toEqual([[20, []]]);
  expect(await news(B)).toEqual([]);
});

test('to-device messages stay until they are accepted, in order, as many as fit', async () => {
  const big = 'x'.repeat(40_000);
  const messages = Object.fromEntries(range(1, 4).map((n) => [`@u${n}:a.example`, { D: { n, big } }]));
  const composed = composeToDevice(ALICE, 'm.test', { ...messages, '@c:b.example': { '*': { n: 5 } } });
  expect(composed.servers).toEqual([A, A, A, A, B]);
  await database.db.transaction(async (tx) => toDevice.add(tx, composed));
  const ask = (edus: number, bytes: number) => outbox.durableEdus(A, { toDevice: true, devicesAfter: undefined }, { edus, bytes });
  const first = await ask(3, 1_000_000);
  expect(first).toMatchObject({ moreToDevice: true });
  expect(first.edus.map(({ content }) => Object.keys(content['messages'] as object))).toEqual([
    ['@u1:a.example'],
    ['@u2:a.example'],
    ['@u3:a.example'],
  ]);
  expect((await ask(100, 10)).edus.length).toBe(1);
  expect((await ask(100, 1_000_000)).edus.length).toBe(4);
  await outbox.delivered(first.toDeviceIds);
  const rest = await ask(3, 1_000_000);
  expect([rest.edus.length, rest.moreToDevice]).toEqual([1, false]);
  expect(new Set([...first.edus, ...rest.edus].map(({ content }) => content['message_id'])).size).toBe(4);
});

test('an event that was redacted meanwhile is sent without its content', async () => {
  await room(1, { [ALICE]: 1, '@bob:a.example': 2 });
  await events(1, ALICE, [10]);
  await database.db.query(sql('test_redact', 'update event set redacted_by = 11 where nid = 10'));
  const page = await outbox.catchUp(A, { after: 5, upto: 20, cursor: 5 });
  expect(page.pdus[0]!.json).toMatchObject({ type: 'm.test', content: {} });
});
