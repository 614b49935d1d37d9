import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import type { Session } from '../http/handler.ts';
import { sql } from '../storage/database.ts';
import { BlobStore } from './blob-store.ts';
import { MediaRepository, type Upload } from './media-repository.ts';

const SERVER = 'localhost' as ServerName;
const MAX_UPLOAD = 20;
const LIFETIME_MS = 1_000;
const quarantine = sql('test_media_quarantine', 'update media set quarantined = true where id = $1');

let database: TestDatabase;
let directory: string;
let repository: MediaRepository;
let time: number;
let lastUser = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-media-'));
  time = 1_000_000;
  repository = new MediaRepository({
    db: database.db,
    blobs: await BlobStore.open(directory),
    serverName: SERVER,
    maxUploadBytes: MAX_UPLOAD,
    pendingLifetimeMs: LIFETIME_MS,
    maxPending: 2,
    downloadTimeoutMs: 20_000,
    now: () => time,
  });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function user(): Session {
  const nid = ++lastUser;
  return { userId: `@u${nid}:localhost` as UserId, userNid: nid, deviceId: 'D', deviceNid: nid, isGuest: false, isAdmin: false };
}
const content = (text: string, more: Partial<Upload> = {}): Upload => ({
  stream: Readable.from([Buffer.from(text)]),
  announcedBytes: undefined,
  contentType: 'text/plain',
  fileName: undefined,
  ...more,
});
const idOf = (uri: string): string => uri.slice(`mxc://${SERVER}/`.length);
const failure = (errcode: string, status: number): object => expect.objectContaining({ errcode, status });

describe('an upload', () => {
  test('is found again, as it was described', async () => {
    const uri = await repository.upload(user(), content('hello', { fileName: 'naïve.txt' }));
    expect(uri).toMatch(/^mxc:\/\/localhost\/[A-Za-z0-9_-]{22}$/);
    expect(await repository.find(SERVER, idOf(uri), { waitMs: 0 })).toEqual({
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: 5,
      contentType: 'text/plain',
      fileName: 'naïve.txt',
    });
  });

  test('may be empty', async () => {
    const uri = await repository.upload(user(), content('', { stream: Readable.from([]), announcedBytes: 0 }));
    expect(await repository.find(SERVER, idOf(uri), { waitMs: 0 })).toMatchObject({ size: 0, fileName: undefined });
  });

  test('of the same bytes has an address of its own', async () => {
    const uris = [await repository.upload(user(), content('same')), await repository.upload(user(), content('same'))];
    const [one, two] = await Promise.all(uris.map((uri) => repository.find(SERVER, idOf(uri), { waitMs: 0 })));
    expect(uris[0]).not.toBe(uris[1]);
    expect(one!.sha256).toBe(two!.sha256);
  });

  test('that is announced as too large is not read at all', async () => {
    const stream = {
      [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array> => {
        throw new Error('it was read');
      },
    };
    await expect(repository.upload(user(), content('', { stream, announcedBytes: MAX_UPLOAD + 1 }))).rejects.toEqual(failure('M_TOO_LARGE', 413));
  });

  test('that turns out to be too large leaves nothing', async () => {
    await expect(repository.upload(user(), content('x'.repeat(MAX_UPLOAD + 1)))).rejects.toEqual(failure('M_TOO_LARGE', 413));
    expect(await readdir(directory)).toEqual(['incoming']);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  });
});

describe('a reservation', () => {
  test('is filled once, by its owner', async () => {
    const alice = user();
    const { content_uri: uri, unused_expires_at: expires } = await repository.reserve(alice);
    expect(expires).toBe(time + LIFETIME_MS);
    await expect(repository.complete(user(), SERVER, idOf(uri), content('theirs'))).rejects.toEqual(failure('M_FORBIDDEN', 403));
    await repository.complete(alice, SERVER, idOf(uri), content('mine', { contentType: 'image/png' }));
    expect(await repository.find(SERVER, idOf(uri), { waitMs: 0 })).toMatchObject({ size: 4, contentType: 'image/png' });
    await expect(repository.complete(alice, SERVER, idOf(uri), content('again'))).rejects.toEqual(failure('M_CANNOT_OVERWRITE_MEDIA', 409));
  });

  test('goes to one of two uploads at the same time', async () => {
    const alice = user();
    const id = idOf((await repository.reserve(alice)).content_uri);
    const outcomes = await Promise.allSettled(['first', 'second'].map((text) => repository.complete(alice, SERVER, id, content(text))));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: failure('M_CANNOT_OVERWRITE_MEDIA', 409) });
  });

  test('outlives a failed attempt', async () => {
    const alice = user();
    const id = idOf((await repository.reserve(alice)).content_uri);
    await expect(repository.complete(alice, SERVER, id, content('x'.repeat(MAX_UPLOAD + 1)))).rejects.toEqual(failure('M_TOO_LARGE', 413));
    await repository.complete(alice, SERVER, id, content('small'));
    expect(await repository.find(SERVER, id, { waitMs: 0 })).toMatchObject({ size: 5 });
  });

  test('expires, and then counts no more', async () => {
    const alice = user();
    const id = idOf((await repository.reserve(alice)).content_uri);
    await repository.reserve(alice);
    await expect(repository.reserve(alice)).rejects.toEqual(failure('M_LIMIT_EXCEEDED', 429));
    await repository.reserve(user());
    time += LIFETIME_MS;
    await expect(repository.complete(alice, SERVER, id, content('late'))).rejects.toEqual(failure('M_NOT_FOUND', 404));
    await expect(repository.find(SERVER, id, { waitMs: 0 })).rejects.toEqual(failure('M_NOT_FOUND', 404));
    await repository.reserve(alice);
  });

  test('must have been made here', async () => {
    const alice = user();
    const id = idOf((await repository.reserve(alice)).content_uri);
    await expect(repository.complete(alice, 'elsewhere.example', id, content('x'))).rejects.toEqual(failure('M_NOT_FOUND', 404));
    await expect(repository.complete(alice, SERVER, 'unknown', content('x'))).rejects.toEqual(failure('M_NOT_FOUND', 404));
  });
});

describe('a download', () => {
  test('waits for content that is on its way', async () => {
    const alice = user();
    const id = idOf((await repository.reserve(alice)).content_uri);
    const waiting = [repository.find(SERVER, id, { waitMs: 10_000 }), repository.find(SERVER, id, { waitMs: undefined })];
    await repository.complete(alice, SERVER, id, content('at last'));
    expect((await Promise.all(waiting)).map(({ size }) => size)).toEqual([7, 7]);
  });

  test('does not wait longer than it wants to', async () => {
    const id = idOf((await repository.reserve(user())).content_uri);
    for (const waitMs of [0, -1]) await expect(repository.find(SERVER, id, { waitMs: waitMs })).rejects.toEqual(failure('M_NOT_YET_UPLOADED', 504));
  });

  test.each(['unknown', '', '../../signing.key', 'a/b', '%2e%2e', 'ä', 'x'.repeat(256)])('of %j finds nothing', async (id) => {
    await expect(repository.find(SERVER, id, { waitMs: 0 })).rejects.toEqual(failure('M_NOT_FOUND', 404));
  });

  test('of other servers, or in quarantine, finds nothing', async () => {
    const id = idOf(await repository.upload(user(), content('bad')));
    await expect(repository.find('elsewhere.example', id, { waitMs: 0 })).rejects.toEqual(failure('M_NOT_FOUND', 404));
    await database.db.query(quarantine, [id]);
    await expect(repository.find(SERVER, id, { waitMs: 0 })).rejects.toEqual(failure('M_NOT_FOUND', 404));
  });
});
