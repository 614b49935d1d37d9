import { beforeEach, describe, expect, test } from '@jest/globals';
import { fastCrypto } from '../testing/fast-crypto.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { signJson } from '@nexuscomm/spec/signatures.ts';
import type { JsonObject, ServerKey, ServerName } from '../ports.ts';
import { FakeClock, keyText, memoryKeyStore, silentLog, testKey } from '../testing/fakes.ts';
import { createKeyFetcher } from './fetch-keys.ts';
import { MAX_KEY_VALIDITY_MS, OwnKeys, readKeyDocument, type OldKey } from './key-document.ts';
import { KeyRing, isUsable, type KeyNeed } from './key-ring.ts';
import { createNotary, type AskNotary } from './notary.ts';

const HERE = 'here.example' as ServerName;
const A = 'a.example' as ServerName;
const NOTARY = 'notary.example' as ServerName;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let clock: FakeClock;
let store: ReturnType<typeof memoryKeyStore>;
/** what servers answer to GET /_matrix/key/v2/server; undefined: nothing */
let documents: Map<ServerName, () => JsonObject>;
let asked: ServerName[];
let notaryAnswers: (() => readonly JsonObject[]) | undefined;
let notaryAsked: number;
const own = (): OwnKeys => new OwnKeys({ serverName: HERE, signingKey: testKey(1), oldKeys: [], validityMs: DAY, now: () => clock.now() });

function documentOf(server: ServerName, key: SigningKey, options: { validityMs?: number; oldKeys?: OldKey[] } = {}): JsonObject {
  const { validityMs = DAY, oldKeys = [] } = options;
  return new OwnKeys({ serverName: server, signingKey: key, oldKeys, validityMs, now: () => clock.now() }).document();
}

function createRing(notaries: readonly ServerName[] = []): KeyRing {
  const client = {
    serverKeys: (server: ServerName) => {
      asked.push(server);
      const document = documents.get(server);
      return document ? Promise.resolve(document()) : Promise.reject(new Error('refused'));
    },
    notaryKeys: () => {
      notaryAsked++;
      return notaryAnswers ? Promise.resolve(notaryAnswers()) : Promise.reject(new Error('refused'));
    },
  };
  const ring: KeyRing = new KeyRing({
    own: own(),
    store,
    clock,
    log: silentLog,
    fetch: createKeyFetcher({
      client,
      notaries,
      keysOfNotary: async (notary) =>
        (await ring.keysFor([{ server: notary, keyIds: [], ts: clock.now(), enforceValidity: true }])).get(notary) ?? [],
      crypto: fastCrypto,
      clock,
      log: silentLog,
    }),
  });
  return ring;
}

const need = (options: Partial<KeyNeed> = {}): KeyNeed => ({ server: A, keyIds: ['ed25519:k2'], ts: clock.now(), enforceValidity: true, ...options });
const idsOf = async (ring: KeyRing, ...needs: KeyNeed[]): Promise<string[]> => ((await ring.keysFor(needs)).get(A) ?? []).map(({ keyId }) => keyId);
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

beforeEach(() => {
  clock = new FakeClock();
  store = memoryKeyStore();
  documents = new Map([[A, () => documentOf(A, testKey(2))]]);
  asked = [];
  notaryAnswers = undefined;
  notaryAsked = 0;
});

