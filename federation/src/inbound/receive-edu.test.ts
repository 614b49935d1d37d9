/** What of EDUs is taken in, and what hostile ones come to. */
import { expect, test } from '@jest/globals';
import { silentLog } from '../testing/fakes.ts';
import type { Edu, JsonObject, ServerName } from '../ports.ts';
import { createEduReceiver } from './receive-edu.ts';

const ORIGIN = 'remote.example' as ServerName;
const USER = '@bob:remote.example';
const ROOM = '!room:own.example';

/** What the handlers were called with. */
async function receive(kind: string, content: unknown, failing = false): Promise<{ calls: [string, unknown][]; failures: unknown[] }> {
  const calls: [string, unknown][] = [];
  const failures: unknown[] = [];
  const record = (name: string) => async (_origin: ServerName, value: unknown) => {
    if (failing) throw new Error('our own fault');
    calls.push([name, value]);
  };
  const handlers = {
    typing: record('typing'),
    receipt: record('receipt'),
    presence: record('presence'),
    toDevice: record('toDevice'),
    deviceList: record('deviceList'),
    signingKeys: record('signingKeys'),
  };
  const receiver = createEduReceiver({ handlers, log: silentLog, onFailure: (error) => failures.push(error) });
  await receiver.receive(ORIGIN, { edu_type: kind, content: content as JsonObject } as Edu);
  return { calls, failures };
}

const receipt = (user: string, value: unknown, room = ROOM): JsonObject => ({ [room]: { 'm.read': { [user]: value as JsonObject } } });
const goodReceipt = { event_ids: ['$event'], data: { ts: 1 } };
const deviceKeys = { user_id: USER, device_id: 'D', algorithms: [], keys: { 'ed25519:D': 'x' } };
const update = { user_id: USER, device_id: 'D', stream_id: 5, prev_id: [4], keys: deviceKeys };
const master = { user_id: USER, usage: ['master'], keys: { 'ed25519:k': 'k' } };
const message = { sender: USER, type: 'm.test', message_id: 'id', messages: { '@a:own.example': { '*': { x: 1 } } } };

test.each([
  ['m.typing', { room_id: ROOM, user_id: USER, typing: true }, { roomId: ROOM, userId: USER, typing: true }],
  ['m.receipt', receipt(USER, goodReceipt), { roomId: ROOM, userId: USER, eventId: '$event', ts: 1, thread: '' }],
  [
    'm.receipt',
    receipt(USER, { event_ids: ['$event'], data: { ts: 1, thread_id: 'main' } }),
    { roomId: ROOM, userId: USER, eventId: '$event', ts: 1, thread: 'main' },
  ],
  [
    'm.presence',
    { push: [{ user_id: USER, presence: 'online', last_active_ago: 3.7, status_msg: null }] },
    { userId: USER, state: 'online', statusMsg: undefined, lastActiveAgo: 4 },
  ],
  ['m.direct_to_device', message, { sender: USER, type: 'm.test', messageId: 'id', messages: message.messages }],
  [
    'm.device_list_update',
    update,
    { userId: USER, streamId: 5, prevIds: [4], deviceId: 'D', device: { deviceId: 'D', displayName: undefined, keys: deviceKeys } },
  ],
  [
    'm.device_list_update',
    { user_id: USER, device_id: 'D', stream_id: 5, deleted: true },
    { userId: USER, streamId: 5, prevIds: [], deviceId: 'D', device: undefined },
  ],
  ['m.signing_key_update', { user_id: USER, master_key: master }, { userId: USER, master, selfSigning: undefined }],
])('%s is taken in: %j', async (kind, content, expected) => {
  expect((await receive(kind, content)).calls.map(([, value]) => value)).toEqual([expected]);
});

