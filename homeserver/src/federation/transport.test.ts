/** Whole nodes of the transport side by side: HTTPS, keys, signed requests, a notary. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { Resolver } from '@nexuscomm/federation/client/discovery/resolver.ts';
import { createRequestSigner } from '@nexuscomm/federation/client/sign-request.ts';
import { memoryKeyStore, silentLog, testKey } from '@nexuscomm/federation/testing/fakes.ts';
import { createTestAuthority, type TestAuthority } from '@nexuscomm/federation/testing/tls-server.ts';
import { encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import * as devices from '@nexuscomm/spec/endpoints/federation/devices.ts';
import { sendTransaction } from '@nexuscomm/spec/endpoints/federation/transactions.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { loadConfig } from '../config/load-config.ts';
import { serverKeyRoutes } from '../federation-api/keys.ts';
import { versionRoutes } from '../federation-api/version.ts';
import { createHttpApp } from '../http/create-http-app.ts';
import { handle } from '../http/handler.ts';
import { listen } from '../http/listen.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { freePort } from '../../testing/free-port.ts';
import { createFederationTransport, type FederationTransport } from './transport.ts';

interface Node extends AsyncDisposable {
  readonly name: ServerName;
  readonly port: number;
  readonly key: SigningKey;
  readonly federation: FederationTransport;
  /** what the handler of transactions got */
  readonly received: { readonly origin: ServerName; readonly body: unknown }[];
  /** [class, whom it counts for] */
  readonly limited: [string, string][];
}

let authority: TestAuthority;
let directory: string;
let ports: Map<string, number>;
const open: AsyncDisposable[] = [];
const BODY_BYTES = 20_000;