describe('a key document', () => {
  const read = (document: unknown): ServerKey[] => readKeyDocument({ document, server: A, crypto: fastCrypto, now: clock.now() });
  const signed = (fields: JsonObject, key = testKey(2)): JsonObject => signJson(fields, A, key);
  const fields = (): JsonObject => ({
    server_name: A,
    verify_keys: { 'ed25519:k2': { key: keyText(testKey(2)) } },
    valid_until_ts: clock.now() + DAY,
  });

  test('is read with its old keys', () => {
    const old = { 'ed25519:old': { key: keyText(testKey(3)), expired_ts: 5 }, 'ed25519:k2': { key: keyText(testKey(3)), expired_ts: 5 } };
    expect(read(signed({ ...fields(), old_verify_keys: old }))).toEqual([
      { keyId: 'ed25519:k2', publicKey: testKey(2).publicKey, validUntilTs: clock.now() + DAY, expiredTs: undefined },
      { keyId: 'ed25519:old', publicKey: testKey(3).publicKey, validUntilTs: 5, expiredTs: 5 },
    ]);
  });

  test('counts for seven days at most', () => {
    expect(read(signed({ ...fields(), valid_until_ts: clock.now() + 365 * DAY }))[0]!.validUntilTs).toBe(clock.now() + MAX_KEY_VALIDITY_MS);
  });

  test('keeps unknown kinds of keys out', () => {
    const keys = { 'ed25519:k2': { key: keyText(testKey(2)) }, 'rsa:1': { key: 'AAAA' }, 'ed25519:short': { key: 'AAAA' } };
    expect(read(signed({ ...fields(), verify_keys: keys }))).toHaveLength(1);
  });

  test.each<[string, () => unknown]>([
    ['of another server', () => signed({ ...fields(), server_name: 'b.example' })],
    ['without signature', () => ({ ...fields(), signatures: {} })],
    ['signed by a key it does not list', () => signed(fields(), { ...testKey(3), keyId: 'ed25519:k2' })],
    [
      'signed by an old key only',
      () =>
        signed({
          ...fields(),
          verify_keys: { 'ed25519:new': { key: keyText(testKey(4)) } },
          old_verify_keys: { 'ed25519:k2': { key: keyText(testKey(2)), expired_ts: 1 } },
        }),
    ],
    ['changed after it was signed', () => ({ ...signed(fields()), valid_until_ts: clock.now() + 2 * DAY })],
    ['with numbers that can not be signed', () => ({ ...signed(fields()), extra: 1.5 })],
    ['without validity', () => signed({ ...fields(), valid_until_ts: undefined })],
    ['that is none', () => 'x'],
  ])('is refused %s', (_what, document) => {
    expect(() => read(document())).toThrow();
  });

  test('of this server is signed anew in time, and has old keys', () => {
    const keys = new OwnKeys({
      serverName: A,
      signingKey: testKey(2),
      oldKeys: [{ keyId: 'ed25519:old', publicKey: testKey(3).publicKey, expiredTs: 7 }],
      validityMs: DAY,
      now: () => clock.now(),
    });
    const first = keys.document();
    expect(read(first).map(({ keyId }) => keyId)).toEqual(['ed25519:k2', 'ed25519:old']);
    clock.advance(DAY / 2 - 1);
    expect(keys.document()).toBe(first);
    clock.advance(1);
    expect(keys.document()['valid_until_ts']).toBe(clock.now() + DAY);
  });
});

describe('which keys count when', () => {
  const key: ServerKey = { keyId: 'k', publicKey: new Uint8Array(32), validUntilTs: 100, expiredTs: undefined };
  const old: ServerKey = { ...key, expiredTs: 100 };

  test.each<[string, ServerKey, number, boolean, boolean]>([
    ['a key in its time', key, 100, true, true],
    ['a key after its time', key, 101, true, false],
    ['a key after its time, before room version 5', key, 101, false, true],
    ['an old key for what is older', old, 100, true, true],
    ['an old key for what is newer', old, 101, true, false],
    ['an old key for what is newer, before room version 5', old, 101, false, false],
  ])('%s', (_what, candidate, ts, enforce, expected) => {
    expect(isUsable(candidate, ts, enforce)).toBe(expected);
  });
});

