/// <reference lib="webworker" />
/**
 * Keeps the app itself for when there is no network, and serves media at `media/...` with the token of the account that asks.
 * It never touches requests to homeservers: /sync is not cached, and no token is kept here.
 */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: readonly { readonly url: string; readonly revision: string }[];

const SHELL = `shell-${hash(__FILES__.map(({ url, revision }) => url + revision).join())}`;
const MEDIA = 'media';
const scope = new URL(self.registration.scope);
/** Caches take http(s) only. In the desktop client's own scheme the files are on the disk anyway. */
const keeps = scope.protocol.startsWith('http');
const precached = new Set(__FILES__.map(({ url }) => new URL(url, scope).pathname));
/** Thumbnails that are kept for offline; whole files are not. */
const MOST_MEDIA = 2_000;
const ASK_TIMEOUT_MS = 5_000;
const TOKEN_KEPT_MS = 60_000;
const SHOWN = /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp|apng)|video\/|audio\/)/;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      if (keeps) {
        const cache = await caches.open(SHELL);
        await cache.addAll(__FILES__.map(({ url }) => new Request(new URL(url, scope), { cache: 'no-cache' })));
        await cache.add(new Request(scope, { cache: 'no-cache' }));
      }
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // The files of the build before stay for windows that still run it.
      const shells = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== SHELL);
      await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('message', (event) => {
  const { type, accountKey } = (event.data ?? {}) as { type?: string; accountKey?: string };
  if (type === 'forget-account' && accountKey !== undefined) event.waitUntil(forgetAccount(accountKey));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== scope.origin || event.request.method !== 'GET') return;
  if (url.pathname.startsWith(`${scope.pathname}media/`)) {
    event.respondWith(media(event, url));
  } else if (!keeps) {
    return;
  } else if (event.request.mode === 'navigate' && (url.pathname === scope.pathname || url.pathname === `${scope.pathname}index.html`)) {
    event.respondWith(page(event.request));
  } else if (precached.has(url.pathname) || url.pathname.startsWith(`${scope.pathname}assets/`)) {
    event.respondWith(file(event.request));
  }
});

/** The newest page where the server answers soon, else the one that is kept. */
async function page(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    if (response.ok) return response;
  } catch {
    // No network, or a server that is too slow.
  }
  return (await caches.match(scope)) ?? Response.error();
}

/** Files with a hash in their name never change. */
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && new URL(request.url).pathname.startsWith(`${scope.pathname}assets/`)) {
    const cache = await caches.open(SHELL);
    await cache.put(request, response.clone());
  }
  return response;
}

// --- media ---

interface Account {
  readonly baseUrl: string;
  readonly accessToken: string;
}
const accounts = new Map<string, { account: Account; until: number }>();

async function media(event: FetchEvent, url: URL): Promise<Response> {
  // As a page of its own an uploaded file would be part of this site.
  if (!['image', 'video', 'audio', ''].includes(event.request.destination)) return new Response(null, { status: 404 });
  const [accountKey, server, mediaId] = url.pathname.slice(`${scope.pathname}media/`.length).split('/');
  if (!accountKey || !server || !mediaId) return new Response(null, { status: 404 });
  const thumbnail = url.searchParams.has('width');
  const cache = keeps && thumbnail ? await caches.open(MEDIA) : undefined;
  if (cache) {
    const kept = await cache.match(event.request, { ignoreVary: true });
    if (kept) return kept;
  }
  const range = event.request.headers.get('range');
  const ask = async ({ baseUrl, accessToken }: Account): Promise<Response> =>
    fetch(`${baseUrl}/_matrix/client/v1/media/${thumbnail ? 'thumbnail' : 'download'}/${server}/${mediaId}${url.search}`, {
      headers: { authorization: `Bearer ${accessToken}`, ...(range === null ? {} : { range }) },
      credentials: 'omit',
    });
  const account = await accountOf(event.clientId, accountKey);
  if (!account) return new Response(null, { status: 401 });
  let response: Response;
  try {
    response = await ask(account);
    if (response.status === 401) {
      // The token has ended; the page may have a newer one.
      accounts.delete(accountKey);
      const renewed = await accountOf(event.clientId, accountKey);
      if (renewed && renewed.accessToken !== account.accessToken) response = await ask(renewed);
    }
  } catch {
    return Response.error();
  }
  const safe = harmless(response);
  if (cache && response.status === 200) {
    const copy = safe.clone();
    // A full disk keeps nothing, and the picture is shown all the same.
    event.waitUntil(
      cache
        .put(event.request, copy)
        .then(async () => trimMedia(cache))
        .catch(() => {}),
    );
  }
  return safe;
}

function harmless(response: Response): Response {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const headers = new Headers({
    'content-type': SHOWN.test(type) ? type : 'application/octet-stream',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  for (const name of ['content-length', 'content-range', 'accept-ranges']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(response.body, { status: response.status, headers });
}

async function accountOf(clientId: string, accountKey: string): Promise<Account | undefined> {
  const known = accounts.get(accountKey);
  if (known && known.until > Date.now()) return known.account;
  const client = await self.clients.get(clientId);
  if (!client) return undefined;
  const answer = await new Promise<Partial<Account> | undefined>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data as Partial<Account>);
    setTimeout(() => resolve(undefined), ASK_TIMEOUT_MS);
    client.postMessage({ type: 'media-account', accountKey }, [port2]);
  });
  if (typeof answer?.baseUrl !== 'string' || typeof answer.accessToken !== 'string') return undefined;
  const account = { baseUrl: answer.baseUrl, accessToken: answer.accessToken };
  accounts.set(accountKey, { account, until: Date.now() + TOKEN_KEPT_MS });
  return account;
}

async function trimMedia(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST_MEDIA)).map((key) => cache.delete(key)));
}

async function forgetAccount(accountKey: string): Promise<void> {
  accounts.delete(accountKey);
  if (!keeps) return;
  const cache = await caches.open(MEDIA);
  const prefix = `${scope.pathname}media/${accountKey}/`;
  for (const request of await cache.keys()) if (new URL(request.url).pathname.startsWith(prefix)) await cache.delete(request);
}

function hash(text: string): string {
  let value = 0;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0;
  return value.toString(36);
}
export {};
