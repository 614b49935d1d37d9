import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BlobStore } from './blob-store.ts';
import { cleanContentType, contentDisposition, parseRange, serveFile, type ServedFile } from './serve-file.ts';

describe('the content type', () => {
  test.each(['image/png', 'text/plain; charset=utf-8', 'application/vnd.oasis.opendocument.text', 'multipart/x; a="b c"'])('%s is kept', (type) => {
    expect(cleanContentType(type)).toBe(type);
  });
  test.each([undefined, '', 'png', 'text/plain\r\nX: y', 'text/html, text/plain', `a/${'b'.repeat(300)}`])('%j counts as bytes', (type) => {
    expect(cleanContentType(type)).toBe('application/octet-stream');
  });
});

describe('Content-Disposition', () => {
  test.each([
    ['image/png', 'inline'],
    ['TEXT/Plain; charset=utf-8', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['text/html', 'attachment'],
    ['application/pdf', 'attachment'],
    ['application/octet-stream', 'attachment'],
  ])('%s is %s', (type, kind) => {
    expect(contentDisposition(type, undefined)).toBe(kind);
    expect(contentDisposition(type, '')).toBe(kind);
  });

  test.each([
    ['plain name.txt', 'filename="plain name.txt"'],
    ['a"b\\c.txt', `filename="a_b_c.txt"; filename*=utf-8''a%22b%5Cc.txt`],
    ['100%.txt', `filename="100_.txt"; filename*=utf-8''100%25.txt`],
    ['é\r\nX-Evil: 1', `filename="___X-Evil: 1"; filename*=utf-8''%C3%A9%0D%0AX-Evil%3A%201`],
    ["né'(*).txt", `filename="n_'(*).txt"; filename*=utf-8''n%C3%A9%27%28%2A%29.txt`],
    ['\ud800x', `filename="_x"; filename*=utf-8''%EF%BF%BDx`],
  ])('names %j', (name, expected) => {
    expect(contentDisposition('text/html', name)).toBe(`attachment; ${expected}`);
  });
});

describe('a Range', () => {
  test.each([
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=2-', 10, { start: 2, end: 9 }],
    ['bytes=2-99', 10, { start: 2, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-99', 10, { start: 0, end: 9 }],
    ['bytes=0-99999999999999999999', 10, { start: 0, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'unsatisfiable'],
    [undefined, 10, undefined],
    ['bytes=-', 10, undefined],
    ['bytes=4-2', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['bytes=a-b', 10, undefined],
    ['items=0-1', 10, undefined],
  ])('%s of %d bytes', (header, size, expected) => {
    expect(parseRange(header, size)).toEqual(expected);
  });
});

describe('an answer', () => {
  let directory: string;
  let blobs: BlobStore;
  let file: ServedFile;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nexuscomm-serve-'));
    blobs = await BlobStore.open(directory);
    const { sha256, size } = await blobs.write(Readable.from([Buffer.from('0123456789')]), 100);
    file = { path: blobs.path(sha256), size, contentType: 'text/plain', fileName: 'digits.txt', etag: sha256 };
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const serve = (headers: Record<string, string>): ReturnType<typeof serveFile> => serveFile(blobs, file, { headers, immutable: true });

  test('keeps browsers safe and may be kept for ever', async () => {
    const { status, headers, body } = await serve({});
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'Content-Disposition': 'inline; filename="digits.txt"',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Cache-Control': 'private, max-age=31536000, immutable',
      'Content-Length': '10',
    });
    expect(headers['Content-Security-Policy']).toMatch(/^sandbox; default-src 'none'; script-src 'none';/);
    expect(await text(body as Readable)).toBe('0123456789');
  });

  test('is not repeated to those who have it, whatever a proxy made of the tag', async () => {
    const tag = `"${file.etag}"`;
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) expect((await serve({ 'if-none-match': known })).status).toBe(304);
    const other = await serve({ 'if-none-match': '"other"' });
    expect(other.status).toBe(200);
    (other.body as Readable).destroy();
  });

  test('is a part only of what the client has the beginning of', async () => {
    const part = await serve({ range: 'bytes=2-4', 'if-range': `"${file.etag}"` });
    expect([part.status, part.headers['Content-Range'], part.headers['Content-Length'], await text(part.body as Readable)]).toEqual([
      206,
      'bytes 2-4/10',
      '3',
      '234',
    ]);
    const whole = await serve({ range: 'bytes=2-4', 'if-range': '"other"' });
    expect([whole.status, await text(whole.body as Readable)]).toEqual([200, '0123456789']);
    const none = await serve({ range: 'bytes=10-' });
    expect([none.status, none.headers['Content-Range'], none.body]).toEqual([416, 'bytes */10', undefined]);
  });

  test('is an error, not a broken download, if the file is lost', async () => {
    await expect(serveFile(blobs, { ...file, path: blobs.path('0'.repeat(64)) }, { headers: {}, immutable: true })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