describe('the key ring', () => {
  test('asks a server once for all who want its keys, and keeps them over a restart', async () => {
    const ring = createRing();
    expect(await Promise.all([idsOf(ring, need()), idsOf(ring, need()), idsOf(ring, need(), need({ ts: 5 }))])).toEqual(
      Array(3).fill(['ed25519:k2']),
    );
    expect(await idsOf(createRing(), need())).toEqual(['ed25519:k2']);
    expect(asked).toEqual([A]);
  });

  test('has the own keys without asking', async () => {
    expect((await createRing().keysFor([need({ server: HERE })])).get(HERE)).toMatchObject([{ keyId: 'ed25519:k1' }]);
    expect(asked).toEqual([]);
  });

  test('asks several servers at once', async () => {
    const servers = Array.from({ length: 100 }, (_, i) => `s${i}.example` as ServerName);
    for (const server of servers) documents.set(server, () => documentOf(server, testKey(2)));
    const found = await createRing().keysFor(servers.map((server) => need({ server })));
    expect([...found.values()].every((keys) => keys.length === 1)).toBe(true);
    expect(asked).toHaveLength(100);
  });

  test('asks anew when half of the time is over, without making anybody wait', async () => {
    const ring = createRing();
    await idsOf(ring, need());
    clock.advance(DAY / 2 - 1);
    await idsOf(ring, need());
    expect(asked).toHaveLength(1);
    clock.advance(1);
    documents.set(A, () => documentOf(A, testKey(2)));
    await idsOf(ring, need());
    await settle();
    expect(asked).toHaveLength(2);
    expect((await ring.keysFor([need()])).get(A)![0]!.validUntilTs).toBe(clock.now() + DAY);
    expect(asked).toHaveLength(2);
  });

  test('asks anew for what is newer than the keys, but not where validity does not count', async () => {
    const ring = createRing();
    await idsOf(ring, need());
    const late = clock.now() + 2 * DAY;
    clock.advance(HOUR);
    await idsOf(ring, need({ ts: late, enforceValidity: false }));
    expect(asked).toHaveLength(1);
    await idsOf(ring, need({ ts: late }));
    expect(asked).toHaveLength(2);
  });

  test('leaves a server alone for a while that does not have the key', async () => {
    const ring = createRing();
    for (let i = 0; i < 5; i++) await idsOf(ring, need({ keyIds: ['ed25519:unknown'] }));
    expect(asked).toHaveLength(1);
    clock.advance(10_000);
    await idsOf(ring, need({ keyIds: ['ed25519:unknown'] }));
    expect(asked).toHaveLength(2);
  });

  test('keeps a key that the server no longer names, for what it signed', async () => {
    const ring = createRing();
    await idsOf(ring, need());
    documents.set(A, () => documentOf(A, testKey(3)));
    clock.advance(HOUR);
    expect(await idsOf(ring, need({ keyIds: ['ed25519:k3'] }))).toEqual(['ed25519:k2', 'ed25519:k3']);
  });

  test('learns that a key has become old', async () => {
    const ring = createRing();
    await idsOf(ring, need());
    clock.advance(HOUR);
    const expiredTs = clock.now();
    documents.set(A, () => documentOf(A, testKey(3), { oldKeys: [{ keyId: 'ed25519:k2', publicKey: testKey(2).publicKey, expiredTs }] }));
    const keys = (await ring.keysFor([need({ keyIds: ['ed25519:k3'] })])).get(A)!;
    expect(keys.find(({ keyId }) => keyId === 'ed25519:k2')).toMatchObject({ expiredTs });
  });

  test('does without a server that can not be asked', async () => {
    documents.clear();
    expect(await idsOf(createRing(), need())).toEqual([]);
  });
});

