/** Previews of web pages for clients (Client-Server API, "GET /preview_url"): fetched once and kept for a while. */
import { MatrixError, invalidParam } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Log } from '@nexuscomm/federation/ports.ts';
import type { MediaRepository } from '../media/media-repository.ts';
import { OutboundError, type OutboundClient } from '../outbound/outbound-client.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { fetchForPreview, fetchImage, type Fetched, type FetchLimits } from './fetch-page.ts';
import type { PageFacts } from './read-page.ts';

export interface UrlPreviewsOptions {
  readonly db: Queryable;
  readonly client: OutboundClient;
  readonly repository: MediaRepository;
  readonly now: () => number;
  readonly log: Log;
  readonly limits: FetchLimits & {
    /** for page and image together */
    readonly timeoutMs: number;
    readonly lifetimeMs: number;
    readonly maxPixels: number;
  };
}

interface Image {
  readonly properties: JsonObject;
  readonly mediaId: string;
}

const find = sql('url_preview_find', 'select json, expires from url_preview where url = $1');
const upsert = sql(
  'url_preview_set',
  `insert into url_preview (url, json, media_id, fetched, expires) values ($1, $2, $3, $4, $5)
   on conflict (url) do update set json = excluded.json, media_id = excluded.media_id, fetched = excluded.fetched, expires = excluded.expires`,
);
const MAX_URL_LENGTH = 2_048;
/** Images that scripts can hide in are not previewed. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  heif: 'image/avif',
};

export class UrlPreviews implements AsyncDisposable {
  readonly #options: UrlPreviewsOptions;
  readonly #finding = new Map<string, Promise<string>>();
  readonly #stopping = new AbortController();

  constructor(options: UrlPreviewsOptions) {
    this.#options = options;
  }

  /** The preview as JSON text. M_UNKNOWN (502) if the page can't be had; why is not told, since that would tell of networks. */
  async get(text: string): Promise<string> {
    const url = URL.parse(text);
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || text.length > MAX_URL_LENGTH || text.includes('\u0000')) {
      throw invalidParam('url must be an address that begins with http:// or https://.');
    }
    url.hash = '';
    const key = url.href;
    // Whoever asks for what is being looked for waits for it; looking for what is kept is part of that, so nothing is fetched twice.
    const finding = this.#finding.get(key) ?? this.#find(key).finally(() => this.#finding.delete(key));
    this.#finding.set(key, finding);
    return finding;
  }

  async #find(key: string): Promise<string> {
    const [kept] = await this.#options.db.query<{ json: string; expires: number }>(find, [key]);
    return kept && kept.expires > this.#options.now() ? kept.json : this.#fetch(key);
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#options.client[Symbol.asyncDispose]();
  }

  async #fetch(url: string): Promise<string> {
    const { db, client, now, log, limits } = this.#options;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(limits.timeoutMs)]);
    let fetched: Fetched;
    try {
      fetched = await fetchForPreview(client, url, limits, signal);
    } catch (error) {
      if (!(error instanceof OutboundError) && !signal.aborted) throw error;
      log.debug({ reason: error instanceof Error ? error.message : String(error) }, 'a page to preview could not be had');
      throw new MatrixError('M_UNKNOWN', 502, 'The page can not be previewed: it could not be fetched.');
    }
    const { preview, mediaId } = await this.#describe(fetched, signal);
    const json = JSON.stringify(preview);
    await db.query(upsert, [url, json, mediaId ?? null, now(), now() + limits.lifetimeMs]);
    return json;
  }

  async #describe(fetched: Fetched, signal: AbortSignal): Promise<{ preview: JsonObject; mediaId?: string }> {
    if (fetched.kind === 'other') return { preview: {} };
    if (fetched.kind === 'image') {
      const image = await this.#keep(fetched.bytes);
      const name = decodeName(new URL(fetched.url).pathname);
      return { preview: { ...(name === '' ? {} : { 'og:title': name }), ...image?.properties }, ...(image ? { mediaId: image.mediaId } : {}) };
    }
    const { facts, url } = fetched;
    const image = await this.#firstImage(facts, url, signal);
    return { preview: { ...Object.fromEntries(facts.properties), ...image?.properties }, ...(image ? { mediaId: image.mediaId } : {}) };
  }

  async #firstImage({ images, base }: PageFacts, page: string, signal: AbortSignal): Promise<Image | undefined> {
    const { client, limits, log } = this.#options;
    const from = (base === undefined ? null : URL.parse(base, page))?.href ?? page;
    for (const address of images) {
      const url = URL.parse(address, from);
      if (!url) continue;
      try {
        const image = await this.#keep(await fetchImage(client, url.href, limits.imageBytes, signal));
        if (image) return image;
      } catch (error) {
        // A preview without its image is better than none.
        if (signal.aborted) return undefined;
        if (!(error instanceof OutboundError)) throw error;
        log.debug({ reason: error.message }, 'an image to preview could not be had');
      }
    }
    return undefined;
  }

  /** Stores an image; undefined if it is none, or too large. */
  async #keep(bytes: Buffer): Promise<Image | undefined> {
    const { repository, limits } = this.#options;
    const { default: sharp } = await import('sharp');
    const found = await sharp(bytes, { limitInputPixels: limits.maxPixels })
      .metadata()
      .catch(() => undefined);
    const type = found && Object.hasOwn(IMAGE_TYPES, found.format) ? IMAGE_TYPES[found.format] : undefined;
    if (!found || type === undefined || found.width * found.height > limits.maxPixels) return undefined;
    const turned = (found.orientation ?? 1) >= 5;
    const kept = await repository.keep(bytes, type);
    return {
      mediaId: kept.id,
      properties: {
        'og:image': kept.uri,
        'og:image:type': type,
        'og:image:width': turned ? found.height : found.width,
        'og:image:height': turned ? found.width : found.height,
        'matrix:image:size': bytes.length,
      },
    };
  }
}

/** The last part of a path, as it is meant to be read. */
function decodeName(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last).toWellFormed();
  } catch {
    return last;
  }
}
