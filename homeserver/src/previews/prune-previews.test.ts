/** Old previews go, with images that nothing else has. */
import { expect, test } from '@jest/globals';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '../../testing/test-database.ts';
import { BlobStore } from '../media/blob-store.ts';
import { MediaRepository } from '../media/media-repository.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { sql } from '../storage/database.ts';
import { prunePreviews } from './prune-previews.ts';

const insert = sql('test_preview_insert', `insert into url_preview (url, json, media_id, fetched, expires) values ($1, '{}', $2, $3, $3)`);
const selectUrls = sql('test_preview_urls', 'select url from url_preview');
const insertMedia = sql('test_media_copy', `insert into media (id, user_nid, created, sha256) select 'mine', 7, 0, sha256 from media where id = $1`);
const selectHash = sql('test_media_hash', 'select sha256 from media where id = $1');
const DAY = 86_400_000;

test('previews, images and files', async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const directory = await mkdtemp(join(tmpdir(), 'nexuscomm-previews-'));
  try {
    const blobs = await BlobStore.open(directory);
    let now = Date.now();
    const limits = { maxUploadBytes: 100, pendingLifetimeMs: 1, maxPending: 1, downloadTimeoutMs: 1 };
    const repository = new MediaRepository({ db, blobs, serverName: 'localhost' as ServerName, now: () => now, ...limits });
    const images = await Promise.all(['old', 'old and shared', 'new'].map((text) => repository.keep(Buffer.from(text), 'image/png')));
    const [old, shared, fresh] = images as unknown as [{ id: string }, { id: string }, { id: string }];
    expect((await repository.keep(Buffer.from('old'), 'image/png')).id).toBe(old.id); // the same image once
    await db.query(insertMedia, [shared.id]);
    for (const [i, { id }] of images.entries()) await db.query(insert, [`http://${i}.example/`, id, id === fresh.id ? now + 10 * DAY : now]);
    const paths = await Promise.all(images.map(async ({ id }) => blobs.path((await db.query<{ sha256: string }>(selectHash, [id]))[0]!.sha256)));
    for (const path of paths) await utimes(path, 0, 0);
    now += 11 * DAY;
    await prunePreviews(db, blobs, { before: now - 5 * DAY, now });
    expect((await db.query<{ url: string }>(selectUrls)).map((row) => row.url)).toEqual(['http://2.example/']);
    expect(await Promise.all(paths.map(async (path) => (await blobs.size(path)) !== undefined))).toEqual([false, true, true]);
    await expect(repository.find('localhost', old.id)).rejects.toMatchObject({ errcode: 'M_NOT_FOUND' });
    expect((await repository.find('localhost', fresh.id)).size).toBe(3);
  } finally {
    await rm(directory, { recursive: true });
  }
});