describe('a notary', () => {
  beforeEach(() => {
    documents = new Map([[NOTARY, () => documentOf(NOTARY, testKey(7))]]);
  });
  const countersigned = (key = testKey(7)): JsonObject => signJson(documentOf(A, testKey(2)), NOTARY, key);

  test('is asked for keys of a server that can not be reached', async () => {
    notaryAnswers = () => [countersigned()];
    expect(await idsOf(createRing([NOTARY]), need())).toEqual(['ed25519:k2']);
    expect(asked).toEqual([A, NOTARY]);
  });

  test('is not asked for a server that answers', async () => {
    documents.set(A, () => documentOf(A, testKey(2)));
    await idsOf(createRing([NOTARY]), need());
    expect(notaryAsked).toBe(0);
  });

  test.each<[string, () => readonly JsonObject[]]>([
    ['that did not sign', () => [documentOf(A, testKey(2))]],
    ['that signed wrongly', () => [countersigned({ ...testKey(8), keyId: testKey(7).keyId })]],
    ['that tells of another server', () => [signJson(documentOf('b.example' as ServerName, testKey(2)), NOTARY, testKey(7))]],
    ['that made the keys up', () => [signJson({ ...documentOf(A, testKey(2)), valid_until_ts: 1 }, NOTARY, testKey(7))]],
    ['that knows nothing', () => []],
  ])('is not believed %s', async (_what, answers) => {
    notaryAnswers = answers;
    expect(await idsOf(createRing([NOTARY]), need())).toEqual([]);
    expect(notaryAsked).toBe(1);
  });
});

test('the stored keys of many servers are read together, once', async () => {
  const B = 'b.example' as ServerName;
  documents.set(B, () => documentOf(B, testKey(2)));
  const finds: (readonly ServerName[])[] = [];
  const plain = store;
  store = { ...plain, find: (servers) => (finds.push(servers), plain.find(servers)) };
  const ring = createRing();
  await Promise.all([ring.keysFor([need(), need({ server: B }), need({ server: HERE })]), ring.keysFor([need()])]);
  await ring.keysFor([need(), need({ server: B })]);
  expect(finds).toEqual([[A, B]]);
});

describe('this server as a notary', () => {
  let ask: AskNotary;
  const signersOf = (document: JsonObject): string[] => Object.keys(document['signatures'] as JsonObject).toSorted();

  beforeEach(() => {
    ask = createNotary({ own: own(), keyRing: createRing(), clock, allowed: (server) => server !== 'evil.example' });
  });

  test('tells its own keys, and those of others with its signature', async () => {
    const [here, there] = (await ask({ [HERE]: {}, [A]: { 'ed25519:k2': {} }, 'gone.example': {}, 'evil.example': {}, 'no name!': {} })) as [
      JsonObject,
      JsonObject,
    ];
    expect(signersOf(here)).toEqual([HERE]);
    expect(signersOf(there)).toEqual([A, HERE]);
    expect(readKeyDocument({ document: there, server: A, crypto: fastCrypto, now: clock.now() })).toHaveLength(1);
  });

  test('asks again only if what it has is too old or lacks a key', async () => {
    await ask({ [A]: {} });
    clock.advance(HOUR);
    await ask({ [A]: { 'ed25519:k2': { minimum_valid_until_ts: clock.now() } } });
    expect(asked).toHaveLength(1);
    await ask({ [A]: { 'ed25519:k2': { minimum_valid_until_ts: clock.now() + DAY } } });
    expect(asked).toHaveLength(2);
    clock.advance(HOUR);
    await ask({ [A]: { 'ed25519:new': {} } });
    expect(asked).toHaveLength(3);
    await ask({ [A]: {} }, clock.now() + DAY);
    expect(asked).toHaveLength(3);
    clock.advance(HOUR);
    await ask({ [A]: {} }, clock.now() + DAY);
    expect(asked).toHaveLength(4);
  });

  test('tells what it has of a server that is gone', async () => {
    await ask({ [A]: {} });
    documents.clear();
    clock.advance(2 * DAY);
    expect(await ask({ [A]: {} })).toHaveLength(1);
  });

  test('is not asked for too many at once', async () => {
    await expect(ask(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`s${i}`, {}])))).rejects.toMatchObject({ errcode: 'M_TOO_LARGE' });
  });
});
