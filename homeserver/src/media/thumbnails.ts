/** Thumbnails of images, made when first asked for and kept beside the files. */
import { buffer } from 'node:stream/consumers';
import { MatrixError, invalidParam } from '@nexuscomm/spec/errors.ts';
import type { Metadata, Sharp, SharpConstructor, SharpOptions } from 'sharp';
import type { BlobStore } from './blob-store.ts';
import type { Media } from './media-repository.ts';

export interface ThumbnailRequest {
  readonly width: number;
  readonly height: number;
  readonly method: 'crop' | 'scale';
  readonly animated: boolean;
}

/** A file to serve: a thumbnail, or the image itself where that is small enough. */
export interface ThumbnailFile {
  readonly path: string;
  readonly contentType: string;
  readonly size: number;
  readonly etag: string;
}

/** What most clients ask for (Client-Server API, "Thumbnails"), smallest first. */
const USUAL: readonly Omit<ThumbnailRequest, 'animated'>[] = [
  { width: 32, height: 32, method: 'crop' },
  { width: 96, height: 96, method: 'crop' },
  { width: 320, height: 240, method: 'scale' },
  { width: 640, height: 480, method: 'scale' },
  { width: 800, height: 600, method: 'scale' },
];
const MAX_SIDE = 2048;
/** Other sizes are rounded up, so that nobody fills the disk with all of them. */
const SIDE_STEP = 64;
const JOBS_AT_ONCE = 2;
const JPEG_QUALITY = 80;
const WEBP_QUALITY = 75;
/** A PNG is mostly a drawing or a screenshot, on which JPEG shows: it stays lossless up to so many bytes, or so many times JPEG's. */
const LOSSLESS_BYTES = 32_768;
const LOSSLESS_TIMES = 1.5;
const TYPES = ['jpeg', 'png', 'webp'] as const;
type ThumbnailType = (typeof TYPES)[number];
const MAX_ANIMATION_FRAMES = 100;
/** An animated PNG says so before its first picture (chunk acTL). */
const PNG_HEAD_BYTES = 65_536;

export function parseThumbnailRequest(query: {
  width: number;
  height: number;
  method?: string | undefined;
  animated?: boolean | undefined;
}): ThumbnailRequest {
  const { width, height, method = 'scale', animated = false } = query;
  if (width < 1 || height < 1) throw invalidParam('width and height must be above 0.');
  if (method !== 'crop' && method !== 'scale') throw invalidParam('method must be crop or scale.');
  return { width: Math.min(width, MAX_SIDE), height: Math.min(height, MAX_SIDE), method, animated };
}

/** The size to make: the smallest usual one that is not smaller than what was asked for. */
export function chooseSize(request: ThumbnailRequest): ThumbnailRequest {
  const usual = USUAL.find((size) => {
    if (size.method !== request.method || size.width < request.width || size.height < request.height) return false;
    return size.method === 'scale' || size.width * request.height === size.height * request.width;
  });
  if (usual) return { ...usual, animated: request.animated };
  const round = (side: number): number => Math.min(MAX_SIDE, Math.ceil(side / SIDE_STEP) * SIDE_STEP);
  return request.method === 'scale' ? { ...request, width: round(request.width), height: round(request.height) } : request;
}

export class Thumbnails {
  readonly #blobs: BlobStore;
  readonly #maxPixels: number;
  readonly #making = new Map<string, Promise<ThumbnailFile>>();
  #running = 0;
  readonly #queue: (() => void)[] = [];

  constructor(options: { blobs: BlobStore; maxPixels: number }) {
    this.#blobs = options.blobs;
    this.#maxPixels = options.maxPixels;
  }

  async get(media: Media, request: ThumbnailRequest): Promise<ThumbnailFile> {
    const size = chooseSize(request);
    const name = `${media.sha256}-${size.width}x${size.height}-${size.method}${size.animated ? '-animated' : ''}`;
    // Whoever asks for what is being made waits for it.
    const making = this.#making.get(name) ?? this.#keptOrMade(media, size, name).finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  /** What is kept is not kept waiting behind what has to be made. */
  async #keptOrMade(media: Media, size: ThumbnailRequest, name: string): Promise<ThumbnailFile> {
    for (const type of TYPES) {
      const path = this.#blobs.derivedPath(`${name}.${type}`);
      const bytes = await this.#blobs.size(path);
      if (bytes !== undefined) return fileOf(path, `image/${type}`, bytes, name);
    }
    return this.#inTurn(() => this.#make(media, size, name));
  }