beforeAll(async () => {
  authority = await createTestAuthority();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-federation-'));
  await writeFile(join(directory, 'ca.pem'), authority.cert);
  ports = new Map();
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Every name is on loopback, at the port that SRV says. */
const resolver: Resolver = {
  addresses: (host) => Promise.resolve(host.endsWith('.example') ? ['127.0.0.1'] : []),
  srv: (service) => {
    const name = service.replace('_matrix-fed._tcp.', '');
    const port = ports.get(name);
    return Promise.resolve(port === undefined ? [] : [{ name, port, priority: 1, weight: 1 }]);
  },
};

async function startNode(
  name: string,
  options: { key?: SigningKey; settings?: Record<string, unknown>; keyStore?: ReturnType<typeof memoryKeyStore> } = {},
): Promise<Node> {
  const { key = testKey(name.charCodeAt(0)), keyStore = memoryKeyStore() } = options;
  const serverName = name as ServerName;
  const { federation: defaults } = loadConfig({ NEXUS_FEDERATION_CA: join(directory, 'ca.pem'), NEXUS_ALLOW_PRIVATE_ADDRESSES: 'on' });
  const settings = { ...defaults, connect_timeout_ms: 2_000, ...options.settings };
  const federation = createFederationTransport({ settings, serverName, signingKey: key, keyStore, log: silentLog, resolver });
  const received: Node['received'] = [];
  const limited: Node['limited'] = [];
  const routes = [
    ...serverKeyRoutes(federation),
    ...versionRoutes(),
    handle(sendTransaction, async ({ session, body }) => {
      received.push({ origin: session.origin, body });
      return { pdus: {} };
    }),
    handle(devices.userDevices, async ({ params, session }) => ({ user_id: params.userId, stream_id: 1, devices: [], asked_by: session.origin })),
    handle(devices.queryKeys, async () => ({ device_keys: {} })),
  ];
  const app = createHttpApp({
    routes,
    lookup: () => Promise.resolve({ kind: 'unknown' }),
    verifyServer: federation.verifyRequest,
    rateLimiter: { consume: async (limitClass, who) => void limited.push([limitClass, who]) },
    bodyBytes: BODY_BYTES,
    trustedProxies: 0,
    logger: createLogger('silent'),
    metrics: createMetrics({ counter: { total: 0, byName: () => new Map() } } as never),
    onSeen: () => {},
  });
  const { cert, key: tlsKey } = await authority.certificate([name]);
  const files = { tlsCert: join(directory, `${name}.crt`), tlsKey: join(directory, `${name}.key`) };
  await writeFile(files.tlsCert, cert);
  await writeFile(files.tlsKey, tlsKey);
  const tlsPort = await freePort();
  const ears = await listen(app.callback(), { bind: '127.0.0.1', port: 0, tlsPort, ...files, headersTimeoutMs: 5_000, requestTimeoutMs: 5_000 });
  ports.set(name, tlsPort);
  const node: Node = {
    name: serverName,
    port: ears.port,
    key,
    federation,
    received,
    limited,
    [Symbol.asyncDispose]: async () => {
      ports.delete(name);
      await federation[Symbol.asyncDispose]();
      await ears.close();
    },
  };
  open.push(node);
  return node;
}

async function stop(node: Node): Promise<void> {
  open.splice(open.indexOf(node), 1);
  await node[Symbol.asyncDispose]();
}

const agent = new Agent({ keepAliveTimeout: 100 });

/** A request over plain HTTP, made by hand. */
async function raw(
  node: Node,
  method: 'GET' | 'PUT' | 'POST',
  target: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<[number, string]> {
  const response = await request(`http://127.0.0.1:${node.port}${target}`, {
    method,
    headers,
    dispatcher: agent,
    ...(body === undefined ? {} : { body }),
  });
  const answer = (await response.body.json()) as { errcode?: string };
  return [response.statusCode, answer.errcode ?? ''];
}

function signedBy(
  from: { name: ServerName; key: SigningKey },
  to: Node,
  method: string,
  target: string,
  content?: JsonObject,
): Record<string, string> {
  return { ...createRequestSigner(from.name, from.key)({ server: to.name, method, target, content, signed: true }).headers };
}

const transaction = { txnId: '1', pdus: [], edus: [{ edu_type: 'm.typing', content: { x: 1.5, ö: true } }] };

describe('two servers', () => {
  test('talk: the receiver knows who asks, by keys it fetched itself', async () => {
    const [a, b] = [await startNode('a.example'), await startNode('b.example')];
    await a.federation.client.sendTransaction(b.name, transaction);
    await a.federation.client.sendTransaction(b.name, { ...transaction, txnId: '2' });
    expect(b.received).toHaveLength(2);
    expect(b.received[0]).toMatchObject({ origin: 'a.example', body: { origin: 'a.example', pdus: [], edus: transaction.edus } });
    expect(await a.federation.client.userDevices(b.name, '@u:b.example' as UserId)).toMatchObject({ user_id: '@u:b.example', asked_by: 'a.example' });
    expect(b.limited).toEqual([...Array(3)].map(() => ['federation', 'a.example']));
    expect(a.limited).toEqual([['federation', '127.0.0.1']]);
    expect(await a.federation.client.version(b.name)).toEqual({ server: { name: 'NexusComm', version: expect.any(String) } });
  });

  test('a request from a server that was thought to be down shows that it is up', async () => {
    const [a, b] = [await startNode('a.example'), await startNode('b.example')];
    b.federation.backoff.markFailed(a.name, 'refused');
    expect(b.federation.backoff.isDown(a.name)).toBe(true);
    await a.federation.client.sendTransaction(b.name, transaction);
    expect(b.federation.backoff.isDown(a.name)).toBe(false);
  });

  test('one may have changed its key; what the old one signed still counts, requests do not', async () => {
    const b = await startNode('b.example');
    const former = await startNode('a.example');
    await former.federation.client.sendTransaction(b.name, transaction);
    await stop(former);
    const changedAt = Date.now();
    const old = `${former.key.keyId} ${encodeBase64(former.key.publicKey)} ${changedAt}`;
    const a = await startNode('a.example', { key: testKey(200), settings: { old_verify_keys: [old] } });
    // The receiver asks a server for keys every few seconds at most, so it is a new one here.
    const c = await startNode('c.example');
    await a.federation.client.sendTransaction(c.name, transaction);
    const target = '/_matrix/federation/v1/user/devices/%40u%3Ac.example';
    expect(await raw(c, 'GET', target, undefined, signedBy(former, c, 'GET', target))).toEqual([401, 'M_UNAUTHORIZED']);
    const keys = await c.federation.keyRing.keysFor([{ server: a.name, keyIds: [former.key.keyId], ts: changedAt - 1, enforceValidity: true }]);
    expect(keys.get(a.name)).toEqual(expect.arrayContaining([expect.objectContaining({ keyId: former.key.keyId, expiredTs: changedAt })]));
  });
});

describe('a request is refused', () => {
  const target = '/_matrix/federation/v1/send/1';
  const content: JsonObject = { pdus: [] };
  const body = JSON.stringify(content);

  test('unsigned, wrongly signed, for another server, of another body, with a token', async () => {
    const [a, b] = [await startNode('a.example'), await startNode('b.example')];
    const put = (headers: Record<string, string>, text = body): Promise<[number, string]> => raw(b, 'PUT', target, text, headers);
    const refused = [401, 'M_UNAUTHORIZED'];
    expect(await put({})).toEqual(refused);
    expect(await put({ authorization: 'Bearer x' })).toEqual(refused);
    expect(await put(signedBy({ ...a, key: testKey(99) }, b, 'PUT', target, content))).toEqual(refused);
    expect(await put(signedBy(a, { ...b, name: 'c.example' as ServerName }, 'PUT', target, content))).toEqual(refused);
    expect(await put(signedBy(a, b, 'PUT', target, { pdus: [1] }))).toEqual(refused);
    expect(await put(signedBy(a, b, 'PUT', '/_matrix/federation/v1/send/2', content))).toEqual(refused);
    expect(await put(signedBy({ ...a, name: 'unknown.example' as ServerName }, b, 'PUT', target, content))).toEqual(refused);
    expect(b.received).toEqual([]);
    expect(await put(signedBy(a, b, 'PUT', target, content))).toEqual([200, '']);
  });

  test('of a server that configuration excludes, which is not asked either', async () => {
    const a = await startNode('a.example');
    const b = await startNode('b.example', { settings: { deny: ['A.*'] } });
    await expect(a.federation.client.sendTransaction(b.name, transaction)).rejects.toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    await expect(b.federation.client.version(a.name)).rejects.toMatchObject({ reason: 'not allowed' });
    const c = await startNode('c.example', { settings: { allow: ['b.example'] } });
    await expect(a.federation.client.sendTransaction(c.name, transaction)).rejects.toMatchObject({ status: 403 });
    const off = await startNode('d.example', { settings: { enabled: false } });
    await expect(a.federation.client.sendTransaction(off.name, transaction)).rejects.toMatchObject({ status: 403 });
  });

  test('that is too large for its endpoint', async () => {
    const [a, b] = [await startNode('a.example'), await startNode('b.example')];
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`@user${i}:b.example`, []]));
    await expect(a.federation.client.queryKeys(b.name, many as Record<UserId, string[]>)).rejects.toMatchObject({
      status: 413,
      errcode: 'M_TOO_LARGE',
    });
    await a.federation.client.sendTransaction(b.name, { ...transaction, pdus: [{ content: { body: 'x'.repeat(BODY_BYTES) } }] });
  });

  test('with more in a transaction than may be, or not in the form that is declared', async () => {
    const [a, b] = [await startNode('a.example'), await startNode('b.example')];
    const pdus = Array.from({ length: 51 }, () => ({}));
    await expect(a.federation.client.sendTransaction(b.name, { ...transaction, pdus })).rejects.toMatchObject({ status: 400, errcode: 'M_BAD_JSON' });
    expect(await raw(b, 'PUT', target, '{}', signedBy(a, b, 'PUT', target, {}))).toEqual([400, 'M_MISSING_PARAM']);
  });
});

