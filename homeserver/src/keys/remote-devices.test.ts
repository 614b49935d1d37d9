/** Device lists of another server's users on a real PostgreSQL: updates in a row, gaps, races, failures. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { DeviceListUpdate } from '@nexuscomm/federation/inbound/receive-edu.ts';
import { silentLog } from '@nexuscomm/federation/testing/fakes.ts';
import { ManualClock } from '@nexuscomm/federation/testing/manual-clock.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { JOIN, LEAVE } from '../rooms/membership.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { sql } from '../storage/database.ts';
import { StreamPositions } from '../storage/stream-positions.ts';
import { StringTable } from '../storage/string-table.ts';
import { SyncHub } from '../sync/sync-hub.ts';
import { DeviceChanges } from './device-changes.ts';
import { RemoteDeviceTable } from './remote-device-table.ts';
import { RemoteDevices } from './remote-devices.ts';

const BOB = '@bob:remote.example' as UserId;
const REMOTE = 'remote.example' as ServerName;
const insertMember = sql(
  'test_remote_member',
  `insert into member (user_nid, room_nid, membership, nid, pos, since, sender, server) values ($1, 1, $2, 1, 1, 1, $1, $3)
   on conflict (user_nid, room_nid) do update set membership = excluded.membership`,
);
const selectDevices = sql('test_remote_devices', 'select device_id, display_name, json from remote_device order by device_id');
const selectList = sql('test_remote_list', 'select stream_id, stale from remote_device_list');
const countChanges = sql('test_remote_changes', 'select count(*)::int4 as n from device_change where user_nid = $1');

let database: TestDatabase;
let strings: StringTable;
let devices: RemoteDevices;
let table: RemoteDeviceTable;
let clock: ManualClock;
/** what the other server answers; may be changed while it is asked */
let answer: () => Promise<{ stream_id: number; devices: { device_id: string; keys: JsonObject; device_display_name?: string }[] }>;
let asked = 0;
let down = false;

const keys = (deviceId: string, mark = deviceId): JsonObject => ({ user_id: BOB, device_id: deviceId, algorithms: [], keys: { x: mark } });
const list = (streamId: number, ...ids: string[]) => ({ stream_id: streamId, devices: ids.map((id) => ({ device_id: id, keys: keys(id) })) });
const update = (streamId: number, prevIds: number[], deviceId: string, deleted = false): DeviceListUpdate => ({
  userId: BOB,
  streamId,
  prevIds,
  deviceId,
  device: deleted ? undefined : { deviceId, displayName: undefined, keys: keys(deviceId) },
});
const known = async (): Promise<string[]> => (await database.db.query<{ device_id: string }>(selectDevices)).map((row) => row.device_id);
const stored = async (): Promise<unknown> => (await database.db.query(selectList))[0];
const changes = async (): Promise<number> => (await database.db.query<{ n: number }>(countChanges, [await strings.id(BOB)]))[0]!.n;
const member = async (user: string, server: string, membership: number): Promise<void> => {
  await database.db.query(insertMember, [await strings.id(user), membership, await strings.id(server)]);
};
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never became true');
    await clock.settle();
  }
}

beforeEach(async () => {
  database = await createTestDatabase();
  const { db } = database;
  strings = new StringTable(db, 1_000);
  const positions = await StreamPositions.open(db);
  const ownNid = await strings.id('own.example');
  const engine = { onCommit: () => {} } as unknown as RoomEngine;
  const hub = new SyncHub({ db, positions, engine, maxUsers: 100 });
  table = new RemoteDeviceTable(db, ownNid);
  clock = new ManualClock();
  asked = 0;
  down = false;
  devices = new RemoteDevices({
    table,
    changes: new DeviceChanges({ db, positions, strings, engine, hub }),
    strings,
    engine,
    client: {
      userDevices: async () => {
        asked++;
        return { user_id: BOB, ...(await answer()) };
      },
    },
    isDown: () => down,
    ownNid,
    clock,
    log: silentLog,
    onError: (error) => {
      throw error;
    },
  });
  await member('@alice:own.example', 'own.example', JOIN);
  await member(BOB, REMOTE, JOIN);
  answer = async () => list(5, 'D1', 'D2');
});
afterEach(async () => {
  devices.stop();
  await clock.settle();
  await database[Symbol.asyncDispose]();
});

test('updates in a row are applied without asking, each told to users here', async () => {
  await devices.resync(BOB);
  expect([await known(), asked]).toEqual([['D1', 'D2'], 1]);
  await devices.update(update(6, [5], 'D3'));
  await devices.update(update(7, [6], 'D1', true));
  expect([await known(), asked, await stored(), await changes()]).toEqual([['D2', 'D3'], 1, { stream_id: 7, stale: false }, 2]);
});

