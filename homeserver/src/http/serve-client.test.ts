import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { loadClient, readClient } from './serve-client.ts';

const INDEX = '<!doctype html><title>The client</title>';
const SCRIPT = 'export const answer = 42;\n'.repeat(50);
const TEXTS: Record<string, string> = {
  'index.html': INDEX,
  'service-worker.js': 'self.skipWaiting();',
  'manifest.webmanifest': '{"name":"NexusComm"}',
  'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/index-abc.js': SCRIPT,
  'assets/crypto-def.wasm': '\0asm',
  // None of these is to be had.
  'assets/index-abc.js.map': '{"sources":[]}',
  '.sources': 'a hash',
  '.git/config': '[core]',
  'assets/.hidden.js': 'hidden',
  'config.json': '{"homeserver":"somebody else"}',
  '_matrix/client/versions.json': '{}',
  'notes.md': '# Notes',
  'types/main.d.ts': 'export {};',
};

let directory: string;
let server: TestServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-client-'));
  const outside = join(directory, 'outside');
  const dist = join(directory, 'dist');
  await mkdir(outside);
  await writeFile(join(outside, 'secret.js'), 'secret');
  await writeFile(join(outside, 'secret.txt'), 'secret');
  for (const [name, text] of Object.entries(TEXTS)) {
    await mkdir(dirname(join(dist, name)), { recursive: true });
    await writeFile(join(dist, name), text);
  }
  for (const name of ['index.html', 'assets/index-abc.js', 'assets/crypto-def.wasm']) {
    await writeFile(join(dist, `${name}.br`), brotliCompressSync(TEXTS[name]!));
    await writeFile(join(dist, `${name}.gz`), gzipSync(TEXTS[name]!));
  }
  await symlink(join(outside, 'secret.js'), join(dist, 'linked.js'));
  await symlink(outside, join(dist, 'linked'));
  server = await startTestServer({ NEXUS_CLIENT_DIRECTORY: dist });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** With the path as it is, which `fetch` would tidy up. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', url = server.url): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject).end();
  });
}

test('the page is at the root, asked for anew each time', async () => {
  for (const path of ['/', '/index.html', '/?account=2', '/index.html?x']) {
    const { status, headers, body } = await ask(path);
    expect([status, body.toString(), headers['content-type'], headers['cache-control']]).toEqual([
      200,
      INDEX,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
  }
});

test('files have their types; those named by their content are kept', async () => {
  const seen = await Promise.all(
    ['/service-worker.js', '/manifest.webmanifest', '/icon.svg', '/assets/index-abc.js', '/assets/crypto-def.wasm'].map(async (path) => {
      const { status, headers, body } = await ask(path);
      expect(body.toString()).toBe(TEXTS[path.slice(1)]);
      return [path, status, headers['content-type'], headers['cache-control']];
    }),
  );
  const immutable = 'public, max-age=31536000, immutable';
  expect(seen).toEqual([
    ['/service-worker.js', 200, 'text/javascript; charset=utf-8', 'no-cache'],
    ['/manifest.webmanifest', 200, 'application/manifest+json', 'no-cache'],
    ['/icon.svg', 200, 'image/svg+xml', 'no-cache'],
    ['/assets/index-abc.js', 200, 'text/javascript; charset=utf-8', immutable],
    ['/assets/crypto-def.wasm', 200, 'application/wasm', immutable],
  ]);
});

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['gzip;q=1, br;q=0', 'gzip'],
  ['*', 'br'],
  ['identity', undefined],
  ['deflate', undefined],
  ['', undefined],
])('Accept-Encoding: %s', async (accepted, encoding) => {
  for (const [path, text] of [
    ['/', INDEX],
    ['/assets/index-abc.js', SCRIPT],
  ] as const) {
    const { headers, body } = await ask(path, accepted === '' ? {} : { 'accept-encoding': accepted });
    expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'Accept-Encoding']);
    expect(headers['content-length']).toBe(String(body.length));
    const plain = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
    expect(plain.toString()).toBe(text);
  }
});

test('who has a file is not sent it again', async () => {
  const tags = await Promise.all(['br', 'gzip', 'identity'].map(async (encoding) => (await ask('/', { 'accept-encoding': encoding })).headers.etag!));
  expect(new Set(tags).size).toBe(3);
  expect(tags.filter((tag) => /^"[\w-]+"$/.test(tag))).toHaveLength(3);
  const again = await ask('/', { 'accept-encoding': 'br', 'if-none-match': `"other", ${tags[0]}` });
  expect([again.status, again.body.length, again.headers.etag, again.headers['content-encoding']]).toEqual([304, 0, tags[0], undefined]);
  expect(again.headers['content-security-policy']).toBeDefined();
  expect((await ask('/', { 'accept-encoding': 'gzip', 'if-none-match': tags[0]! })).status).toBe(200);
  expect((await ask('/', { 'accept-encoding': 'br', 'if-none-match': '"changed"' })).status).toBe(200);
});

