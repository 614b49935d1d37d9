import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { buildEvent, signEvent } from '@nexuscomm/spec/events/build-event.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import { roomVersions, type RoomVersionId } from '@nexuscomm/spec/room-versions.ts';
import type { EventId, JsonObject, RoomEvent, RoomId, ServerKey, ServerName, UserId } from '../ports.ts';
import { FakeClock, memoryKeyStore, silentLog, testKey } from '../testing/fakes.ts';
import { fastCrypto } from '../testing/fast-crypto.ts';
import { EventChecker } from './check-events.ts';
import type { EventVerdict } from '../ports.ts';
import { OwnKeys } from './key-document.ts';
import { KeyRing } from './key-ring.ts';

const A = 'a.example' as ServerName;
const B = 'b.example' as ServerName;
const NOW = 1_700_000_000_000;
const crypto = fastCrypto;

let keys: Map<ServerName, ServerKey[]>;
let fetched: ServerName[];
let checker: EventChecker;

const keyOf = (key: SigningKey, options: Partial<ServerKey> = {}): ServerKey => ({
  keyId: key.keyId,
  publicKey: key.publicKey,
  validUntilTs: NOW + 1000,
  expiredTs: undefined,
  ...options,
});

function createChecker(): EventChecker {
  const clock = new FakeClock(NOW);
  const own = new OwnKeys({ serverName: 'here.example' as ServerName, signingKey: testKey(1), oldKeys: [], validityMs: 1000, now: () => NOW });
  const keyRing = new KeyRing({
    own,
    store: memoryKeyStore(),
    clock,
    log: silentLog,
    fetch: (server) => {
      fetched.push(server);
      const found = keys.get(server);
      return Promise.resolve(found && { keys: found, document: {} });
    },
  });
  const cryptoModule = { url: new URL('../testing/fast-crypto.ts', import.meta.url).href, name: 'fastCrypto' };
  return new EventChecker({ keyRing, crypto, cryptoModule });
}

beforeAll(() => {
  checker = createChecker();
});
beforeEach(async () => {
  keys = new Map([
    [A, [keyOf(testKey(2))]],
    [B, [keyOf(testKey(3))]],
  ]);
  fetched = [];
  await checker[Symbol.asyncDispose]();
  checker = createChecker();
});
afterAll(() => checker[Symbol.asyncDispose]());

interface Make {
  readonly version?: RoomVersionId;
  readonly type?: string;
  readonly stateKey?: string;
  readonly content?: JsonObject;
  readonly sender?: string;
  readonly eventId?: string;
  readonly signer?: ServerName;
  readonly key?: SigningKey;
  readonly ts?: number;
}

function make(options: Make = {}): RoomEvent {
  const {
    version = '10',
    type = 'm.room.message',
    content = { body: 'hi' },
    sender = '@u:a.example',
    signer = A,
    key = testKey(2),
    ts = NOW,
  } = options;
  return buildEvent({
    version: roomVersions[version],
    crypto,
    key,
    serverName: signer,
    fields: {
      type,
      stateKey: options.stateKey,
      sender: sender as UserId,
      roomId: '!r:a.example' as RoomId,
      content,
      depth: 3,
      originServerTs: ts,
      prevEvents: [],
      authEvents: [],
      eventId: (options.eventId ?? '$e:a.example') as EventId,
    } as Parameters<typeof buildEvent>[0]['fields'],
  });
}

const check = async (json: JsonObject, version: RoomVersionId = '10'): Promise<EventVerdict> =>
  (await checker.check([json], roomVersions[version]))[0]!;
const kindOf = async (json: JsonObject, version?: RoomVersionId): Promise<string> => {
  const verdict = await check(json, version);
  return verdict.kind === 'checked' && verdict.redacted ? 'redacted' : verdict.kind;
};
const invite = (extra: JsonObject = {}): Make => ({ type: 'm.room.member', stateKey: '@v:b.example', content: { membership: 'invite', ...extra } });