test('updates at the same time keep their order', async () => {
  await devices.resync(BOB);
  await Promise.all([6, 7, 8, 9].map((id) => devices.update(update(id, [id - 1], `D${id}`))));
  expect([await known(), asked, await stored()]).toEqual([['D1', 'D2', 'D6', 'D7', 'D8', 'D9'], 1, { stream_id: 9, stale: false }]);
});

test('a repetition changes nothing', async () => {
  await devices.resync(BOB);
  await devices.update(update(6, [5], 'D3'));
  await devices.update(update(6, [5], 'D3'));
  expect([asked, await changes()]).toEqual([1, 1]);
});

test('after a gap the whole list is asked for, once', async () => {
  await devices.resync(BOB);
  answer = async () => list(9, 'D1', 'D9');
  await Promise.all([devices.update(update(8, [7], 'D8')), devices.update(update(9, [8], 'D9'))]);
  await eventually(async () => JSON.stringify(await stored()) === JSON.stringify({ stream_id: 9, stale: false }));
  expect(await known()).toEqual(['D1', 'D9']);
  expect(asked).toBeLessThanOrEqual(3);
});

test('an update without a predecessor asks for the whole list', async () => {
  await devices.resync(BOB);
  answer = async () => list(6, 'D6');
  await devices.update(update(6, [], 'D6'));
  await eventually(async () => (await known()).join() === 'D6');
});

test('an update that comes while the list is asked for is not lost', async () => {
  await devices.resync(BOB);
  const gates: ((old: boolean) => void)[] = [];
  answer = async () => ((await new Promise<boolean>((go) => gates.push(go))) ? list(6, 'D1', 'D6') : list(8, 'D1', 'D8'));
  await devices.update(update(6, [4], 'D6')); // a gap: the list is asked for
  await eventually(async () => gates.length === 1);
  await devices.update(update(8, [7], 'D8'));
  gates[0]!(true); // the answer is older than that update
  await eventually(async () => gates.length === 2);
  expect(await stored()).toEqual({ stream_id: 6, stale: true });
  gates[1]!(false);
  await eventually(async () => JSON.stringify(await stored()) === JSON.stringify({ stream_id: 8, stale: false }));
  expect(await known()).toEqual(['D1', 'D8']);
});

test('a server that can not be asked is asked again later, and after a restart', async () => {
  await devices.resync(BOB);
  answer = async () => {
    throw new Unreachable(REMOTE, 'refused', 'nobody is there');
  };
  await devices.update(update(9, [8], 'D9'));
  await eventually(async () => asked === 2);
  expect([await known(), await stored()]).toEqual([['D1', 'D2'], { stream_id: 5, stale: true }]);
  answer = async () => list(9, 'D9');
  down = true;
  await devices.start();
  await clock.settle();
  expect(asked).toBe(2);
  down = false;
  await eventually(async () => {
    await clock.advance(60_000);
    return (await known()).join() === 'D9';
  });
});

test('of users who are not asked about, or share no room with us, nothing is kept', async () => {
  await devices.update(update(6, [5], 'D6'));
  expect([await known(), await stored(), asked, await changes()]).toEqual([[], undefined, 0, 1]);
  await devices.resync(BOB);
  await member(BOB, REMOTE, LEAVE);
  await devices.update(update(6, [5], 'D6'));
  expect([await known(), await changes()]).toEqual([['D1', 'D2'], 1]);
  await table.forgetUnshared(1);
  expect([await known(), await stored()]).toEqual([[], undefined]);
});

test('a device without keys is no news for clients while nobody has asked for the list', async () => {
  const silent = (streamId: number, prevIds: number[]): DeviceListUpdate => ({
    ...update(streamId, prevIds, 'D6'),
    device: { deviceId: 'D6', displayName: 'TV', keys: undefined },
  });
  await devices.update(silent(6, []));
  expect([await stored(), asked, await changes()]).toEqual([undefined, 0, 0]);
  await devices.resync(BOB);
  await devices.update(silent(6, [5]));
  expect([await known(), await changes()]).toEqual([['D1', 'D2', 'D6'], 1]);
});

test('what a server says of devices that can not be its user’s is left out, and there is an end to it', async () => {
  const many = Array.from({ length: 1_500 }, (_, i) => ({ device_id: `D${i}`, keys: keys(`D${i}`) }));
  answer = async () => ({ stream_id: 1, devices: [{ device_id: 'X', keys: { ...keys('X'), user_id: '@eve:remote.example' } }, ...many] });
  await devices.resync(BOB);
  expect((await known()).length).toBe(999);
});