test('HEAD has the headers only', async () => {
  const [head, get] = [await ask('/', {}, 'HEAD'), await ask('/')];
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect([head.headers['content-length'], head.headers.etag]).toEqual([get.headers['content-length'], get.headers.etag]);
});

test('security headers are on every file', async () => {
  for (const path of ['/', '/assets/index-abc.js', '/service-worker.js']) {
    const { headers } = await ask(path);
    expect(headers['content-security-policy']).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';");
    expect(headers['content-security-policy']).toMatch(/object-src 'none'; frame-src 'none'; base-uri 'none';.* frame-ancestors 'none'$/);
    expect([headers['referrer-policy'], headers['x-content-type-options']]).toEqual(['no-referrer', 'nosniff']);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['permissions-policy']).toContain('camera=(self), microphone=(self)');
    expect(headers['permissions-policy']).toContain('usb=()');
  }
});

test.each([
  '/.sources',
  '/.git/config',
  '/assets/.hidden.js',
  '/assets/index-abc.js.map',
  '/assets/index-abc.js.br',
  '/index.html.gz',
  '/notes.md',
  '/types/main.d.ts',
  '/_matrix/client/versions.json',
  '/linked.js',
  '/linked/secret.txt',
  '/../outside/secret.js',
  '/assets/../../outside/secret.js',
  '/%2e%2e/outside/secret.js',
  '/..%2foutside%2fsecret.js',
  '/assets/..\\..\\outside\\secret.js',
  '//index.html',
  '/assets/',
  '/assets',
  '/somewhere/else',
])('%s is not there', async (path) => {
  const { status, body, headers } = await ask(path);
  expect([status, JSON.parse(body.toString()).errcode, headers['content-type']]).toEqual([404, 'M_UNRECOGNIZED', 'application/json']);
});

test('source maps are served where that is set', async () => {
  const files = await readClient(join(directory, 'dist'), true);
  expect(files.get('/assets/index-abc.js.map')?.type).toBe('application/json');
});

test('the rest of the server is as it was', async () => {
  expect((await ask('/_matrix/client/versions')).status).toBe(200);
  expect((await ask('/health')).status).toBe(200);
  const post = await ask('/', {}, 'POST');
  expect([post.status, post.headers.allow]).toEqual([405, 'GET']);
  expect((await ask('/assets/index-abc.js', {}, 'POST')).status).toBe(404);
  const preflight = await ask('/', { origin: 'https://elsewhere.example' }, 'OPTIONS');
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
});

test('config.json says which server this is', async () => {
  const { status, headers, body } = await ask('/config.json', { host: 'localhost:8008' });
  expect([status, headers['cache-control'], headers['content-type']]).toEqual([200, 'no-cache', 'application/json']);
  expect(JSON.parse(body.toString())).toEqual({
    homeserver: { base_url: 'http://localhost:8008', server_name: 'localhost' },
    registration: 'open',
    name: 'localhost',
  });
});

test('without a client there is the page that tells how to connect one', async () => {
  expect(await loadClient({ directory: 'off', source_maps: false })).toBeUndefined();
  await expect(loadClient({ directory: join(directory, 'outside'), source_maps: false })).rejects.toThrow('there is no index.html in');
  await using plain = await startTestServer({
    NEXUS_CLIENT_DIRECTORY: 'off',
    NEXUS_SERVER_NAME: 'talk.example',
    NEXUS_PUBLIC_BASEURL: 'https://matrix.talk.example/',
    NEXUS_REGISTRATION: 'token',
  });
  const page = await ask('/', {}, 'GET', plain.url);
  expect([page.status, page.body.toString().includes('up and running')]).toEqual([200, true]);
  expect((await ask('/assets/index-abc.js', {}, 'GET', plain.url)).status).toBe(404);
  const { body } = await ask('/config.json', {}, 'GET', plain.url);
  expect(JSON.parse(body.toString())).toEqual({
    homeserver: { base_url: 'https://matrix.talk.example', server_name: 'talk.example' },
    registration: 'token',
    name: 'talk.example',
  });
});
