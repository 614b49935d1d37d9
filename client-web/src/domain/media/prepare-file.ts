/**
 * A file as it is sent: its size in pixels or seconds, a small picture of it, a blur for the time before that. Needs a document.
 * What can't be read by the browser is sent as it is.
 */
import { encode } from 'blurhash';
import { safeFileName } from '../messages/safe-text.ts';
import type { OutboxFile } from '../outbox/outbox-entry.ts';
import { kindOfFile } from './shown-types.ts';

export interface PrepareOptions {
  /** As a download, whatever it is: nothing is looked at. */
  readonly asFile: boolean;
  /** Of pictures: encoded again, at most so large, without the place and camera that the original tells. */
  readonly smaller: boolean;
}

const THUMBNAIL = { width: 800, height: 600 } as const;
/** Bytes; a picture of more gets a thumbnail, however few its pixels are. */
const HEAVY = 600_000;
const SMALLER = 1_920;
const QUALITY = 0.82;
const BLUR = { size: 32, x: 4, y: 3 } as const;
const PATIENCE_MS = 8_000;

export async function prepareFile(file: File, { asFile, smaller }: PrepareOptions): Promise<OutboxFile> {
  const plain: OutboxFile = {
    blob: file,
    name: safeFileName(file.name, 'file'),
    mimetype: file.type || 'application/octet-stream',
    width: undefined,
    height: undefined,
    durationMs: undefined,
    thumbnail: undefined,
    blurhash: undefined,
  };
  if (asFile) return plain;
  try {
    switch (kindOfFile(file.type)) {
      case 'image':
        return await preparePicture(smaller ? await makeSmaller(plain) : plain);
      case 'video':
        return await prepareVideo(plain);
      case 'audio':
        return { ...plain, durationMs: (await loadMedia('audio', file, async (audio) => audio.duration)) * 1000 };
      default:
        return plain;
    }
  } catch {
    return plain;
  }
}

async function preparePicture(file: OutboxFile): Promise<OutboxFile> {
  const bitmap = await createImageBitmap(file.blob);
  try {
    const { width, height } = bitmap;
    const big = width > THUMBNAIL.width || height > THUMBNAIL.height || file.blob.size > HEAVY;
    // A moving picture would stand still in a thumbnail.
    const thumbnail = big && file.mimetype !== 'image/gif' ? await thumbnailOf(bitmap, width, height, file.mimetype === 'image/jpeg') : undefined;
    return { ...file, width, height, blurhash: blurOf(bitmap, width, height), thumbnail };
  } finally {
    bitmap.close();
  }
}

async function makeSmaller(file: OutboxFile): Promise<OutboxFile> {
  const bitmap = await createImageBitmap(file.blob);
  try {
    const size = within(bitmap.width, bitmap.height, SMALLER, SMALLER);
    const type = file.mimetype === 'image/jpeg' ? 'image/jpeg' : 'image/webp';
    const blob = await toBlob(draw(bitmap, size), type);
    const extension = blob.type === 'image/jpeg' ? 'jpg' : blob.type.slice('image/'.length);
    return { ...file, blob, mimetype: blob.type, name: `${file.name.replace(/\.[^.]{1,5}$/, '')}.${extension}` };
  } finally {
    bitmap.close();
  }
}

async function prepareVideo(file: OutboxFile): Promise<OutboxFile> {
  return loadMedia('video', file.blob, async (video) => {
    const { videoWidth: width, videoHeight: height, duration } = video;
    const known = {
      ...file,
      width: width || undefined,
      height: height || undefined,
      durationMs: Number.isFinite(duration) ? duration * 1000 : undefined,
    };
    if (!width || !height) return known;
    // The first picture is often black.
    video.currentTime = Math.min(1, (duration || 0) / 4);
    await once(video, 'seeked');
    return { ...known, thumbnail: await thumbnailOf(video, width, height, true), blurhash: blurOf(video, width, height) };
  });
}

async function loadMedia<Kind extends 'audio' | 'video', Result>(
  kind: Kind,
  blob: Blob,
  read: (element: HTMLElementTagNameMap[Kind]) => Promise<Result>,
): Promise<Result> {
  const element = document.createElement(kind);
  const url = URL.createObjectURL(blob);
  try {
    element.muted = true;
    element.preload = 'auto';
    element.src = url;
    await once(element, kind === 'video' ? 'loadeddata' : 'loadedmetadata');
    return await read(element);
  } finally {
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(url);
  }
}

async function once(element: HTMLMediaElement, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${event}`)), PATIENCE_MS);
    element.addEventListener(event, () => (clearTimeout(late), resolve()), { once: true });
    element.addEventListener('error', () => (clearTimeout(late), reject(new Error('not readable'))), { once: true });
  });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function within(width: number, height: number, mostWidth: number, mostHeight: number): Size {
  const factor = Math.min(1, mostWidth / width, mostHeight / height);
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function draw(source: CanvasImageSource, { width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: width <= BLUR.size })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

async function toBlob(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), type, QUALITY);
  });
}

/** JPEG where nothing can shine through; else WebP, which a browser without it makes a PNG. */
async function thumbnailOf(source: CanvasImageSource, width: number, height: number, opaque: boolean): Promise<OutboxFile['thumbnail']> {
  const size = within(width, height, THUMBNAIL.width, THUMBNAIL.height);
  return { blob: await toBlob(draw(source, size), opaque ? 'image/jpeg' : 'image/webp'), ...size };
}

function blurOf(source: CanvasImageSource, width: number, height: number): string {
  const size = within(width, height, BLUR.size, BLUR.size);
  const context = draw(source, size).getContext('2d')!;
  return encode(context.getImageData(0, 0, size.width, size.height).data, size.width, size.height, BLUR.x, BLUR.y);
}
