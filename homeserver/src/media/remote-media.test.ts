/** Keeping files of other servers: how large they may be, and how long they stay. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { BlobStore } from './blob-store.ts';
import { RemoteMedia } from './remote-media.ts';

let database: TestDatabase;
let directory: string;
let blobs: BlobStore;
let now = Date.now();
let downloads = 0;
let content = 'content';
const HOUR = 3_600_000;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-remote-media-'));
  blobs = await BlobStore.open(directory);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  now = Date.now();
  downloads = 0;
});

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
const media = (): RemoteMedia =>
  new RemoteMedia({
    db: database.db,
    blobs,
    client: {
      downloadMedia: async () => {
        downloads++;
        return { contentType: 'text/plain', contentDisposition: "inline; filename*=utf-8''%C3%A4.txt", body: bytes() };
      },
    },
    now: () => now,
    maxBytes: 100,
    waitMs: 1_000,
    lifetimeMs: 10 * HOUR,
  });
const ANY = { waitMs: undefined, mayFetch: true };
const aged = async (sha256: string): Promise<void> => utimes(blobs.path(sha256), 0, 0);

test('a file that nobody asks for is removed, and fetched again when somebody does', async () => {
  content = 'short-lived';
  const remote = media();
  const found = await remote.find('a.example', 'one', ANY);
  expect(found).toMatchObject({ contentType: 'text/plain', fileName: 'ä.txt', size: content.length });
  await aged(found.sha256);
  now += 9 * HOUR;
  await remote.find('a.example', 'one', ANY); // still wanted
  now += 9 * HOUR;
  expect(await remote.prune()).toBe(0);
  now += 2 * HOUR;
  expect(await remote.prune()).toBe(1);
  expect(await blobs.size(blobs.path(found.sha256))).toBeUndefined();
  expect(downloads).toBe(1);
  await remote.find('a.example', 'one', ANY);
  expect(downloads).toBe(2);
});

test('bytes that other media have too stay, and young ones', async () => {
  content = 'shared';
  const remote = media();
  const { sha256 } = await remote.find('a.example', 'old', ANY);
  now += 11 * HOUR;
  await remote.find('b.example', 'new', ANY);
  await aged(sha256);
  await remote.prune();
  expect(await blobs.size(blobs.path(sha256))).toBe(content.length);
  content = 'young';
  const young = await remote.find('a.example', 'young', ANY);
  now += 11 * HOUR;
  await utimes(blobs.path(young.sha256), now / 1000, now / 1000);
  await remote.prune();
  expect(await blobs.size(blobs.path(young.sha256))).toBe(content.length);
});

test('a file that is too large is not kept', async () => {
  content = 'x'.repeat(101);
  await expect(media().find('a.example', 'large', ANY)).rejects.toMatchObject({ errcode: 'M_TOO_LARGE', status: 502 });
});
