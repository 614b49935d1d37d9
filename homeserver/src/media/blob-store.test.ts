import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { BlobStore } from './blob-store.ts';

let directory: string;
let blobs: BlobStore;
const LIMIT = 10;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-blobs-'));
  blobs = await BlobStore.open(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (...chunks: string[]): ReturnType<BlobStore['write']> => blobs.write(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), LIMIT);
const incoming = (): Promise<string[]> => readdir(join(directory, 'incoming'));
const sha256Of = (content: string): string => createHash('sha256').update(content).digest('hex');

describe('a file', () => {
  test('is kept under the SHA-256 of its content, in two levels of directories', async () => {
    const sha256 = sha256Of('hello');
    expect(await write('hel', 'lo')).toEqual({ sha256, size: 5 });
    expect(blobs.path(sha256)).toBe(join(directory, 'files', sha256.slice(0, 2), sha256.slice(2, 4), sha256.slice(4)));
    expect(await readFile(blobs.path(sha256), 'utf8')).toBe('hello');
    expect(await incoming()).toEqual([]);
  });

  test('is kept once, however often it is written', async () => {
    const written = await Promise.all([write('same'), write('same'), write('same')]);
    expect(new Set(written.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await readFile(blobs.path(sha256Of('same')), 'utf8')).toBe('same');
  });

  test('may be empty, and as large as the limit', async () => {
    expect((await write()).size).toBe(0);
    expect(await text(await blobs.read(blobs.path(sha256Of('')), undefined))).toBe('');
    expect((await write('0123456789')).size).toBe(LIMIT);
  });

  test('is read in parts', async () => {
    const { sha256 } = await write('0123456789');
    expect(await text(await blobs.read(blobs.path(sha256), { start: 2, end: 4 }))).toBe('234');
    expect(await blobs.size(blobs.path(sha256))).toBe(10);
  });

  test('that is lost is found out before it is read', async () => {
    const path = blobs.path(sha256Of('nothing'));
    expect(await blobs.size(path)).toBeUndefined();
    await expect(blobs.read(path, undefined)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('nothing is left of an upload', () => {
  test('that is too large, and the rest of it is not read', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        given++;
        yield Buffer.alloc(4);
      }
    }
    await expect(blobs.write(endless(), LIMIT)).rejects.toMatchObject({ errcode: 'M_TOO_LARGE', status: 413 });
    expect(given).toBe(3);
    expect(await incoming()).toEqual([]);
    expect(await readdir(directory)).toEqual(['incoming']);
  });

  test('that breaks off', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    await expect(blobs.write(broken(), LIMIT)).rejects.toMatchObject({ errcode: 'M_UNKNOWN', status: 400 });
    expect(await incoming()).toEqual([]);
  });

  test('that a killed process was receiving', async () => {
    await writeFile(join(directory, 'incoming', 'left'), 'half');
    await BlobStore.open(directory);
    expect(await incoming()).toEqual([]);
  });
});

test('deleting takes the thumbnails along, and no others', async () => {
  const { sha256 } = await write('picture');
  const mine = `${sha256}-96x96-crop.png`;
  // Same directory, another file.
  const other = `${sha256.slice(0, 4)}${'0'.repeat(60)}-96x96-crop.png`;
  for (const name of [mine, other]) await blobs.writeDerived(name, Buffer.from('small'));
  await blobs.delete(sha256);
  expect(await blobs.size(blobs.path(sha256))).toBeUndefined();
  expect(await blobs.size(blobs.derivedPath(mine))).toBeUndefined();
  expect(await blobs.size(blobs.derivedPath(other))).toBe(5);
  await blobs.delete(sha256);
  await blobs.delete(sha256Of('never there'));
});