describe('keys', () => {
  const needOf = (node: Node) => ({ server: node.name, keyIds: [node.key.keyId], ts: Date.now(), enforceValidity: true });

  test('of a server that can not be reached come from a notary', async () => {
    const [b, c] = [await startNode('b.example'), await startNode('c.example')];
    await b.federation.keyRing.keysFor([needOf(c)]);
    await stop(c);
    const without = await startNode('a.example');
    expect((await without.federation.keyRing.keysFor([needOf(c)])).get(c.name)).toEqual([]);
    const a = await startNode('d.example', { settings: { notaries: ['b.example'] } });
    expect((await a.federation.keyRing.keysFor([needOf(c)])).get(c.name)).toMatchObject([{ keyId: c.key.keyId }]);
  });

  test('are told to others by GET and POST', async () => {
    const [b, c] = [await startNode('b.example'), await startNode('c.example')];
    const response = await request(`http://127.0.0.1:${b.port}/_matrix/key/v2/query/c.example`, { dispatcher: agent });
    const { server_keys: documents } = (await response.body.json()) as { server_keys: { server_name: string; signatures: object }[] };
    expect(documents).toHaveLength(1);
    expect(Object.keys(documents[0]!.signatures).toSorted()).toEqual(['b.example', 'c.example']);
    const wanted = new Map([
      [c.name, { keyIds: [], minimumValidUntilTs: 0 }],
      ['gone.example' as ServerName, { keyIds: [], minimumValidUntilTs: 0 }],
    ]);
    expect(await b.federation.client.notaryKeys(b.name, wanted)).toMatchObject([{ server_name: 'c.example' }]);
  });
});