describe('an event is', () => {
  test.each(Object.keys(roomVersions) as RoomVersionId[])('checked in room version %s', async (version) => {
    const event = make({ version });
    const verdict = await check(event.json, version);
    expect(verdict).toMatchObject({ kind: 'checked', redacted: false, checked: { event: { eventId: event.eventId, sender: '@u:a.example' } } });
  });

  test('redacted if its content was changed', async () => {
    const { json, eventId } = make();
    const verdict = await check({ ...json, content: { body: 'changed' } });
    expect(verdict).toMatchObject({ kind: 'checked', redacted: true, checked: { event: { eventId, content: {} } } });
  });

  test('checked if it was sent in redacted form', async () => {
    expect(await kindOf(redactEventJson(make().json, roomVersions['10']))).toBe('redacted');
  });

  test('checked with a hash that has padding', async () => {
    const { json } = make();
    const sha256 = `${((json['hashes'] as JsonObject)['sha256'] as string).replace(/=+$/, '')}=`;
    const padded: JsonObject = { ...json, hashes: { sha256 }, signatures: {} };
    expect(await kindOf(signEvent(padded, roomVersions['10'], A, testKey(2)))).toBe('checked');
  });

  test.each<[string, (event: RoomEvent) => JsonObject]>([
    ['without signature', ({ json }) => ({ ...json, signatures: {} })],
    ['with signatures of others only', ({ json }) => signEvent({ ...json, signatures: {} }, roomVersions['10'], B, testKey(3))],
    ['changed in what is signed', ({ json }) => ({ ...json, origin_server_ts: NOW + 1 })],
    ['with a signature that is none', ({ json }) => ({ ...json, signatures: { [A]: { 'ed25519:k2': 'AAAA' } } })],
    ['with a signature of no text', ({ json }) => ({ ...json, signatures: { [A]: { 'ed25519:k2': { a: 1 } } } })],
    ['under an unknown key', ({ json }) => signEvent({ ...json, signatures: {} }, roomVersions['10'], A, testKey(9))],
    [
      'under another key of that name',
      ({ json }) => signEvent({ ...json, signatures: {} }, roomVersions['10'], A, { ...testKey(9), keyId: 'ed25519:k2' }),
    ],
    ['without sender', ({ json }) => ({ ...json, sender: undefined })],
    ['with a content that is no object', ({ json }) => ({ ...json, content: 'x' })],
    ['without hash', ({ json }) => ({ ...json, hashes: {} })],
    ['with a float', ({ json }) => ({ ...json, content: { x: 1.5 } })],
    ['that is too large', () => make({ content: { body: 'x'.repeat(70_000) } }).json],
  ])('dropped %s', async (_what, change) => {
    expect(await kindOf(change(make()))).toBe('dropped');
  });

  test('dropped with its id if that is known', async () => {
    const { json, eventId } = make();
    expect(await check({ ...json, signatures: {} })).toMatchObject({ kind: 'dropped', eventId });
    expect(await check({})).toMatchObject({ kind: 'dropped', eventId: undefined });
  });
});

