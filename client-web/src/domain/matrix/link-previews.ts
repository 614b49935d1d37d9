/** What stands behind a link, as the account's server sees it (Client-Server API, "GET /_matrix/client/v1/media/preview_url"). */
import type { MatrixClient } from 'matrix-js-sdk';
import { safeBody, safeName } from '../messages/safe-text.ts';

export interface LinkPreview {
  readonly url: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly site: string | undefined;
  readonly imageMxc: string | undefined;
  readonly imageWidth: number | undefined;
  readonly imageHeight: number | undefined;
}

const MOST_KEPT = 500;
const MOST_TEXT = 400;

export class LinkPreviews {
  readonly #client: MatrixClient;
  /** undefined within: there is nothing to show, also because of an error. */
  readonly #known = new Map<string, LinkPreview | undefined>();
  readonly #asked = new Map<string, Promise<LinkPreview | undefined>>();

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  /** null: not asked for yet. */
  known(url: string): LinkPreview | undefined | null {
    return this.#known.has(url) ? this.#known.get(url) : null;
  }

  async load(url: string, ts: number): Promise<LinkPreview | undefined> {
    if (this.#known.has(url)) return this.#known.get(url);
    const asked =
      this.#asked.get(url) ??
      this.#client
        .getUrlPreview(url, ts)
        .then((answer) => read(url, answer as Record<string, unknown>))
        .catch(() => undefined);
    this.#asked.set(url, asked);
    const preview = await asked;
    this.#asked.delete(url);
    this.#known.set(url, preview);
    if (this.#known.size > MOST_KEPT) this.#known.delete(this.#known.keys().next().value!);
    return preview;
  }
}

function read(url: string, answer: Record<string, unknown>): LinkPreview | undefined {
  const text = (name: string): string | undefined => (typeof answer[name] === 'string' && answer[name].trim() !== '' ? answer[name] : undefined);
  const size = (name: string): number | undefined => {
    const value = Number(answer[name]);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const title = text('og:title') ?? text('og:site_name');
  const image = text('og:image');
  if (title === undefined) return undefined;
  const description = text('og:description');
  const site = text('og:site_name');
  return {
    url,
    title: safeName(title, url),
    description: description === undefined ? undefined : safeBody(description.slice(0, MOST_TEXT)),
    site: site === undefined ? undefined : safeName(site, ''),
    imageMxc: image !== undefined && /^mxc:\/\/[^/\s]+\/[\w.~-]+$/.test(image) ? image : undefined,
    imageWidth: size('og:image:width'),
    imageHeight: size('og:image:height'),
  };
}
