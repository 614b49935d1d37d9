/** To-device messages to and from other servers on a real PostgreSQL: durable, and each delivered once. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { ToDeviceOutbox } from '../federation/to-device-outbox.ts';
import type { Session } from '../http/handler.ts';
import { sql } from '../storage/database.ts';
import { StreamPositions } from '../storage/stream-positions.ts';
import { StringTable } from '../storage/string-table.ts';
import { ToDevice } from './to-device.ts';

const REMOTE = 'remote.example' as ServerName;
const ALICE = '@alice:own.example' as UserId;
const insertAccount = sql('test_td_account', 'insert into account (user_nid, user_id, created) values ($1, $2, 0) on conflict do nothing');
const insertDevice = sql('test_td_device', 'insert into device (user_nid, device_id) values ($1, $2) returning nid');
const selectMessages = sql('test_td_messages', 'select json from to_device order by pos, n');

let database: TestDatabase;
let strings: StringTable;
let outbox: ToDeviceOutbox;
let phone: number;
const told: string[] = [];
let day = 0;

async function start(): Promise<ToDevice> {
  const { db } = database;
  outbox = new ToDeviceOutbox({ db, strings, now: () => day * 24 * 3_600_000 });
  const toDevice = new ToDevice({
    db,
    positions: await StreamPositions.open(db),
    strings,
    serverName: 'own.example' as ServerName,
    outbox,
    now: () => day * 24 * 3_600_000,
    onSent: () => {},
  });
  toDevice.connect((servers) => told.push(...servers));
  return toDevice;
}
const device = async (deviceId: string): Promise<number> => {
  const userNid = await strings.id(ALICE);
  await database.db.query(insertAccount, [userNid, ALICE]);
  return (await database.db.query<{ nid: number }>(insertDevice, [userNid, deviceId]))[0]!.nid;
};
const contents = async (): Promise<unknown[]> =>
  (await database.db.query<{ json: string }>(selectMessages)).map((row) => (JSON.parse(row.json) as { content: unknown }).content);
const message = (messageId: string, messages: object) => ({ sender: '@bob:remote.example', type: 'm.test', messageId, messages: messages as never });

beforeEach(async () => {
  database = await createTestDatabase();
  strings = new StringTable(database.db, 1_000);
  told.length = 0;
  day = 0;
  phone = await device('PHONE');
  await device('TABLET');
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
});

test('a message that is repeated is delivered once, also after a restart; ids belong to their server', async () => {
  const toDevice = await start();
  const repeated = message('id', { [ALICE]: { PHONE: { n: 1 } } });
  await Promise.all([toDevice.receive(REMOTE, repeated), toDevice.receive(REMOTE, repeated)]);
  await (await start()).receive(REMOTE, repeated);
  expect(await contents()).toEqual([{ n: 1 }]);
  await toDevice.receive('other.example' as ServerName, repeated);
  expect((await contents()).length).toBe(2);
});

test('all devices of a user are reached with *, unknown ones and users of other servers are not', async () => {
  const toDevice = await start();
  const messages = { [ALICE]: { '*': { n: 'all' }, PHONE: { n: 'phone' }, LOST: { n: 'lost' } }, '@carol:third.example': { '*': { n: 'foreign' } } };
  await toDevice.receive(REMOTE, message('id', messages));
  expect((await contents()).map((content) => JSON.stringify(content)).sort()).toEqual(['{"n":"all"}', '{"n":"phone"}']);
  expect(await outbox.destinations()).toEqual([]);
});

test('what a client sends to another server is in the outbox when it is confirmed, once', async () => {
  const toDevice = await start();
  const session = { userId: ALICE, userNid: await strings.id(ALICE), deviceId: 'PHONE', deviceNid: phone } as Session;
  const messages = { '@bob:remote.example': { '*': { n: 1 } }, [ALICE]: { TABLET: { n: 2 } } };
  await toDevice.send(session, 'm.test', 'txn', messages);
  await (await start()).send(session, 'm.test', 'txn', messages);
  expect(await contents()).toEqual([{ n: 2 }]);
  expect(told).toEqual([REMOTE]);
  const { edus, ids } = await outbox.first(await strings.id(REMOTE), { edus: 10, bytes: 1_000_000 });
  expect(edus).toMatchObject([
    { edu_type: 'm.direct_to_device', content: { sender: ALICE, type: 'm.test', messages: { '@bob:remote.example': { '*': { n: 1 } } } } },
  ]);
  expect((edus[0]!.content['message_id'] as string).length).toBeLessThanOrEqual(32);
  await outbox.remove(ids);
  expect(await outbox.destinations()).toEqual([]);
});

test('what is old is dropped: ids after a month, messages for servers that never came back after two', async () => {
  const toDevice = await start();
  const session = { userId: ALICE, userNid: await strings.id(ALICE), deviceId: 'PHONE', deviceNid: phone } as Session;
  await toDevice.send(session, 'm.test', 'txn', { '@bob:remote.example': { '*': {} } });
  await toDevice.receive(REMOTE, message('id', { [ALICE]: { PHONE: {} } }));
  day = 31;
  await toDevice.prune();
  await outbox.prune();
  await toDevice.receive(REMOTE, message('id', { [ALICE]: { PHONE: {} } }));
  expect((await contents()).length).toBe(2);
  expect(await outbox.destinations()).toEqual([REMOTE]);
  day = 61;
  await outbox.prune();
  expect(await outbox.destinations()).toEqual([]);
});
