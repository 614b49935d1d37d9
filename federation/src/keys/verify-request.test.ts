import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';
import { fastCrypto } from '../testing/fast-crypto.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { createRequestSigner, requestText } from '../client/sign-request.ts';
import type { JsonObject, ServerName } from '../ports.ts';
import { FakeClock, memoryKeyStore, silentLog, testKey } from '../testing/fakes.ts';
import { OwnKeys, readKeyDocument, type OldKey } from './key-document.ts';
import { KeyRing } from './key-ring.ts';
import { createRequestVerifier, type ReceivedRequest, type VerifyRequest } from './verify-request.ts';

const HERE = 'here.example' as ServerName;
const THERE = 'there.example' as ServerName;
const DAY = 24 * 3_600_000;
const URI = '/_matrix/federation/v1/send/1?a=%20b';

let clock: FakeClock;
let there: { key: SigningKey; oldKeys: OldKey[]; reachable: boolean };
let fetches: number;
let verified: string[];
let verify: VerifyRequest;

beforeEach(() => {
  clock = new FakeClock();
  there = { key: testKey(2), oldKeys: [], reachable: true };
  fetches = 0;
  verified = [];
  const now = (): number => clock.now();
  const keyRing = new KeyRing({
    own: new OwnKeys({ serverName: HERE, signingKey: testKey(1), oldKeys: [], validityMs: DAY, now }),
    store: memoryKeyStore(),
    clock,
    log: silentLog,
    fetch: (server) => {
      fetches++;
      if (!there.reachable || server !== THERE) return Promise.resolve(undefined);
      const document = new OwnKeys({ serverName: THERE, signingKey: there.key, oldKeys: there.oldKeys, validityMs: DAY, now }).document();
      return Promise.resolve({ document, keys: readKeyDocument({ document, server, crypto: fastCrypto, now: now() }) });
    },
  });
  verify = createRequestVerifier({
    serverName: HERE,
    keyRing,
    crypto: fastCrypto,
    clock,
    log: silentLog,
    allowed: (server) => server !== 'evil.example',
    onVerified: (origin) => verified.push(origin),
  });
});

interface Signed extends ReceivedRequest {
  readonly sent: string;
}

function sign(content: unknown, options: { key?: SigningKey; origin?: string; destination?: string; method?: string } = {}): Signed {
  const { key = there.key, origin = THERE, destination = HERE, method = 'PUT' } = options;
  const signer = createRequestSigner(origin as ServerName, key);
  const { headers, body = '' } = signer({ server: destination as ServerName, method, target: URI, content, signed: true });
  return { method, uri: URI, authorization: [headers['authorization']!], body: () => Promise.resolve(body), sent: body };
}

const refusal = { errcode: 'M_UNAUTHORIZED', status: 401 };

describe('a request is accepted', () => {
  test('with a body, and without one', async () => {
    expect(await verify(sign({ b: [1, 'ö'], a: null }))).toEqual({ origin: THERE });
    expect(await verify(sign(undefined, { method: 'GET' }))).toEqual({ origin: THERE });
    expect(fetches).toBe(1);
    expect(verified).toEqual([THERE, THERE]);
  });

  test('with a body that was written otherwise than in canonical form', async () => {
    const { sent, ...request } = sign({ a: 1, b: { c: 2 } });
    expect(sent).toBe('{"a":1,"b":{"c":2}}');
    expect(await verify({ ...request, body: () => Promise.resolve('{ "b": {"c":2},\n "a": 1 }') })).toEqual({ origin: THERE });
  });

  test('with numbers that canonical JSON does not know', async () => {
    const content = '{"big":12345678901234567890,"x":1.0,"y":1.5}';
    const text = requestText({ method: 'PUT', uri: URI, origin: THERE, destination: HERE, content });
    const signature = Buffer.from(there.key.sign(text)).toString('base64').replaceAll('=', '');
    const authorization = [`X-Matrix origin="${THERE}",destination="${HERE}",key="${there.key.keyId}",sig="${signature}"`];
    expect(await verify({ method: 'PUT', uri: URI, authorization, body: () => Promise.resolve(content) })).toEqual({ origin: THERE });
  });

  test('from a server that names no destination', async () => {
    const text = requestText({ method: 'GET', uri: URI, origin: THERE, destination: undefined, content: undefined });
    const signature = Buffer.from(there.key.sign(text)).toString('base64');
    const authorization = [`X-Matrix origin=${THERE},key=${there.key.keyId},sig=${signature}`];
    expect(await verify({ method: 'GET', uri: URI, authorization, body: () => Promise.resolve('') })).toEqual({ origin: THERE });
  });

  test('if one of several signatures is right', async () => {
    const [wrong] = sign({ a: 1 }, { key: { ...testKey(9), keyId: 'ed25519:unknown' } }).authorization;
    const right = sign({ a: 1 });
    expect(await verify({ ...right, authorization: [wrong!, ...right.authorization] })).toEqual({ origin: THERE });
  });

  test('with a new key after the server has changed it', async () => {
    await verify(sign({}));
    there.oldKeys = [{ keyId: there.key.keyId, publicKey: there.key.publicKey, expiredTs: clock.now() }];
    const former = there.key;
    there.key = testKey(3);
    clock.advance(60_000);
    expect(await verify(sign({}))).toEqual({ origin: THERE });
    await expect(verify(sign({}, { key: former }))).rejects.toMatchObject(refusal);
  });
});

