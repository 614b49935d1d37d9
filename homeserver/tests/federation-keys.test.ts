/** What a whole server tells other servers of itself. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyDocument } from '@nexuscomm/federation/keys/key-document.ts';
import { encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createSigningKey, nodeCrypto } from '../src/crypto/node-crypto.ts';
import { createDatabase } from '../testing/test-database.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer | undefined;
const start = async (settings: Record<string, string> = {}): Promise<TestServer> => (server = await startTestServer(settings));
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

const KEYS = '/_matrix/key/v2/server';

describe('a server', () => {
  test('tells its keys and what it runs', async () => {
    const { nobody } = await start();
    const document = await nobody.ok('GET', KEYS);
    const keys = readKeyDocument({ document, server: 'localhost' as ServerName, crypto: nodeCrypto, now: Date.now() });
    expect(keys).toHaveLength(1);
    expect(await nobody.ok('GET', `${KEYS}/${encodeURIComponent(keys[0]!.keyId)}`)).toEqual(document);
    expect(await nobody.ok('GET', '/_matrix/key/v2/query/localhost')).toEqual({ server_keys: [document] });
    expect(await nobody.ok('POST', '/_matrix/key/v2/query', { server_keys: { localhost: {} } })).toEqual({ server_keys: [document] });
    expect(await nobody.ok('POST', '/_matrix/key/v2/query', { server_keys: {} })).toEqual({ server_keys: [] });
    expect(await nobody.error('POST', '/_matrix/key/v2/query', {})).toEqual([400, 'M_MISSING_PARAM']);
    expect(await nobody.ok('GET', '/_matrix/federation/v1/version')).toEqual({ server: { name: 'NexusComm', version: '0.1.0' } });
    expect(await nobody.error('PUT', KEYS)).toEqual([405, 'M_UNRECOGNIZED']);
  });

  test('without federation tells nothing', async () => {
    const { nobody } = await start({ NEXUS_FEDERATION: 'off' });
    expect(await nobody.error('GET', KEYS)).toEqual([404, 'M_UNRECOGNIZED']);
    expect(await nobody.error('GET', '/_matrix/federation/v1/version')).toEqual([404, 'M_UNRECOGNIZED']);
  });
});

describe('.well-known/matrix/server', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['is not there without a public address', {}, undefined],
    ['is not there with a plain one', { NEXUS_PUBLIC_BASEURL: 'http://127.0.0.1:8008' }, undefined],
    ['names the public address', { NEXUS_PUBLIC_BASEURL: 'https://matrix.example.org/' }, 'matrix.example.org:443'],
    ['names the port of the public address', { NEXUS_PUBLIC_BASEURL: 'https://matrix.example.org:8443' }, 'matrix.example.org:8443'],
    ['names what is set', { NEXUS_PUBLIC_BASEURL: 'https://m.example.org', NEXUS_FEDERATION_DELEGATE: 'fed.example.org:1' }, 'fed.example.org:1'],
  ])('%s', async (_what, settings, expected) => {
    const { nobody } = await start(settings);
    const answer = await nobody.request('GET', '/.well-known/matrix/server');
    expect(answer.status === 200 ? answer.body['m.server'] : answer.status).toBe(expected ?? 404);
  });
});

test('the signing key can be replaced if the old one is named, and only then', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'nexuscomm-rotation-'));
  const database = await createDatabase();
  const settings = { NEXUS_DATA_DIR: dataDir, NEXUS_DATABASE_URL: database.url };
  const config = join(dataDir, 'config.yaml');
  try {
    await (await startTestServer(settings))[Symbol.asyncDispose]();
    const [, name, seed] = (await readFile(join(dataDir, 'signing.key'), 'utf8')).trim().split(' ');
    const former = createSigningKey(new Uint8Array(Buffer.from(seed!, 'base64')), `ed25519:${name}`);
    await rm(join(dataDir, 'signing.key'));
    await writeFile(join(dataDir, 'signing.key'), `ed25519 new ${encodeBase64(new Uint8Array(32).fill(7))}\n`);
    await expect(startTestServer(settings)).rejects.toThrow('federation.old_verify_keys');
    const old = `${former.keyId} ${encodeBase64(former.publicKey)} 1700000000000`;
    await writeFile(config, `federation: { old_verify_keys: ["${old}"] }\naccounts: { argon2_memory_kib: 8, argon2_passes: 1 }\n`);
    const { nobody } = await start({ ...settings, NEXUS_CONFIG: config });
    const document = await nobody.ok('GET', KEYS);
    expect(Object.keys(document.verify_keys)).toEqual(['ed25519:new']);
    expect(document.old_verify_keys).toEqual({ [former.keyId]: { key: encodeBase64(former.publicKey), expired_ts: 1_700_000_000_000 } });
    await server!.restart();
    expect((await server!.nobody.ok('GET', KEYS)).verify_keys).toEqual(document.verify_keys);
  } finally {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

describe('settings', () => {
  test('of lists come from the environment separated by commas', () => {
    const { federation } = loadConfig({ NEXUS_FEDERATION_ALLOW: 'a.example, *.b.example', NEXUS_FEDERATION_NOTARIES: 'matrix.org' });
    expect(federation).toMatchObject({ allow: ['a.example', '*.b.example'], deny: [], notaries: ['matrix.org'] });
  });

  test.each<[Record<string, string>, string]>([
    [{ NEXUS_FEDERATION_DELEGATE: 'https://x' }, 'federation.delegate: "https://x" is not host:port [NEXUS_FEDERATION_DELEGATE]'],
    [{ NEXUS_FEDERATION_NOTARIES: 'not/a/name' }, 'federation.notaries: "not/a/name" is not a server name [NEXUS_FEDERATION_NOTARIES]'],
  ])('that are wrong are named: %j', (env, line) => {
    expect(() => loadConfig(env)).toThrow(line);
  });

  test('that are wrong in the file are named', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'nexuscomm-config-')), 'config.yaml');
    await writeFile(file, 'federation: { old_verify_keys: ["ed25519:x short 1"], allow: [1] }');
    expect(() => loadConfig({ NEXUS_CONFIG: file })).toThrow('federation.allow: must be a list of texts');
    await writeFile(file, 'federation: { old_verify_keys: ["ed25519:x short 1"] }');
    expect(() => loadConfig({ NEXUS_CONFIG: file })).toThrow('federation.old_verify_keys: "ed25519:x short 1" is not');
    await expect(startTestServer({ NEXUS_FEDERATION_CA: '/nowhere.pem' })).rejects.toThrow("federation.ca: /nowhere.pem can't be read (ENOENT)");
  });
});
