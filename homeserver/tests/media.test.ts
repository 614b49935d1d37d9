/** The content repository over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { request } from 'undici';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
const MAX_UPLOAD = 100_000;
const CLIENT = '/_matrix/client/v1/media';

beforeAll(async () => {
  server = await startTestServer({ NEXUS_CONFIG: join(import.meta.dirname, 'media-config.yaml') });
  alice = await server.user('media-alice');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function upload(content: Uint8Array | string, type: string, fileName = ''): Promise<string> {
  const { status, body } = await alice.request('POST', `/_matrix/media/v3/upload?filename=${encodeURIComponent(fileName)}`, content, {
    'content-type': type,
  });
  expect(status).toBe(200);
  expect(body.content_uri).toMatch(/^mxc:\/\/localhost\/[\w-]{22}$/);
  return body.content_uri.slice('mxc://'.length);
}

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }> {
  const answer = await request(`${server.url}${path}`, { headers: { authorization: `Bearer ${alice.token}`, ...headers } });
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

const picture = (width: number, height: number, alpha = false, red = 200): Promise<Buffer> =>
  sharp({ create: { width, height, channels: alpha ? 4 : 3, background: { r: red, g: 30, b: 60, alpha: 0.5 } } })
    [alpha ? 'png' : 'jpeg']()
    .toBuffer();

describe('downloads', () => {
  test('give the content back, with headers that keep browsers safe', async () => {
    const content = await upload('<script>alert(1)</script>', 'text/html', 'naïve "file".html');
    const { status, headers, bytes } = await get(`${CLIENT}/download/${content}`);
    expect(status).toBe(200);
    expect(bytes.toString()).toBe('<script>alert(1)</script>');
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '25',
      'content-disposition': `attachment; filename="na_ve _file_.html"; filename*=utf-8''na%C3%AFve%20%22file%22.html`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    expect(headers['content-security-policy']).toContain("sandbox; default-src 'none'");
    expect((await get(`${CLIENT}/download/${content}/other.txt`)).headers['content-disposition']).toBe('attachment; filename="other.txt"');
  });

  test('are inline for types that are safe', async () => {
    const content = await upload(await picture(4, 4), 'image/jpeg', 'small.jpg');
    expect((await get(`${CLIENT}/download/${content}`)).headers['content-disposition']).toBe('inline; filename="small.jpg"');
  });

  test('in ranges, and not again to those who have them', async () => {
    const content = await upload('0123456789', 'text/plain');
    const path = `${CLIENT}/download/${content}`;
    const cases: [string, number, string, string | undefined][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=4-2', 200, '0123456789', undefined],
      ['lines=1-2', 200, '0123456789', undefined],
      ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ];
    for (const [range, status, body, contentRange] of cases) {
      const answer = await get(path, { range });
      expect([range, answer.status, answer.bytes.toString(), answer.headers['content-range']]).toEqual([range, status, body, contentRange]);
    }
    const { etag } = (await get(path)).headers;
    expect((await get(path, { 'if-none-match': String(etag) })).status).toBe(304);
    const head = await request(`${server.url}${path}`, { method: 'HEAD', headers: { authorization: `Bearer ${alice.token}` } });
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, '10']);
    await head.body.dump();
  });

  test('with and without a token, as the path says', async () => {
    const content = await upload('x', 'text/plain');
    expect(await server.nobody.error('GET', `${CLIENT}/download/${content}`)).toEqual([401, 'M_MISSING_TOKEN']);
    expect((await server.nobody.request('GET', `/_matrix/media/v3/download/${content}`)).body).toBe('x');
    expect((await server.nobody.request('GET', `/_matrix/media/r0/download/${content}`)).body).toBe('x');
    expect(await alice.error('GET', `${CLIENT}/download/localhost/nothing`)).toEqual([404, 'M_NOT_FOUND']);
    expect(await alice.error('GET', `${CLIENT}/download/localhost/${encodeURIComponent('../../signing.key')}`)).toEqual([404, 'M_NOT_FOUND']);
    expect(await alice.error('GET', `${CLIENT}/download/elsewhere.example/${content.split('/')[1]}`)).toEqual([502, 'M_UNKNOWN']);
  });
});

describe('uploads', () => {
  test('that are too large are refused and leave nothing behind', async () => {
    expect((await alice.ok('GET', `${CLIENT}/config`))['m.upload.size']).toBe(MAX_UPLOAD);
    const big = Buffer.alloc(MAX_UPLOAD + 1);
    expect(await alice.error('POST', '/_matrix/media/v3/upload', big)).toEqual([413, 'M_TOO_LARGE']);
    // Without Content-Length the size shows only on the way.
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 20; i++) yield Buffer.alloc(MAX_UPLOAD / 10);
    }
    const chunked = await request(`${server.url}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}` },
      body: Readable.from(chunks()),
    });
    expect([chunked.statusCode, ((await chunked.body.json()) as { errcode: string }).errcode]).toEqual([413, 'M_TOO_LARGE']);
    expect(await readdir(join(server.dataDir, 'media', 'incoming'))).toEqual([]);
    expect(await upload(Buffer.alloc(MAX_UPLOAD), 'image/png')).toMatch(/^localhost/);
  });

  test('need an account', async () => {
    expect(await server.nobody.error('POST', '/_matrix/media/v3/upload', 'x')).toEqual([401, 'M_MISSING_TOKEN']);
    const guest = server.nobody;
    guest.token = (await guest.ok('POST', '/register?kind=guest', {})).access_token;
    expect(await guest.error('POST', '/_matrix/media/v3/upload', 'x')).toEqual([403, 'M_GUEST_ACCESS_FORBIDDEN']);
  });

  test('to an address that was reserved', async () => {
    const bob = await server.user('media-bob');
    const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v1/create');
    const content = uri.slice('mxc://'.length);
    expect(await alice.error('GET', `${CLIENT}/download/${content}?timeout_ms=0`)).toEqual([504, 'M_NOT_YET_UPLOADED']);
    expect(await bob.error('PUT', `/_matrix/media/v3/upload/${content}`, 'mine')).toEqual([403, 'M_FORBIDDEN']);
    const waiting = bob.request('GET', `${CLIENT}/download/${content}?timeout_ms=10000`);
    await alice.request('PUT', `/_matrix/media/v3/upload/${content}`, 'at last', { 'content-type': 'text/plain' });
    expect((await waiting).body).toBe('at last');
    expect(await alice.error('PUT', `/_matrix/media/v3/upload/${content}`, 'again')).toEqual([409, 'M_CANNOT_OVERWRITE_MEDIA']);
    expect(await alice.error('PUT', '/_matrix/media/v3/upload/localhost/unknown', 'x')).toEqual([404, 'M_NOT_FOUND']);
  });

  test('reservations are few', async () => {
    const carol = await server.user('media-carol');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => carol.request('POST', '/_matrix/media/v1/create')));
    expect(answers.map(({ status }) => status).filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
    expect(await carol.error('POST', '/_matrix/media/v1/create')).toEqual([429, 'M_LIMIT_EXCEEDED']);
  });
});

describe('thumbnails', () => {
  const size = async (path: string): Promise<[number, number, string]> => {
    const { bytes } = await get(path);
    const { width, height, format } = await sharp(bytes).metadata();
    return [width!, height!, format!];
  };

  test('are scaled into the size, or cropped to it', async () => {
    const content = await upload(await picture(1600, 800), 'image/jpeg');
    const path = `${CLIENT}/thumbnail/${content}`;
    expect(await size(`${path}?width=300&height=200&method=scale`)).toEqual([320, 160, 'jpeg']);
    expect(await size(`${path}?width=96&height=96&method=crop`)).toEqual([96, 96, 'jpeg']);
    expect(await size(`${path}?width=20&height=20&method=crop`)).toEqual([32, 32, 'jpeg']);
    expect(await size(`${path}?width=5000&height=5000&method=scale`)).toEqual([1600, 800, 'jpeg']);
    expect(await size(`/_matrix/media/v3/thumbnail/${content}?width=640&height=480`)).toEqual([640, 320, 'jpeg']);
    expect(await size(`${path}?width=300&height=200&method=scale`)).toEqual([320, 160, 'jpeg']); // the kept one
  });

  test('keep transparency, and never grow', async () => {
    const content = await upload(await picture(200, 200, true), 'image/png');
    expect(await size(`${CLIENT}/thumbnail/${content}?width=96&height=96&method=crop`)).toEqual([96, 96, 'png']);
    expect(await size(`${CLIENT}/thumbnail/${content}?width=800&height=600`)).toEqual([200, 200, 'png']);
  });

  test('of what is not an image, or too large, are refused', async () => {
    const text = await upload('not an image', 'image/png');
    expect(await alice.error('GET', `${CLIENT}/thumbnail/${text}?width=32&height=32`)).toEqual([400, 'M_UNKNOWN']);
    const huge = await upload(await picture(2100, 2100), 'image/jpeg');
    expect(await alice.error('GET', `${CLIENT}/thumbnail/${huge}?width=32&height=32`)).toEqual([413, 'M_TOO_LARGE']);
    expect(await alice.error('GET', `${CLIENT}/thumbnail/${huge}?width=0&height=32`)).toEqual([400, 'M_INVALID_PARAM']);
    expect(await alice.error('GET', `${CLIENT}/thumbnail/${huge}?width=32`)).toEqual([400, 'M_MISSING_PARAM']);
    expect(await alice.error('GET', `${CLIENT}/thumbnail/${huge}?width=32&height=32&method=stretch`)).toEqual([400, 'M_INVALID_PARAM']);
  });

  test('of animations move if asked for', async () => {
    const frames = [await picture(300, 300), await picture(300, 300, false, 20)];
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const content = await upload(gif, 'image/gif');
    const moving = await get(`${CLIENT}/thumbnail/${content}?width=96&height=96&method=crop&animated=true`);
    expect(moving.headers['content-type']).toBe('image/webp');
    expect((await sharp(moving.bytes).metadata()).pages).toBe(2);
    expect((await sharp((await get(`${CLIENT}/thumbnail/${content}?width=96&height=96&method=crop`)).bytes).metadata()).pages ?? 1).toBe(1);
  });
});
