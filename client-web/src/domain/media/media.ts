/**
 * Addresses of media that `<img>` and `<video>` can use. Files of the server go through the service worker, which adds the
 * account's token (`/media/...`, same origin, so the content security policy names no other). Encrypted files are fetched and
 * decrypted here, as are all files where there is no service worker; they become `blob:` addresses, of which the oldest are freed.
 */
import type { EncryptedFile } from '../timeline/timeline-item.ts';

export interface MediaSource {
  readonly mxc: string | undefined;
  readonly file?: EncryptedFile | undefined;
  readonly mimetype?: string | undefined;
  /** For a thumbnail; in CSS pixels, multiplied by the screen's density here. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly method?: 'scale' | 'crop' | undefined;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0-1, where the server tells how much there is */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface MediaContext {
  accessTokenOf(accountKey: string): Promise<string | undefined>;
  baseUrlOf(accountKey: string): string | undefined;
}

/** Sizes that are asked for, so that caches hit. */
const SIZES = [32, 64, 96, 128, 240, 320, 480, 640, 800, 1200, 1600] as const;
const MOST_BLOBS = 300;
const MOST_DECRYPTED_BYTES = 500 * 1024 * 1024;
/** Types that may be shown; all else is only ever saved. */
const SHOWN = /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp|apng)|video\/|audio\/)/;

export class Media {
  readonly #context: MediaContext;
  readonly #blobs = new Map<string, Promise<string>>();

  constructor(context: MediaContext) {
    this.#context = context;
    globalThis.navigator?.serviceWorker?.addEventListener('message', (event) => void this.#answerServiceWorker(event));
  }

  /** At once if the service worker serves it; otherwise `load` has to be awaited. */
  urlNow(accountKey: string, source: MediaSource): string | undefined {
    if (source.file || source.mxc === undefined || !globalThis.navigator?.serviceWorker?.controller) return undefined;
    return pathOf(accountKey, source.mxc, source);
  }

  async load(accountKey: string, source: MediaSource): Promise<string> {
    const now = this.urlNow(accountKey, source);
    if (now !== undefined) return now;
    const key = `${accountKey} ${source.file?.url ?? source.mxc} ${source.width ?? ''}x${source.height ?? ''}`;
    const known = this.#blobs.get(key);
    if (known) {
      this.#blobs.delete(key);
      this.#blobs.set(key, known);
      return known;
    }
    const loading = this.fetchBlob(accountKey, source).then((blob) => URL.createObjectURL(blob));
    this.#blobs.set(key, loading);
    loading.catch(() => this.#blobs.delete(key));
    this.#freeOldest();
    return loading;
  }

  /** The file itself, decrypted. */
  async fetchBlob(accountKey: string, source: MediaSource, { signal, onProgress }: FetchOptions = {}): Promise<Blob> {
    const mxc = source.file?.url ?? source.mxc;
    const baseUrl = this.#context.baseUrlOf(accountKey);
    if (mxc === undefined || baseUrl === undefined) throw new Error('no such file');
    const url = serverUrl(baseUrl, mxc, source.file ? {} : source);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await this.#context.accessTokenOf(accountKey)}` },
      credentials: 'omit',
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    if (source.file && Number(response.headers.get('content-length')) > MOST_DECRYPTED_BYTES) throw new Error('too large to decrypt here');
    const data = await readAll(response, onProgress);
    if (!source.file) return safeBlob(data, response.headers.get('content-type') ?? source.mimetype);
    const { decryptAttachment } = await import('matrix-encrypt-attachment');
    const plain = await decryptAttachment(data, source.file as never);
    return safeBlob(plain, source.mimetype);
  }

  async forgetAccount(accountKey: string): Promise<void> {
    for (const [key, blob] of this.#blobs) {
      if (!key.startsWith(`${accountKey} `)) continue;
      this.#blobs.delete(key);
      void blob.then(
        (url) => URL.revokeObjectURL(url),
        () => {},
      );
    }
    globalThis.navigator?.serviceWorker?.controller?.postMessage({ type: 'forget-account', accountKey });
  }

  #freeOldest(): void {
    while (this.#blobs.size > MOST_BLOBS) {
      const [key, blob] = this.#blobs.entries().next().value!;
      this.#blobs.delete(key);
      void blob.then(
        (url) => URL.revokeObjectURL(url),
        () => {},
      );
    }
  }

  /** The service worker keeps no tokens: it asks the page that wants the file. */
  async #answerServiceWorker(event: MessageEvent): Promise<void> {
    const { type, accountKey } = (event.data ?? {}) as { type?: string; accountKey?: string };
    if (type !== 'media-account' || typeof accountKey !== 'string') return;
    event.ports[0]?.postMessage({ baseUrl: this.#context.baseUrlOf(accountKey), accessToken: await this.#context.accessTokenOf(accountKey) });
  }
}

async function readAll(response: Response, onProgress: FetchOptions['onProgress']): Promise<ArrayBuffer> {
  const total = Number(response.headers.get('content-length'));
  if (!onProgress || !response.body || !(total > 0)) return response.arrayBuffer();
  const reader = response.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    onProgress(Math.min(1, loaded / total));
  }
  return new Blob(chunks).arrayBuffer();
}

const density = (): number => Math.min(2, globalThis.devicePixelRatio ?? 1);
const sizeFor = (pixels: number): number => SIZES.find((size) => size >= pixels * density()) ?? SIZES.at(-1)!;

function pathOf(accountKey: string, mxc: string, source: MediaSource): string {
  const { server, mediaId } = parts(mxc);
  const path = `media/${accountKey}/${encodeURIComponent(server)}/${encodeURIComponent(mediaId)}`;
  return source.width === undefined ? path : `${path}?${thumbnailQuery(source)}`;
}

export function serverUrl(baseUrl: string, mxc: string, source: Pick<MediaSource, 'width' | 'height' | 'method'>): string {
  const { server, mediaId } = parts(mxc);
  const kind = source.width === undefined ? 'download' : 'thumbnail';
  const url = `${baseUrl}/_matrix/client/v1/media/${kind}/${encodeURIComponent(server)}/${encodeURIComponent(mediaId)}`;
  return source.width === undefined ? url : `${url}?${thumbnailQuery(source)}`;
}

const thumbnailQuery = (source: Pick<MediaSource, 'width' | 'height' | 'method'>): string =>
  `width=${sizeFor(source.width!)}&height=${sizeFor(source.height ?? source.width!)}&method=${source.method ?? 'scale'}&animated=true`;

function parts(mxc: string): { server: string; mediaId: string } {
  const found = /^mxc:\/\/([^/]+)\/([\w.~-]+)$/.exec(mxc);
  if (!found) throw new Error('not a media address');
  return { server: found[1]!, mediaId: found[2]! };
}

/** A type that would act as part of this site (HTML, SVG) becomes plain bytes. */
function safeBlob(data: ArrayBuffer, type: string | null | undefined): Blob {
  const plain = (type ?? '').split(';')[0]!.trim().toLowerCase();
  return new Blob([data], { type: SHOWN.test(plain) ? plain : 'application/octet-stream' });
}
