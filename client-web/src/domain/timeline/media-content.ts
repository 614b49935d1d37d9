/** `m.image`, `m.video`, `m.audio`, `m.file` and stickers as plain data; undefined if there is nothing to show. */
import { safeFileName } from '../messages/safe-text.ts';
import type { EncryptedFile, MediaContent } from './timeline-item.ts';

const KINDS: Readonly<Record<string, MediaContent['kind']>> = {
  'm.image': 'image',
  'm.video': 'video',
  'm.audio': 'audio',
  'm.file': 'file',
  sticker: 'sticker',
};

export function mediaOf(content: Readonly<Record<string, unknown>>): MediaContent | undefined {
  const kind = KINDS[String(content['msgtype'])];
  const mxc = mxcOf(content['url']);
  const file = encryptedFile(content['file']);
  if (kind === undefined || (mxc === undefined && file === undefined)) return undefined;
  const info = record(content['info']);
  const body = text(content['body']) ?? '';
  const filename = text(content['filename']);
  // With a filename that differs, the body is a caption (spec: "Media captions").
  const caption = filename !== undefined && filename !== body && body !== '';
  const html = content['format'] === 'org.matrix.custom.html' ? text(content['formatted_body']) : undefined;
  return {
    kind,
    mxc,
    file,
    thumbnailMxc: mxcOf(info['thumbnail_url']),
    thumbnailFile: encryptedFile(info['thumbnail_file']),
    name: safeFileName(filename ?? body, 'file'),
    mimetype: text(info['mimetype']) ?? 'application/octet-stream',
    bytes: count(info['size']),
    width: count(info['w']),
    height: count(info['h']),
    durationMs: count(info['duration']),
    blurhash: text(info['xyz.amorgan.blurhash']) ?? text(info['blurhash']),
    voice: 'org.matrix.msc3245.voice' in content || 'm.voice' in content,
    caption: caption ? { body, html } : undefined,
  };
}

const record = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const count = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined);
const mxcOf = (value: unknown): string | undefined => (typeof value === 'string' && /^mxc:\/\/[^/\s]+\/[\w.~-]+$/.test(value) ? value : undefined);

function encryptedFile(value: unknown): EncryptedFile | undefined {
  const { url, key, iv, hashes, v } = record(value);
  if (mxcOf(url) === undefined || typeof key !== 'object' || key === null || typeof iv !== 'string') return undefined;
  return { url: url as string, key: key as JsonWebKey, iv, hashes: record(hashes) as Record<string, string>, v: text(v) ?? 'v2' };
}
