import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { BlobStore } from './blob-store.ts';
import type { Media } from './media-repository.ts';
import { Thumbnails, chooseSize, parseThumbnailRequest, type ThumbnailFile, type ThumbnailRequest } from './thumbnails.ts';

let directory: string;
let blobs: BlobStore;
let thumbnails: Thumbnails;
const MAX_PIXELS = 250_000;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexuscomm-thumbnails-'));
  blobs = await BlobStore.open(directory);
  thumbnails = new Thumbnails({ blobs, maxPixels: MAX_PIXELS });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const crop = (width: number, height: number, animated = false): ThumbnailRequest => ({ width, height, method: 'crop', animated });
const scale = (width: number, height: number): ThumbnailRequest => ({ width, height, method: 'scale', animated: false });

async function media(content: Uint8Array, contentType: string): Promise<Media> {
  return { ...(await blobs.write(Readable.from([content]), 10_000_000)), contentType, fileName: undefined };
}
const picture = (width: number, height: number, red = 200): Sharp =>
  sharp({ create: { width, height, channels: 3, background: { r: red, g: 255 - red, b: 60 } } });
/** The frames differ, or the encoder would make one of them. */
async function animation(width: number, height: number, frames: number): Promise<Buffer> {
  const pictures = await Promise.all(
    Array.from({ length: frames }, (_, i) =>
      picture(width, height, Math.round((i * 255) / frames))
        .png()
        .toBuffer(),
    ),
  );
  return sharp(pictures, { join: { animated: true } })
    .gif()
    .toBuffer();
}
/** Marked as an animation, as the PNG specification (third edition) has it: acTL after IHDR. */
function markAsAnimated(png: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.from('acTL'), Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])]);
  const framed = Buffer.alloc(4 + chunk.length + 4);
  framed.writeUInt32BE(8, 0);
  chunk.copy(framed, 4);
  framed.writeUInt32BE(crc32(chunk), 4 + chunk.length);
  const afterHeader = 8 + 25;
  return Buffer.concat([png.subarray(0, afterHeader), framed, png.subarray(afterHeader)]);
}
async function seen(file: ThumbnailFile): Promise<{ type: string; size: [number, number]; frames: number }> {
  const { width, height, pageHeight, pages = 1 } = await sharp(file.path, { animated: true }).metadata();
  return { type: file.contentType, size: [width, pageHeight ?? height], frames: pages };
}

describe('the size made', () => {
  test.each([
    [crop(1, 1), crop(32, 32)],
    [crop(32, 32), crop(32, 32)],
    [crop(33, 33), crop(96, 96)],
    [crop(97, 97), crop(97, 97)],
    [crop(32, 16), crop(32, 16)],
    [scale(1, 1), scale(320, 240)],
    [scale(320, 241), scale(640, 480)],
    [scale(641, 480), scale(800, 600)],
    [scale(801, 1), scale(832, 64)],
    [scale(2048, 2048), scale(2048, 2048)],
  ])('for %j is %j', (asked, made) => expect(chooseSize(asked)).toEqual(made));

  test('is never smaller than what was asked for', () => {
    for (let side = 1; side <= 2048; side += 7) {
      for (const request of [crop(side, side), scale(side, 100), scale(100, side)]) {
        const made = chooseSize(request);
        expect(made.width).toBeGreaterThanOrEqual(request.width);
        expect(made.height).toBeGreaterThanOrEqual(request.height);
      }
    }
  });

  test('must make sense', () => {
    expect(parseThumbnailRequest({ width: 10, height: 20 })).toEqual(scale(10, 20));
    expect(parseThumbnailRequest({ width: 1e9, height: 1 })).toEqual(scale(2048, 1));
    for (const query of [
      { width: 0, height: 1 },
      { width: 1, height: -1 },
      { width: 1, height: 1, method: 'stretch' },
    ]) {
      expect(() => parseThumbnailRequest(query)).toThrow(expect.objectContaining({ errcode: 'M_INVALID_PARAM', status: 400 }));
    }
  });
});

