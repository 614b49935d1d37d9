/**
 * The web client's files, as client-web/build.ts leaves them. All of them are read at the start, so that a request looks a
 * path up among what was there then and can lead nowhere else; they are a few megabytes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context } from 'koa';

/** By the paths they are asked for. */
export type ClientFiles = ReadonlyMap<string, ClientFile>;

interface ClientFile {
  readonly type: string;
  readonly cacheControl: string;
  /** the best of these that a browser takes is sent */
  readonly variants: readonly Variant[];
}

interface Variant {
  readonly encoding: 'br' | 'gzip' | 'identity';
  readonly content: Buffer;
  /** differs by encoding, since these are different bytes */
  readonly etag: string;
}

/** Files of other types are not served: compressed ones stand for the file they were made of. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.txt': 'text/plain; charset=utf-8',
};
const SOURCE_MAP = { '.map': 'application/json' };
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
  ['identity', ''],
] as const;

/** Vite names these by their content. */
const IMMUTABLE = /^\/assets\//;
/** What the server itself answers stays its own. */
const RESERVED = /^\/(_matrix|_nexuscomm|_synapse|health$|metrics$|config\.json$)/;

const SECURITY_HEADERS = {
  // Requests go anywhere: people use the client with homeservers elsewhere.
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self' https: http: wss: ws:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Calls take camera, microphone and screen. Browsers complain of features they don't know, so only those they all do are named.
  'Permissions-Policy': [
    'camera=(self)',
    'microphone=(self)',
    'display-capture=(self)',
    ...[
      'accelerometer',
      'geolocation',
      'gyroscope',
      'hid',
      'idle-detection',
      'local-fonts',
      'magnetometer',
      'midi',
      'payment',
      'publickey-credentials-create',
      'publickey-credentials-get',
      'serial',
      'usb',
      'window-management',
      'xr-spatial-tracking',
    ].map((feature) => `${feature}=()`),
  ].join(', '),
} as const;

/** Where `npm start` builds the client. */
const BUILT = join(import.meta.dirname, '..', '..', '..', 'client-web', 'dist');

/** The client to serve: undefined if that is off, or if none was asked for and none is built. */
export async function loadClient(settings: { readonly directory?: string; readonly source_maps: boolean }): Promise<ClientFiles | undefined> {
  const { directory = BUILT } = settings;
  if (directory === 'off') return undefined;
  if (!existsSync(join(directory, 'index.html'))) {
    if (settings.directory === undefined) return undefined;
    throw new Error(`client.directory: there is no index.html in ${directory} [NEXUS_CLIENT_DIRECTORY]`);
  }
  return readClient(directory, settings.source_maps);
}

export async function readClient(directory: string, withSourceMaps: boolean): Promise<ClientFiles> {
  const types: Readonly<Record<string, string>> = withSourceMaps ? { ...TYPES, ...SOURCE_MAP } : TYPES;
  const names = new Set(await namesIn(directory));
  const files = new Map<string, ClientFile>();
  for (const name of names) {
    const type = types[extname(name)];
    const path = `/${name.split('/').map(encodeURIComponent).join('/')}`;
    if (type === undefined || RESERVED.test(path)) continue;
    const present = ENCODINGS.filter(([, suffix]) => names.has(name + suffix));
    const variants = await Promise.all(present.map(([encoding, suffix]) => readVariant(encoding, join(directory, name + suffix))));
    const cacheControl = IMMUTABLE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
    files.set(path, { type, cacheControl, variants });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

/** Visible files, by their path inside. Links are not followed, since they may lead out (as those of a recursive readdir do). */
async function namesIn(directory: string, folder = ''): Promise<string[]> {
  const entries = (await readdir(join(directory, folder), { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => namesIn(directory, `${folder}${name}/`));
  return [...entries.filter((entry) => entry.isFile()).map(({ name }) => folder + name), ...(await Promise.all(inside)).flat()];
}

async function readVariant(encoding: Variant['encoding'], path: string): Promise<Variant> {
  const content = await readFile(path);
  return { encoding, content, etag: `"${createHash('sha256').update(content).digest('base64url')}"` };
}

/** Answers with a file of the client; false if the path names none. */
export function serveClient(context: Context, files: ClientFiles): boolean {
  if (context.method !== 'GET' && context.method !== 'HEAD') return false;
  const url = context.req.url ?? '/';
  const query = url.indexOf('?');
  const file = files.get(query === -1 ? url : url.slice(0, query));
  if (!file) return false;
  const variant = file.variants.find(({ encoding }) => context.acceptsEncodings(encoding)) ?? file.variants.at(-1)!;
  context.body = variant.content;
  context.status = 200;
  context.set({ ...SECURITY_HEADERS, 'Content-Type': file.type, 'Cache-Control': file.cacheControl, ETag: variant.etag });
  if (file.variants.length > 1) context.vary('Accept-Encoding');
  if (context.fresh) context.status = 304;
  else if (variant.encoding !== 'identity') context.set('Content-Encoding', variant.encoding);
  return true;
}
