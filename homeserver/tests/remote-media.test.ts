/** Media over federation: files of one server for the clients of another. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import sharp from 'sharp';
import { request } from 'undici';
import type { SeedClient } from '../testing/seed-client.ts';
import { startFederatedServers, type FederatedServer, type FederatedServers } from '../testing/federated-servers.ts';

let federation: FederatedServers;
let one: FederatedServer;
let two: FederatedServer;
let alice: SeedClient;
let bob: SeedClient;
const CLIENT = '/_matrix/client/v1/media';

beforeAll(async () => {
  federation = await startFederatedServers(2);
  [one, two] = federation.servers as [FederatedServer, FederatedServer];
  [alice, bob] = await Promise.all([one.user('alice'), two.user('bob')]);
});
afterAll(async () => {
  await federation[Symbol.asyncDispose]();
});

async function upload(content: Uint8Array | string, type: string, fileName = ''): Promise<string> {
  const path = `/_matrix/media/v3/upload?filename=${encodeURIComponent(fileName)}`;
  const { body } = await alice.request('POST', path, content, { 'content-type': type });
  return body.content_uri.slice('mxc://'.length);
}

async function get(client: SeedClient, path: string): Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }> {
  const answer = await request(`${client.url}${path}`, { headers: { authorization: `Bearer ${client.token}` } });
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

async function query(server: FederatedServer, text: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a file of another server', () => {
  test('comes with its type, its name, and headers that keep browsers safe', async () => {
    const content = await upload('<b>bold</b>', 'text/html', 'naïve "file".html');
    const [here, there] = await Promise.all([get(alice, `${CLIENT}/download/${content}`), get(bob, `${CLIENT}/download/${content}`)]);
    expect(there.status).toBe(200);
    expect(there.bytes.toString()).toBe('<b>bold</b>');
    for (const name of ['content-type', 'content-length', 'content-disposition', 'content-security-policy', 'x-content-type-options', 'etag']) {
      expect([name, there.headers[name]]).toEqual([name, here.headers[name]]);
    }
    const named = await get(bob, `${CLIENT}/download/${content}/other.txt`);
    expect(named.headers['content-disposition']).toBe('attachment; filename="other.txt"');
  });

  test('may have any bytes, a line break before the delimiter among them, and none at all', async () => {
    for (const bytes of [Buffer.from('\r\n--x\r\n\r\n'), Buffer.alloc(0), Buffer.alloc(300_000, 7)]) {
      const content = await upload(bytes, 'application/octet-stream');
      expect((await get(bob, `${CLIENT}/download/${content}`)).bytes.equals(bytes)).toBe(true);
    }
  });

  test('is fetched once, also when many ask at the same time', async () => {
    const content = await upload('once', 'text/plain');
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(bob, `${CLIENT}/download/${content}`)));
    expect(answers.map(({ bytes }) => bytes.toString())).toEqual(Array.from({ length: 8 }, () => 'once'));
    const served = await one.nobody.request('GET', '/metrics');
    expect(served.body).toMatch(/route="\/_matrix\/federation\/v1\/media\/download\/\{mediaId\}"/);
    const before = downloadsOf(served.body);
    await get(bob, `${CLIENT}/download/${content}`);
    expect(downloadsOf((await one.nobody.request('GET', '/metrics')).body)).toBe(before);
  });

  test('is fetched again if it was lost here', async () => {
    const content = await upload('to be lost', 'text/plain');
    await get(bob, `${CLIENT}/download/${content}`);
    await rm(join(two.dataDir, 'media', 'files'), { recursive: true });
    expect((await get(bob, `${CLIENT}/download/${content}`)).bytes.toString()).toBe('to be lost');
  });

  test('is not fetched for who does not want that, and is served then if it is here', async () => {
    const content = await upload('later', 'text/plain');
    expect(await bob.error('GET', `${CLIENT}/download/${content}?allow_remote=false`)).toEqual([404, 'M_NOT_FOUND']);
    await get(bob, `${CLIENT}/download/${content}`);
    expect((await get(bob, `${CLIENT}/download/${content}?allow_remote=false`)).status).toBe(200);
  });

  test('that is quarantined here is not served', async () => {
    const content = await upload('bad', 'text/plain');
    await get(bob, `${CLIENT}/download/${content}`);
    await query(two, `update remote_media set quarantined = true where id = '${content.split('/')[1]}'`);
    expect(await bob.error('GET', `${CLIENT}/download/${content}`)).toEqual([404, 'M_NOT_FOUND']);
  });

  test('has thumbnails, made here', async () => {
    const picture = await sharp({ create: { width: 1600, height: 800, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    const content = await upload(picture, 'image/jpeg', 'p.jpg');
    const { headers, bytes } = await get(bob, `${CLIENT}/thumbnail/${content}?width=300&height=200&method=scale`);
    expect(headers).toMatchObject({ 'content-type': 'image/jpeg', 'content-disposition': 'inline; filename="thumbnail.jpeg"' });
    const { width, height } = await sharp(bytes).metadata();
    expect([width, height]).toEqual([320, 160]);
  });

  test('that is not there, not there yet, or whose server is away', async () => {
    expect(await bob.error('GET', `${CLIENT}/download/${one.name}/nothing`)).toEqual([404, 'M_NOT_FOUND']);
    const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v1/create');
    const reserved = uri.slice('mxc://'.length);
    expect(await bob.error('GET', `${CLIENT}/download/${reserved}?timeout_ms=0`)).toEqual([504, 'M_NOT_YET_UPLOADED']);
    const waiting = get(bob, `${CLIENT}/download/${reserved}`);
    await alice.request('PUT', `/_matrix/media/v3/upload/${reserved}`, 'at last', { 'content-type': 'text/plain' });
    expect((await waiting).bytes.toString()).toBe('at last');
    expect(await bob.error('GET', `${CLIENT}/download/localhost:1/x`)).toEqual([502, 'M_UNKNOWN']);
    expect(await bob.error('GET', `${CLIENT}/thumbnail/localhost:1/x?width=32&height=32`)).toEqual([502, 'M_UNKNOWN']);
    expect(await bob.error('GET', `${CLIENT}/download/not%20a%20server/x`)).toEqual([404, 'M_NOT_FOUND']);
    expect(await two.nobody.error('GET', `${CLIENT}/download/${one.name}/nothing`)).toEqual([401, 'M_MISSING_TOKEN']);
  });
});

test('other servers must sign', async () => {
  const content = (await upload('signed only', 'text/plain')).split('/')[1];
  for (const path of [`download/${content}`, `thumbnail/${content}?width=32&height=32`]) {
    expect(await one.nobody.error('GET', `/_matrix/federation/v1/media/${path}`)).toEqual([401, 'M_UNAUTHORIZED']);
  }
});

function downloadsOf(metrics: string): string | undefined {
  return metrics.split('\n').find((line) => line.includes('federation/v1/media/download') && line.includes('_count'));
}
