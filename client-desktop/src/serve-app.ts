/**
 * Answers `nexuscomm://app/...` with the built web client. What there is was listed at the start, so a request looks a path
 * up among that and leads nowhere else.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

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
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

/** As the homeserver sends them with the same files; a test holds the two together. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
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
};

export type ServeApp = (request: Pick<Request, 'method' | 'url'>) => Promise<Response>;

export async function serveApp(directory: string): Promise<ServeApp> {
  const files = new Map<string, { readonly path: string; readonly type: string }>();
  for (const name of await namesIn(directory)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(`/${name.split('/').map(encodeURIComponent).join('/')}`, { path: join(directory, name), type });
  }
  const index = files.get('/index.html');
  if (!index) throw new Error(`There is no index.html in ${directory}: build the web client first (node client-web/build.ts).`);
  files.set('/', index);
  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return new Response(null, { status: 405, headers: SECURITY_HEADERS });
    const file = files.get(new URL(url).pathname);
    if (!file) return new Response(null, { status: 404, headers: SECURITY_HEADERS });
    const headers = { ...SECURITY_HEADERS, 'Content-Type': file.type, 'Cache-Control': 'no-cache' };
    return new Response(method === 'HEAD' ? null : new Uint8Array(await readFile(file.path)), { headers });
  };
}

/** Visible files by their path inside. Links are not followed, since they may lead out. */
async function namesIn(directory: string, folder = ''): Promise<string[]> {
  const entries = (await readdir(join(directory, folder), { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  const inside = entries.filter((entry) => entry.isDirectory()).map(async ({ name }) => namesIn(directory, `${folder}${name}/`));
  return [...entries.filter((entry) => entry.isFile()).map(({ name }) => folder + name), ...(await Promise.all(inside)).flat()];
}