describe('a thumbnail', () => {
  test('is made once and kept', async () => {
    const content = await media(await picture(400, 200).jpeg().toBuffer(), 'image/jpeg');
    const [first, same] = await Promise.all([thumbnails.get(content, crop(96, 96)), thumbnails.get(content, crop(90, 90))]);
    expect(await seen(first)).toEqual({ type: 'image/jpeg', size: [96, 96], frames: 1 });
    expect(same).toEqual(first);
    await utimes(first.path, 1, 1);
    expect(await thumbnails.get(content, crop(96, 96))).toEqual(first);
    expect((await stat(first.path)).mtimeMs).toBe(1000);
  });

  test('never grows: a small image is given as it is', async () => {
    const content = await media(await picture(20, 10).png().toBuffer(), 'image/png');
    expect(await thumbnails.get(content, scale(640, 480))).toMatchObject({
      path: blobs.path(content.sha256),
      contentType: 'image/png',
      size: content.size,
    });
  });

  test('stands upright', async () => {
    const content = await media(await picture(400, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer(), 'image/jpeg');
    expect((await seen(await thumbnails.get(content, scale(320, 240)))).size).toEqual([120, 240]);
  });

  test('has a type that every client knows', async () => {
    const content = await media(await picture(20, 10).avif().toBuffer(), 'image/avif');
    expect(await seen(await thumbnails.get(content, scale(320, 240)))).toEqual({ type: 'image/jpeg', size: [20, 10], frames: 1 });
  });

  test('of what is not an image is refused', async () => {
    for (const content of ['', 'text', '<html></html>', '\u0089PNG']) {
      await expect(thumbnails.get(await media(Buffer.from(content), 'image/png'), crop(32, 32))).rejects.toMatchObject({
        errcode: 'M_UNKNOWN',
        status: 400,
      });
    }
  });

  test('of a truncated image is refused', async () => {
    const whole = await picture(400, 400).png({ compressionLevel: 0 }).toBuffer();
    await expect(thumbnails.get(await media(whole.subarray(0, whole.length / 2), 'image/png'), crop(32, 32))).rejects.toMatchObject({
      errcode: 'M_UNKNOWN',
      status: 400,
    });
  });

  test('of a drawing stays lossless, of a photograph does not', async () => {
    const drawing = await media(await picture(400, 400).png().toBuffer(), 'image/png');
    expect(await seen(await thumbnails.get(drawing, crop(96, 96)))).toMatchObject({ type: 'image/png' });
    const noise = {
      create: { width: 400, height: 400, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
    } as const;
    const photograph = await media(await sharp(noise).png().toBuffer(), 'image/png');
    expect(await seen(await thumbnails.get(photograph, crop(300, 300)))).toMatchObject({ type: 'image/jpeg' });
  });

  test('of too many pixels is refused', async () => {
    const content = await media(await picture(501, 500).png().toBuffer(), 'image/png');
    await expect(thumbnails.get(content, crop(32, 32))).rejects.toMatchObject({ errcode: 'M_TOO_LARGE', status: 413 });
  });

  test('of a lost file is a fault of the server', async () => {
    const content = await media(await picture(400, 300).png().toBuffer(), 'image/png');
    await blobs.delete(content.sha256);
    await expect(thumbnails.get(content, crop(32, 32))).rejects.toThrow(/is gone/);
  });

  test('that is kept does not wait for those that are made', async () => {
    const kept = await media(await picture(300, 301).png().toBuffer(), 'image/png');
    await thumbnails.get(kept, crop(96, 96));
    const sources = await Promise.all(
      [401, 402, 403, 404, 405, 406].map(async (side) => media(await picture(side, side).png().toBuffer(), 'image/png')),
    );
    let made = 0;
    const jobs = sources.map((source) => thumbnails.get(source, crop(300, 300)).then(() => made++));
    await thumbnails.get(kept, crop(96, 96));
    // In line behind them it would come when all but the last are made.
    expect(made).toBeLessThan(sources.length / 2);
    await Promise.all(jobs);
    expect(made).toBe(sources.length);
  });
});

describe('an animation', () => {
  test('moves if that is asked for', async () => {
    const content = await media(await animation(200, 200, 3), 'image/gif');
    expect(await seen(await thumbnails.get(content, crop(96, 96, true)))).toEqual({ type: 'image/webp', size: [96, 96], frames: 3 });
    expect(await seen(await thumbnails.get(content, crop(96, 96)))).toMatchObject({ size: [96, 96], frames: 1 });
  });

  test('that is small stands still too, unless it is to move', async () => {
    const content = await media(await animation(20, 20, 3), 'image/gif');
    expect(await seen(await thumbnails.get(content, crop(96, 96)))).toMatchObject({ size: [20, 20], frames: 1 });
    expect((await thumbnails.get(content, crop(96, 96, true))).path).toBe(blobs.path(content.sha256));
  });

  test('as PNG stands still unless it is to move', async () => {
    const content = await media(markAsAnimated(await picture(20, 20).png().toBuffer()), 'image/png');
    expect((await thumbnails.get(content, crop(96, 96))).path).not.toBe(blobs.path(content.sha256));
    expect((await thumbnails.get(content, crop(96, 96, true))).path).toBe(blobs.path(content.sha256));
  });

  test('has as many frames as there may be pixels, or stands still', async () => {
    const long = await media(await animation(200, 200, 10), 'image/gif');
    expect((await seen(await thumbnails.get(long, crop(96, 96, true)))).frames).toBe(Math.floor(MAX_PIXELS / 40_000));
    const large = await media(await animation(400, 400, 3), 'image/gif');
    expect(await seen(await thumbnails.get(large, crop(96, 96, true)))).toMatchObject({ size: [96, 96], frames: 1 });
  });
});
