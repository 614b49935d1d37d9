/** Previews of links over HTTP. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import type { SeedClient } from '../testing/seed-client.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let alice: SeedClient;
let web: Server;
let picture: Buffer;
const asked: string[] = [];
const PAGES: Record<string, { type?: string; status?: number; location?: string; body?: string | (() => Buffer) }> = {
  '/page': {
    type: 'text/html; charset=utf-8',
    body: '<title>Page</title><meta property="og:description" content="Grüße"><meta property="og:image" content="broken.png"><meta property="og:image" content="/picture">',
  },
  '/latin': { type: 'text/html; charset=iso-8859-1', body: '<title>Gr\u00fc\u00dfe</title>' },
  '/moved': { status: 302, location: '/page' },
  '/circle': { status: 302, location: '/circle' },
  '/inside': { status: 302, location: 'file:///etc/passwd' },
  '/gone': { status: 404, type: 'text/html', body: '<title>Not here</title>' },
  '/data': { type: 'application/pdf', body: '%PDF' },
  '/broken.png': { type: 'image/png', body: 'no picture' },
  '/vector': { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"><script>1</script></svg>' },
  '/picture': { type: 'image/png', body: () => picture },
  '/long': { type: 'text/html', body: `<title>Long</title>${'<p>x</p>'.repeat(400_000)}<meta property="og:title" content="too late">` },
};

beforeAll(async () => {
  picture = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  web = createServer((request, response) => {
    asked.push(request.url!);
    const page = PAGES[request.url!];
    const body = typeof page?.body === 'function' ? page.body() : Buffer.from(page?.body ?? '', request.url === '/latin' ? 'latin1' : 'utf8');
    response.writeHead(page?.status ?? (page ? 200 : 404), {
      ...(page?.type === undefined ? {} : { 'content-type': page.type }),
      ...(page?.location === undefined ? {} : { location: page.location }),
    });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  server = await startTestServer({ NEXUS_ALLOW_PRIVATE_ADDRESSES: 'true' });
  alice = await server.user('alice');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  web.closeAllConnections();
  web.close();
});

const address = (path: string): string => `http://localhost:${(web.address() as AddressInfo).port}${path}`;
const path = (url: string): string => `/_matrix/client/v1/media/preview_url?url=${encodeURIComponent(url)}`;

test('a page is previewed with its picture, which is served from here', async () => {
  const preview = await alice.ok('GET', path(address('/page')));
  expect(preview).toEqual({
    'og:title': 'Page',
    'og:description': 'Grüße',
    'og:image': expect.stringMatching(/^mxc:\/\/localhost\/[\w-]{22}$/),
    'og:image:type': 'image/png',
    'og:image:width': 30,
    'og:image:height': 20,
    'matrix:image:size': picture.length,
  });
  const image = await alice.request('GET', `/_matrix/client/v1/media/download/${preview['og:image'].slice('mxc://'.length)}`);
  expect([image.status, image.headers['content-type'], image.headers['content-length']]).toEqual([200, 'image/png', String(picture.length)]);
  expect(await alice.ok('GET', `/_matrix/media/v3/preview_url?url=${encodeURIComponent(address('/page'))}&ts=1`)).toEqual(preview);
});

test('is fetched once for all who ask', async () => {
  asked.length = 0;
  const url = `${address('/latin')}`;
  const previews = await Promise.all([1, 2, 3, 4].map(() => alice.ok('GET', path(url))));
  expect(previews).toEqual(Array.from({ length: 4 }, () => ({ 'og:title': 'Grüße' })));
  await alice.ok('GET', path(`${url}#part`));
  expect(asked).toEqual(['/latin']);
});

test('redirects are followed, pictures are their own preview, the rest has none', async () => {
  expect(await alice.ok('GET', path(address('/moved')))).toMatchObject({ 'og:title': 'Page' });
  expect(await alice.ok('GET', path(address('/picture')))).toMatchObject({ 'og:title': 'picture', 'og:image:width': 30 });
  expect(await alice.ok('GET', path(address('/data')))).toEqual({});
  expect(await alice.ok('GET', path(address('/vector')))).toEqual({ 'og:title': 'vector' });
  expect(await alice.ok('GET', path(address('/long')))).toEqual({ 'og:title': 'Long' });
});

test('what can not be had', async () => {
  for (const page of ['/gone', '/circle', '/inside', '/nothing'])
    expect([page, await alice.error('GET', path(address(page)))]).toEqual([page, [502, 'M_UNKNOWN']]);
  expect(await alice.error('GET', path('http://localhost:1/'))).toEqual([502, 'M_UNKNOWN']);
  for (const url of ['file:///etc/passwd', 'nonsense', '', 'javascript:1'])
    expect(await alice.error('GET', path(url))).toEqual([400, 'M_INVALID_PARAM']);
  expect(await server.nobody.error('GET', path(address('/page')))).toEqual([401, 'M_MISSING_TOKEN']);
});

test('private addresses are not previewed unless that is allowed, nor anything if it is off', async () => {
  asked.length = 0;
  for (const [settings, refusal] of [
    [{}, [502, 'M_UNKNOWN']],
    [{ NEXUS_URL_PREVIEWS: 'off', NEXUS_ALLOW_PRIVATE_ADDRESSES: 'true' }, [403, 'M_FORBIDDEN']],
  ] as const) {
    const other = await startTestServer(settings);
    try {
      const bob = await other.user('bob');
      expect(await bob.error('GET', path(address('/page')))).toEqual(refusal);
      expect(await bob.error('GET', path(address('/page').replace('localhost', '127.0.0.1')))).toEqual(refusal);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  }
  expect(asked).toEqual([]);
});