describe('a request is refused', () => {
  test.each<[string, (signed: Signed) => Partial<ReceivedRequest>]>([
    ['without signature', () => ({ authorization: [] })],
    ['with an access token', () => ({ authorization: ['Bearer abc'] })],
    ['with another body', () => ({ body: () => Promise.resolve('{"a":2}') })],
    ['without its body', () => ({ body: () => Promise.resolve('') })],
    ['with another method', () => ({ method: 'POST' })],
    ['with another path', () => ({ uri: '/_matrix/federation/v1/send/2?a=%20b' })],
    ['with another spelling of the query', () => ({ uri: '/_matrix/federation/v1/send/1?a=+b' })],
    ['with another signature', ({ authorization }) => ({ authorization: [authorization[0]!.replace(/sig="../, 'sig="AA')] })],
    ['with a signature that is none', ({ authorization }) => ({ authorization: [authorization[0]!.replace(/sig="[^"]*"/, 'sig="AAAA"')] })],
    ['under an unknown key', ({ authorization }) => ({ authorization: [authorization[0]!.replace(/ed25519:\w+/, 'ed25519:zzz')] })],
    [
      'without the destination it was signed for',
      ({ authorization }) => ({ authorization: [authorization[0]!.replace(/destination="[^"]*",/, '')] }),
    ],
    ['with a changed origin', ({ authorization }) => ({ authorization: [authorization[0]!.replace(THERE, 'other.example')] })],
  ])('%s', async (_what, change) => {
    const signed = sign({ a: 1 });
    await expect(verify({ ...signed, ...change(signed) })).rejects.toMatchObject(refusal);
    expect(verified).toEqual([]);
  });

  test('that is meant for another server, before its body is read', async () => {
    const signed = sign({ a: 1 }, { destination: 'elsewhere.example' });
    const body = (): Promise<string> => Promise.reject(new Error('read'));
    await expect(verify({ ...signed, body })).rejects.toMatchObject(refusal);
  });

  test('of a server that configuration excludes, before its body is read', async () => {
    const signed = sign({ a: 1 }, { origin: 'evil.example' });
    const body = (): Promise<string> => Promise.reject(new Error('read'));
    await expect(verify({ ...signed, body })).rejects.toMatchObject({ errcode: 'M_FORBIDDEN', status: 403 });
    expect(fetches).toBe(0);
  });

  test('with signatures of several servers', async () => {
    const both = [...sign({ a: 1 }).authorization, ...sign({ a: 1 }, { origin: 'other.example' }).authorization];
    await expect(verify({ ...sign({ a: 1 }), authorization: both })).rejects.toMatchObject(refusal);
  });

  test('that is no JSON', async () => {
    await expect(verify({ ...sign({ a: 1 }), body: () => Promise.resolve('{') })).rejects.toMatchObject({ errcode: 'M_NOT_JSON' });
  });

  test('when the keys have expired and can not be fetched again', async () => {
    await verify(sign({}));
    there.reachable = false;
    clock.advance(DAY + 1);
    await expect(verify(sign({}))).rejects.toMatchObject(refusal);
    there.reachable = true;
    clock.advance(60_000);
    expect(await verify(sign({}))).toEqual({ origin: THERE });
  });

  test('of a server whose keys can not be had, which is not asked again at once', async () => {
    there.reachable = false;
    for (let i = 0; i < 5; i++) await expect(verify(sign({}))).rejects.toMatchObject(refusal);
    expect(fetches).toBe(1);
  });
});

/** Made with signedjson 1.1.4, the library of Synapse, from the seed of the specification's appendix. */
test('signatures are those of other implementations', () => {
  const seed = decodeBase64('YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1')!;
  const key: SigningKey = { keyId: 'ed25519:1', publicKey: fastCrypto.publicKeyOf(seed), sign: (text) => fastCrypto.sign(seed, text) };
  const signer = createRequestSigner('origin.hs.example.com' as ServerName, key);
  const server = 'destination.hs.example.com' as ServerName;
  const content: JsonObject = { hello: 'wörld \u2028 \u{1f600}', a: 1, b: [null, true, -5] };
  expect(signer({ server, method: 'POST', target: '/target', content, signed: true }).headers).toEqual({
    'content-type': 'application/json',
    authorization:
      'X-Matrix origin="origin.hs.example.com",destination="destination.hs.example.com",key="ed25519:1",sig="IHldua1Fro4cCGeeHOAGZ9U90UmS0w+Jybx2nrQy3jeP2n9M/83booOTZec+QFJG8DgynumtnTKbNyfJPMfEDw"',
  });
  const target = '/_matrix/federation/v1/backfill/!r%3Ax?v=%24a&limit=3';
  expect(signer({ server, method: 'GET', target, content: undefined, signed: true }).headers['authorization']).toContain(
    'sig="vSHsNVevDaBRmiKCnGkVlw2zuRa80CF3TtTiq81kdQKjxww3kSRCVtysT7vw3Ep6+J0ISJ6RSxQDeRK9/Lc+CA"',
  );
});