const foreign = '@mallory:elsewhere.example';
test.each([
  ['an unknown kind', 'm.unheard_of', { anything: true }],
  ['no object', 'm.typing', 'text'],
  ['typing of a user of another server', 'm.typing', { room_id: ROOM, user_id: foreign, typing: true }],
  ['typing of a local user', 'm.typing', { room_id: ROOM, user_id: '@a:own.example', typing: true }],
  ['typing in no room', 'm.typing', { room_id: 'nowhere', user_id: USER, typing: true }],
  ['typing that is neither true nor false', 'm.typing', { room_id: ROOM, user_id: USER, typing: 'yes' }],
  ['a domain that only begins with the right one', 'm.typing', { room_id: ROOM, user_id: '@x:remote.example.evil.example', typing: true }],
  ['a receipt of another server', 'm.receipt', receipt(foreign, goodReceipt)],
  ['a receipt for no event', 'm.receipt', receipt(USER, { event_ids: [], data: { ts: 1 } })],
  ['a receipt for something else', 'm.receipt', receipt(USER, { event_ids: ['no event id'], data: { ts: 1 } })],
  ['a receipt without a time', 'm.receipt', receipt(USER, { event_ids: ['$event'], data: {} })],
  ['a private receipt', 'm.receipt', { [ROOM]: { 'm.read.private': { [USER]: goodReceipt } } }],
  ['receipts that are a list', 'm.receipt', { [ROOM]: { 'm.read': [goodReceipt] } }],
  ['presence of another server', 'm.presence', { push: [{ user_id: foreign, presence: 'online', last_active_ago: 1 }] }],
  ['presence of a kind there is not', 'm.presence', { push: [{ user_id: USER, presence: 'busy', last_active_ago: 1 }] }],
  ['presence without a list', 'm.presence', { push: {} }],
  ['a message in the name of another server', 'm.direct_to_device', { ...message, sender: foreign }],
  ['a message that is no object', 'm.direct_to_device', { ...message, messages: { '@a:own.example': { D: 'text' } } }],
  ['a message with an endless id', 'm.direct_to_device', { ...message, message_id: 'x'.repeat(10_000) }],
  [
    'too many messages',
    'm.direct_to_device',
    { ...message, messages: { '@a:own.example': Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`D${i}`, {}])) } },
  ],
  ["another server's devices", 'm.device_list_update', { ...update, user_id: foreign, keys: { ...deviceKeys, user_id: foreign } }],
  ["another user's keys", 'm.device_list_update', { ...update, keys: { ...deviceKeys, user_id: '@eve:remote.example' } }],
  ["another device's keys", 'm.device_list_update', { ...update, keys: { ...deviceKeys, device_id: 'E' } }],
  ['a device without a number', 'm.device_list_update', { ...update, stream_id: 'five' }],
  ['huge keys', 'm.device_list_update', { ...update, keys: { ...deviceKeys, padding: 'x'.repeat(70_000) } }],
  ['endless predecessors', 'm.device_list_update', { ...update, prev_id: Array.from({ length: 1_000 }, (_, i) => i) }],
  ["another user's master key", 'm.signing_key_update', { user_id: USER, master_key: { ...master, user_id: '@eve:remote.example' } }],
  ['a key for another use', 'm.signing_key_update', { user_id: USER, self_signing_key: master }],
])('dropped: %s', async (_name, kind, content) => {
  expect(await receive(kind, content)).toEqual({ calls: [], failures: [] });
});

test('one wrong receipt or presence does not spoil the others, and there is an end to them', async () => {
  const users = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`@u${i}:remote.example`, goodReceipt]));
  const receipts = await receive('m.receipt', { nonsense: 1, [ROOM]: { 'm.read': { [foreign]: goodReceipt, ...users } } });
  expect(receipts.calls.length).toBe(1_000);
  const push = [{ user_id: foreign, presence: 'online' }, null, ...Array.from({ length: 900 }, () => ({ user_id: USER, presence: 'online' }))];
  expect((await receive('m.presence', { push })).calls.length).toBe(498);
});

test('texts are cut', async () => {
  const { calls } = await receive('m.presence', { push: [{ user_id: USER, presence: 'online', status_msg: 'x'.repeat(100_000) }] });
  expect((calls[0]![1] as { statusMsg: string }).statusMsg.length).toBe(1_000);
});

test('a failure of ours is reported, not thrown', async () => {
  const { failures } = await receive('m.typing', { room_id: ROOM, user_id: USER, typing: true }, true);
  expect(failures).toEqual([new Error('our own fault')]);
});
