/** Two servers: events, to-device messages, device lists, typing, receipts, presence and profiles go from one to the other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';
import type { SeedClient } from '../testing/seed-client.ts';
import type { SyncAnswer, TypedEvent } from '../testing/sync-answer.ts';

let network: FederatedServers;
let a: FederatedServer;
let b: FederatedServer;
let alice: SeedClient;
let bob: SeedClient;
let roomId: string;

const encode = encodeURIComponent;
const keysOf = (client: SeedClient, mark: string): object => ({
  device_keys: {
    user_id: client.userId,
    device_id: client.deviceId,
    algorithms: ['m.olm.v1.curve25519-aes-sha2'],
    keys: { [`ed25519:${client.deviceId}`]: mark, [`curve25519:${client.deviceId}`]: `curve ${mark}` },
    signatures: { [client.userId]: { [`ed25519:${client.deviceId}`]: `signature ${mark}` } },
  },
  one_time_keys: { [`signed_curve25519:${mark}`]: { key: `one-time ${mark}` } },
});

beforeAll(async () => {
  network = await startFederatedServers(2);
  [a, b] = network.servers as [FederatedServer, FederatedServer];
  [alice, bob] = await Promise.all([a.user('alice'), b.user('bob')]);
  roomId = await alice.createRoom({ preset: 'public_chat' });
  await bob.ok('POST', `/join/${encode(roomId)}?via=${encode(a.name)}`, {});
}, 60_000);
afterAll(async () => {
  await network[Symbol.asyncDispose]();
});

test('messages go both ways', async () => {
  const since = [(await alice.sync()).next_batch, (await bob.sync()).next_batch];
  const fromAlice = await alice.say(roomId, 'hello over there');
  expect(await bob.nextEvent(since[1], roomId, (event) => event.event_id === fromAlice)).toMatchObject({ sender: alice.userId });
  const fromBob = await bob.say(roomId, 'hello back');
  expect(await alice.nextEvent(since[0], roomId, (event) => event.event_id === fromBob)).toMatchObject({ sender: bob.userId });
});

test('typing and receipts', async () => {
  const eventId = await alice.say(roomId, 'read me');
  const { next_batch: since } = await alice.sync();
  await eventually(async () => JSON.stringify(await bob.sync()).includes(eventId));
  await bob.ok('PUT', `/rooms/${encode(roomId)}/typing/${encode(bob.userId)}`, { typing: true, timeout: 20_000 });
  await bob.ok('POST', `/rooms/${encode(roomId)}/receipt/m.read/${encode(eventId)}`, {});
  const ephemeral = (type: string) => (answer: SyncAnswer) =>
    answer.rooms?.join?.[roomId]?.ephemeral?.events?.find((event) => event.type === type && JSON.stringify(event).includes(bob.userId));
  const [typing, receipt] = await Promise.all([alice.syncUntil(since, ephemeral('m.typing')), alice.syncUntil(since, ephemeral('m.receipt'))]);
  expect(typing.content).toEqual({ user_ids: [bob.userId] });
  expect(receipt.content[eventId]).toMatchObject({ 'm.read': { [bob.userId]: { ts: expect.any(Number) } } });
});

test('private receipts stay here', async () => {
  const eventId = await alice.say(roomId, 'nobody needs to know');
  const { next_batch: since } = await alice.sync();
  await eventually(async () => JSON.stringify(await bob.sync()).includes(eventId));
  await bob.request('POST', `/rooms/${encode(roomId)}/receipt/m.read.private/${encode(eventId)}`, {});
  const marker = await bob.say(roomId, 'marker');
  let seen = '';
  await alice.syncUntil(since, (answer) => {
    seen += JSON.stringify(answer.rooms?.join?.[roomId]?.ephemeral ?? '');
    return JSON.stringify(answer.rooms?.join?.[roomId]?.timeline ?? '').includes(marker) ? true : undefined;
  });
  expect(seen).not.toContain('m.read.private');
});

test('a server that comes to a room is told who is there', async () => {
  const [carol, dan] = await Promise.all([a.user('carol'), b.user('dan')]);
  await carol.ok('PUT', `/presence/${encode(carol.userId)}/status`, { presence: 'online', status_msg: 'here before' });
  const room = await carol.createRoom({ preset: 'public_chat' });
  const { next_batch: since } = await dan.sync();
  await dan.ok('POST', `/join/${encode(room)}?via=${encode(a.name)}`, {});
  const event = await dan.syncUntil(since, (answer: SyncAnswer) =>
    answer.presence?.events?.find((one) => one.sender === carol.userId && one.content['status_msg'] === 'here before'),
  );
  expect(event.content['presence']).toBe('online');
});

test('presence', async () => {
  const { next_batch: since } = await alice.sync();
  await bob.ok('PUT', `/presence/${encode(bob.userId)}/status`, { presence: 'online', status_msg: 'federating' });
  const event = await alice.syncUntil(since, (answer: SyncAnswer) =>
    answer.presence?.events?.find((one) => one.sender === bob.userId && one.content['status_msg'] === 'federating'),
  );
  expect(event.content['presence']).toBe('online');
});

test('device lists: queried, kept, told of when they change, and deletions too', async () => {
  await bob.ok('POST', '/keys/upload', keysOf(bob, 'first'));
  const query = (): Promise<any> => alice.ok('POST', '/keys/query', { device_keys: { [bob.userId]: [] } });
  const first = await query();
  expect(first.failures).toEqual({});
  expect(first.device_keys[bob.userId][bob.deviceId].keys[`ed25519:${bob.deviceId}`]).toBe('first');

  const { next_batch: since } = await alice.sync();
  const tablet = await bob.anotherDevice('bob');
  await tablet.ok('POST', '/keys/upload', keysOf(tablet, 'tablet'));
  await tablet.ok('PUT', `/devices/${tablet.deviceId}`, { display_name: "Bob's tablet" });
  const isTold = (answer: SyncAnswer): true | undefined => (answer.device_lists?.changed?.includes(bob.userId) ? true : undefined);
  await alice.syncUntil(since, isTold);
  const has = async (deviceId: string): Promise<any> => (await query()).device_keys[bob.userId][deviceId];
  await eventually(async () => (await has(tablet.deviceId))?.unsigned?.device_display_name === "Bob's tablet");
  const changes = await alice.ok('GET', `/keys/changes?from=${since}&to=${(await alice.sync()).next_batch}`);
  expect(changes.changed).toContain(bob.userId);

  const { next_batch: before } = await alice.sync();
  await tablet.ok('POST', '/logout', {});
  await alice.syncUntil(before, isTold);
  await eventually(async () => (await has(tablet.deviceId)) === undefined);
  expect(await has(bob.deviceId)).toBeDefined();
});

test('a new device is told of before it has keys', async () => {
  await alice.ok('POST', '/keys/query', { device_keys: { [bob.userId]: [] } });
  const { next_batch: since } = await alice.sync();
  await bob.anotherDevice('bob');
  await alice.syncUntil(since, (answer) => (answer.device_lists?.changed?.includes(bob.userId) ? true : undefined));
});

test('cross-signing keys', async () => {
  const { next_batch: since } = await alice.sync();
  const master = { user_id: bob.userId, usage: ['master'], keys: { 'ed25519:bobmaster': 'bobmaster' } };
  await bob.ok('POST', '/keys/device_signing/upload', { master_key: master });
  await alice.syncUntil(since, (answer) => (answer.device_lists?.changed?.includes(bob.userId) ? true : undefined));
  const answer = await alice.ok('POST', '/keys/query', { device_keys: { [bob.userId]: [] } });
  expect(answer.master_keys[bob.userId].keys).toEqual(master.keys);
});

test('one-time keys are claimed over there, each once', async () => {
  await bob.ok('POST', '/keys/upload', { one_time_keys: { 'signed_curve25519:second': { key: 'one-time second' } } });
  const claim = (): Promise<any> => alice.ok('POST', '/keys/claim', { one_time_keys: { [bob.userId]: { [bob.deviceId]: 'signed_curve25519' } } });
  const given = [await claim(), await claim(), await claim()].map((answer) => Object.keys(answer.one_time_keys[bob.userId]?.[bob.deviceId] ?? {}));
  expect(given.flat().sort()).toEqual(['signed_curve25519:first', 'signed_curve25519:second']);
});

test('to-device messages, also to all devices, each once', async () => {
  const { next_batch: since } = await bob.sync();
  const send = (txn: string, messages: object): Promise<unknown> => alice.ok('PUT', `/sendToDevice/m.test/${txn}`, { messages });
  await send('one', { [bob.userId]: { [bob.deviceId]: { n: 1 } } });
  await send('one', { [bob.userId]: { [bob.deviceId]: { n: 1 } } });
  await send('two', { [bob.userId]: { '*': { n: 2 } } });
  const received: TypedEvent[] = [];
  await bob.syncUntil(since, (answer: SyncAnswer) => {
    received.push(...(answer.to_device?.events ?? []));
    return received.some((event) => event.content['n'] === 2) ? true : undefined;
  });
  expect(received).toEqual([
    { type: 'm.test', sender: alice.userId, content: { n: 1 } },
    { type: 'm.test', sender: alice.userId, content: { n: 2 } },
  ]);
});

test('a server that was away gets messages, to-device messages and device changes when it is back', async () => {
  const { next_batch: since } = await bob.sync();
  await b.stop();
  const said: string[] = [];
  for (let i = 0; i < 5; i++) said.push(await alice.say(roomId, `while you were away ${i}`));
  await alice.ok('PUT', '/sendToDevice/m.test/away', { messages: { [bob.userId]: { '*': { n: 'kept' } } } });
  await alice.ok('POST', '/keys/upload', keysOf(alice, 'away'));
  await a.restart();
  Object.assign(alice, { url: a.url });
  await b.restart();
  Object.assign(bob, { url: b.url });
  const seen: string[] = [];
  let kept = false;
  let changed = false;
  await bob.syncUntil(since, (answer: SyncAnswer) => {
    seen.push(...(answer.rooms?.join?.[roomId]?.timeline?.events ?? []).map((event) => event.event_id));
    kept ||= JSON.stringify(answer.to_device ?? '').includes('kept');
    changed ||= answer.device_lists?.changed?.includes(alice.userId) ?? false;
    return said.every((id) => seen.includes(id)) && kept && changed ? true : undefined;
  });
  expect(seen.filter((id) => said.includes(id))).toEqual(said);
  const answer = await bob.ok('POST', '/keys/query', { device_keys: { [alice.userId]: [] } });
  expect(answer.device_keys[alice.userId][alice.deviceId].keys[`ed25519:${alice.deviceId}`]).toBe('away');
}, 60_000);

test('profiles of users of the other server', async () => {
  await bob.ok('PUT', `/profile/${encode(bob.userId)}/displayname`, { displayname: 'Bob the Remote' });
  expect(await alice.ok('GET', `/profile/${encode(bob.userId)}`)).toMatchObject({ displayname: 'Bob the Remote' });
  expect(await alice.ok('GET', `/profile/${encode(bob.userId)}/displayname`)).toEqual({ displayname: 'Bob the Remote' });
  expect(await alice.error('GET', `/profile/${encode(`@nobody:${b.name}`)}`)).toEqual([404, 'M_NOT_FOUND']);
  expect(await alice.error('GET', `/profile/${encode('@somebody:127.0.0.1:1')}`)).toEqual([502, 'M_UNKNOWN']);
});

test('servers that do not answer are named in failures', async () => {
  const nobody = '@somebody:127.0.0.1:1';
  const query = await alice.ok('POST', '/keys/query', { device_keys: { [nobody]: [], [alice.userId]: [] }, timeout: 2_000 });
  expect(Object.keys(query.failures)).toEqual(['127.0.0.1:1']);
  expect(query.device_keys[alice.userId]).toBeDefined();
  const claim = await alice.ok('POST', '/keys/claim', { one_time_keys: { [nobody]: { X: 'signed_curve25519' } } });
  expect(Object.keys(claim.failures)).toEqual(['127.0.0.1:1']);
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never became true');
    await new Promise((done) => setTimeout(done, 50));
  }
}