describe('signatures are needed', () => {
  test('all right, of those under known keys; unknown ones are passed over', async () => {
    const event = make();
    const unknown = signEvent(event.json, roomVersions['10'], A, { ...testKey(9), keyId: 'ed25519:policy_server' });
    expect(await kindOf(unknown)).toBe('checked');
    keys.set(A, [keyOf(testKey(2)), keyOf({ ...testKey(8), keyId: 'ed25519:other' })]);
    await checker[Symbol.asyncDispose]();
    checker = createChecker();
    expect(await kindOf(signEvent(event.json, roomVersions['10'], A, { ...testKey(9), keyId: 'ed25519:other' }))).toBe('dropped');
  });

  test("of the event id's server in room versions 1 and 2", async () => {
    const event = make({ version: '2', eventId: '$e:b.example' });
    expect(await kindOf(event.json, '2')).toBe('dropped');
    expect(await kindOf(signEvent(event.json, roomVersions['2'], B, testKey(3)), '2')).toBe('checked');
  });

  test('of the server that authorised a restricted join, from room version 8', async () => {
    const content = { membership: 'join', join_authorised_via_users_server: '@w:b.example' };
    for (const version of ['7', '8', '9', '11'] as const) {
      const event = make({ version, type: 'm.room.member', stateKey: '@u:a.example', content });
      expect(await kindOf(event.json, version)).toBe(version === '7' ? 'checked' : 'dropped');
      expect(await kindOf(signEvent(event.json, roomVersions[version], B, testKey(3)), version)).toBe('checked');
    }
  });

  test('of the sender only for invites that are no third-party invites', async () => {
    const byOther = { signer: B, key: testKey(3) };
    expect(await kindOf(make({ ...invite(), ...byOther }).json)).toBe('dropped');
    expect(await kindOf(make({ ...invite({ third_party_invite: { signed: {} } }), ...byOther }).json)).toBe('checked');
    expect(await kindOf(make({ ...invite({ third_party_invite: 'x' }), ...byOther }).json)).toBe('dropped');
    const join = { type: 'm.room.member', stateKey: '@u:a.example', content: { membership: 'join', third_party_invite: {} } };
    expect(await kindOf(make({ ...join, ...byOther }).json)).toBe('dropped');
  });
});

describe('keys count at their time:', () => {
  test.each<[string, Partial<ServerKey>, number, RoomVersionId, string]>([
    ['valid', {}, NOW, '5', 'checked'],
    ['published as valid until before the event', { validUntilTs: NOW - 1 }, NOW, '5', 'dropped'],
    ['the same before room version 5', { validUntilTs: NOW - 1 }, NOW, '4', 'checked'],
    ['old, for an older event', { expiredTs: NOW, validUntilTs: NOW }, NOW, '10', 'checked'],
    ['old, for a newer event', { expiredTs: NOW - 1, validUntilTs: NOW - 1 }, NOW, '10', 'dropped'],
    ['old, for a newer event before room version 5', { expiredTs: NOW - 1, validUntilTs: NOW - 1 }, NOW, '4', 'dropped'],
  ])('%s', async (_what, key, ts, version, expected) => {
    keys.set(A, [keyOf(testKey(2), key)]);
    expect(await kindOf(make({ ts, version }).json, version)).toBe(expected);
  });
});

describe('many events', () => {
  test('are checked on other threads, in order, with one fetch for each server', async () => {
    const one = make().json;
    const events = Array.from({ length: 1_000 }, (_, i) => {
      const { json } = make({ content: { body: `message ${i}` }, ...(i % 2 === 0 ? {} : { sender: '@u:b.example', signer: B, key: testKey(3) }) });
      return i % 10 === 3 ? { ...json, signatures: {} } : i % 10 === 4 ? { ...json, content: {} } : json;
    });
    const verdicts = await checker.check([...events, {}, one], roomVersions['10']);
    expect(verdicts).toHaveLength(1_002);
    for (const [i, verdict] of verdicts.slice(0, 1_000).entries()) {
      expect(verdict.kind).toBe(i % 10 === 3 ? 'dropped' : 'checked');
      if (verdict.kind !== 'checked') continue;
      expect(verdict.redacted).toBe(i % 10 === 4);
      expect(verdict.checked.event.content).toEqual(i % 10 === 4 ? {} : { body: `message ${i}` });
    }
    expect(verdicts.at(-2)).toMatchObject({ kind: 'dropped', eventId: undefined });
    expect(fetched.toSorted()).toEqual([A, B]);
  });

  test('give the same verdicts as each by itself', async () => {
    const events = (['m.room.message', 'm.room.member'] as const).flatMap((type) =>
      Array.from({ length: 40 }, (_, i) => make({ type, stateKey: '@u:a.example', content: { membership: 'join', n: i } }).json),
    );
    const together = await checker.check(events, roomVersions['10']);
    const alone = await Promise.all(events.map((json) => check(json)));
    expect(together).toEqual(alone);
  });
});