  async #make(media: Media, size: ThumbnailRequest, name: string): Promise<ThumbnailFile> {
    // Loaded when first needed: the library takes memory that a server without images has no use for.
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    sharp.concurrency(1);
    const source = this.#blobs.path(media.sha256);
    if ((await this.#blobs.size(source)) === undefined) throw new Error(`the file of media content ${media.sha256} is gone: ${source}`);
    const options: SharpOptions = { limitInputPixels: this.#maxPixels, failOn: 'error', animated: false };
    const metadata = await sharp(source, options)
      .metadata()
      .catch((error: unknown) => {
        throw notAnImage(error);
      });
    const { width, height } = uprightSize(metadata);
    if (width * height > this.#maxPixels)
      throw new MatrixError('M_TOO_LARGE', 413, `Images of more than ${this.#maxPixels} pixels are not scaled here.`);
    const small = width <= size.width && height <= size.height;
    const original = small && isWebImage(media.contentType) && (size.animated || !(await this.#moves(source, metadata)));
    if (original) return fileOf(source, media.contentType, media.size, media.sha256);
    const frames = Math.min(metadata.pages ?? 1, MAX_ANIMATION_FRAMES, Math.floor(this.#maxPixels / (width * height)));
    const animated = size.animated && frames > 1;
    const image = sharp(source, { ...options, animated, ...(animated ? { pages: frames } : {}) });
    const scaled = image
      .autoOrient()
      .resize({ width: size.width, height: size.height, fit: size.method === 'crop' ? 'cover' : 'inside', withoutEnlargement: true });
    const { type, bytes } = await encode(sharp, scaled, { animated, ...metadata }).catch((error: unknown) => {
      throw notAnImage(error);
    });
    await this.#blobs.writeDerived(`${name}.${type}`, bytes);
    return fileOf(this.#blobs.derivedPath(`${name}.${type}`), `image/${type}`, bytes.length, name);
  }

  /** Whether the image is an animation, which is not to be given to who did not ask for one. */
  async #moves(source: string, { pages = 1, format }: Metadata): Promise<boolean> {
    if (format !== 'png') return pages > 1;
    return (await buffer(await this.#blobs.read(source, { start: 0, end: PNG_HEAD_BYTES - 1 }))).includes('acTL');
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < JOBS_AT_ONCE) this.#running++;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so that nobody takes it in between.
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

/** The types that thumbnails may have (Client-Server API, "Download a thumbnail of content"). */
const isWebImage = (type: string): boolean => /^image\/(jpeg|png|gif|webp|apng)$/.test(type);

/** Cameras turn pictures by a mark in the file (Exif orientation 5 to 8: by a quarter). */
function uprightSize({ width, height, orientation = 1 }: Metadata): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function notAnImage(error: unknown): MatrixError {
  const tooBig = error instanceof Error && error.message.includes('pixel limit');
  if (tooBig) return new MatrixError('M_TOO_LARGE', 413, 'The image has too many pixels to be scaled here.');
  return new MatrixError('M_UNKNOWN', 400, 'There is no thumbnail of this: it is not an image that this server can read.');
}

const fileOf = (path: string, contentType: string, size: number, etag: string): ThumbnailFile => ({ path, contentType, size, etag });

async function encode(
  sharp: SharpConstructor,
  scaled: Sharp,
  { animated, hasAlpha, format }: { readonly animated: boolean; readonly hasAlpha?: boolean; readonly format?: string },
): Promise<{ type: ThumbnailType; bytes: Buffer }> {
  if (animated) return { type: 'webp', bytes: await scaled.webp({ quality: WEBP_QUALITY }).toBuffer() };
  if (hasAlpha === true) return { type: 'png', bytes: await scaled.png().toBuffer() };
  if (format !== 'png') return { type: 'jpeg', bytes: await scaled.jpeg({ quality: JPEG_QUALITY }).toBuffer() };
  // Read and scaled once, however it is kept.
  const { data, info } = await scaled.raw().toBuffer({ resolveWithObject: true });
  const pixels = sharp(data, { raw: info });
  const jpeg = await pixels.clone().jpeg({ quality: JPEG_QUALITY }).toBuffer();
  const png = await pixels.clone().png().toBuffer();
  return png.length <= Math.max(LOSSLESS_BYTES, jpeg.length * LOSSLESS_TIMES) ? { type: 'png', bytes: png } : { type: 'jpeg', bytes: jpeg };
}
