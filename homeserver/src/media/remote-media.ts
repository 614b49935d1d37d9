/** Files of other servers (Server-Server API, "Content Repository"): fetched once, kept until nobody has asked for them for a while. */
import { parse as parseDisposition } from 'content-disposition';
import { clientErrorOf, RemoteError, Unreachable } from '@nexuscomm/federation/client/errors.ts';
import type { RemoteMedia as RemoteFile } from '@nexuscomm/federation/client/fetch-media.ts';
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import { MatrixError, notFound } from '@nexuscomm/spec/errors.ts';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Queryable } from '../storage/database.ts';
import type { BlobStore } from './blob-store.ts';
import type { Media } from './media-repository.ts';
import { RemoteMediaTable, type RemoteMediaRow } from './remote-media-table.ts';
import { cleanContentType } from './serve-file.ts';

export interface RemoteMediaOptions {
  readonly db: Queryable;
  readonly blobs: BlobStore;
  readonly client: Pick<FederationClient, 'downloadMedia'>;
  readonly now: () => number;
  readonly maxBytes: number;
  /** how long the other server may wait for content that is still being uploaded, at most and if the client does not say */
  readonly waitMs: number;
  /** after so long without being asked for, a file is removed; 0: never */
  readonly lifetimeMs: number;
}

const MAX_ID_LENGTH = 255;
const MAX_FILE_NAME_LENGTH = 255;
/** A file that is asked for again and again is noted so often (ms). */
const TOUCH_MS = 3_600_000;
const PRUNE_BATCH = 500;
/** A file this young may belong to an upload that is not in the database yet (ms). */
const YOUNG_MS = 3_600_000;

export class RemoteMedia {
  readonly #options: RemoteMediaOptions;
  readonly #table: RemoteMediaTable;
  readonly #fetching = new Map<string, Promise<Media>>();

  constructor(options: RemoteMediaOptions) {
    this.#options = options;
    this.#table = new RemoteMediaTable(options.db);
  }

  /** The file, from here or from its server. `waitMs` is the client's own limit; without `mayFetch` only what is here. */
  async find(server: string, id: string, request: { waitMs: number | undefined; mayFetch: boolean }): Promise<Media> {
    if (!isServerName(server) || id.length === 0 || id.length > MAX_ID_LENGTH) throw notFound('There is no such content.');
    const kept = await this.#kept(server, id);
    if (kept) return kept;
    if (!request.mayFetch) throw notFound('This content is not here, and was not to be fetched.');
    // Whoever asks for what is being fetched waits for it.
    const key = `${server}/${id}`;
    const fetching = this.#fetching.get(key) ?? this.#fetch(server, id, request.waitMs).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  /** Removes what nobody has asked for lately; how many files were forgotten. */
  async prune(): Promise<number> {
    const { now, lifetimeMs, blobs } = this.#options;
    if (lifetimeMs === 0) return 0;
    let forgotten = 0;
    for (;;) {
      const { hashes, count } = await this.#table.deleteUnused(now() - lifetimeMs, PRUNE_BATCH);
      for (const hash of await this.#table.unused(hashes)) await blobs.deleteOlder(hash, now() - YOUNG_MS);
      forgotten += count;
      if (count < PRUNE_BATCH) return forgotten;
    }
  }

  async #kept(server: string, id: string): Promise<Media | undefined> {
    const { blobs, now } = this.#options;
    const row = await this.#table.find(server, id);
    if (row?.quarantined === true) throw notFound('There is no such content.');
    // A file that is lost is fetched again.
    if (!row || (await blobs.size(blobs.path(row.sha256))) !== row.size) return undefined;
    if (row.last_access < now() - TOUCH_MS) await this.#table.touch(server, id, now());
    return mediaOf(row);
  }

  async #fetch(server: ServerName, id: string, waitMs: number | undefined): Promise<Media> {
    const { blobs, client, maxBytes, now } = this.#options;
    const longest = this.#options.waitMs;
    try {
      const file = await client.downloadMedia(server, { mediaId: id, waitMs: Math.min(Math.max(0, waitMs ?? longest), longest) });
      const blob = await blobs.write(file.body, maxBytes);
      const description = { contentType: cleanContentType(file.contentType), fileName: fileNameOf(file) };
      await this.#table.set({ server, id }, blob, description, now());
      return { ...blob, ...description };
    } catch (error) {
      throw fetchError(error);
    }
  }
}

const mediaOf = (row: RemoteMediaRow): Media => ({
  sha256: row.sha256,
  size: row.size,
  contentType: row.content_type,
  fileName: row.file_name ?? undefined,
});

/** The name that the file's server gives it. */
function fileNameOf({ contentDisposition }: RemoteFile): string | undefined {
  if (contentDisposition === undefined) return undefined;
  try {
    const name = parseDisposition(contentDisposition).parameters['filename'];
    return name === undefined || name === '' ? undefined : name.replaceAll('\u0000', '').slice(0, MAX_FILE_NAME_LENGTH);
  } catch {
    return undefined;
  }
}

/** What a client is told when a file can't be had (Client-Server API, "Download content"). */
function fetchError(error: unknown): unknown {
  const tooLarge =
    (error instanceof Unreachable && error.reason === 'too large') ||
    (error instanceof MatrixError && error.errcode === 'M_TOO_LARGE') ||
    (error instanceof RemoteError && error.errcode === 'M_TOO_LARGE');
  if (tooLarge) return new MatrixError('M_TOO_LARGE', 502, 'The content is too large for this server to fetch.');
  if (error instanceof RemoteError && error.status === 404) return notFound('There is no such content.');
  return clientErrorOf(error) ?? error;
}
