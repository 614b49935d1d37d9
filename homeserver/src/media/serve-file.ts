/** How files are answered: safely for browsers, in ranges, and not again to those who have them. */
import type { IncomingHttpHeaders } from 'node:http';
import { Reply } from '../http/handler.ts';
import type { BlobStore } from './blob-store.ts';

export interface ServedFile {
  readonly path: string;
  readonly size: number;
  readonly contentType: string;
  readonly fileName: string | undefined;
  /** names the content: it never changes */
  readonly etag: string;
}

/** Types that browsers may show in place (Client-Server API, "Serving inline content"). */
const INLINE = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
]);
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w-]+=("[^"\\\r\n]*"|[\w.+:/-]+))*$/;
const DEFAULT_TYPE = 'application/octet-stream';
const POLICY =
  "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';";

/** The type to store of what a client says; anything that is not a media type counts as bytes. */
export const cleanContentType = (text: string | undefined): string =>
  text !== undefined && text.length <= 255 && CONTENT_TYPE.test(text) ? text : DEFAULT_TYPE;

/** `inline` or `attachment` with the file's name, in ASCII and as it is (RFC 6266, RFC 8187). */
export function contentDisposition(contentType: string, fileName: string | undefined): string {
  const kind = INLINE.has(contentType.split(';')[0]!.trim().toLowerCase()) ? 'inline' : 'attachment';
  if (fileName === undefined || fileName === '') return kind;
  const ascii = fileName.replaceAll(/[^\u0020-\u007e]|["\\%]/gu, '_');
  if (ascii === fileName) return `${kind}; filename="${ascii}"`;
  const encoded = encodeURIComponent(fileName.toWellFormed()).replaceAll(/['()*]/g, (c) => `%${c.codePointAt(0)!.toString(16).toUpperCase()}`);
  return `${kind}; filename="${ascii}"; filename*=utf-8''${encoded}`;
}

/** The one range of a Range header (RFC 9110, section 14); undefined: all of it; 'unsatisfiable': nothing of it is there. */
export function parseRange(header: string | undefined, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const last = size - 1;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - suffix), end: last };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? last : Math.min(Number(match[2]), last);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  return start > last ? 'unsatisfiable' : { start, end };
}

export async function serveFile(blobs: BlobStore, file: ServedFile, request: { headers: IncomingHttpHeaders; immutable: boolean }): Promise<Reply> {
  const etag = `"${file.etag}"`;
  const headers: Record<string, string> = {
    'Content-Type': file.contentType,
    'Content-Disposition': contentDisposition(file.contentType, file.fileName),
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Cache-Control': request.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
    'Accept-Ranges': 'bytes',
    ETag: etag,
  };
  // Compared weakly (RFC 9110, section 13.1.2): proxies that compress make the tag a weak one.
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag) || known?.includes('*')) {
    return new Reply({ status: 304, headers });
  }
  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, file.size) : undefined;
  if (range === 'unsatisfiable') return new Reply({ status: 416, headers: { 'Content-Range': `bytes */${file.size}` } });
  if (range) {
    return new Reply({
      status: 206,
      headers: {
        ...headers,
        'Content-Range': `bytes ${range.start}-${range.end}/${file.size}`,
        'Content-Length': String(range.end - range.start + 1),
      },
      body: await blobs.read(file.path, range),
    });
  }
  return new Reply({ headers: { ...headers, 'Content-Length': String(file.size) }, body: await blobs.read(file.path, undefined) });
}
