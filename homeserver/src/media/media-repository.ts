/** Uploads and downloads (Client-Server API, "Content repository"). */
import { randomBytes } from 'node:crypto';
import { MatrixError, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Session } from '../http/handler.ts';
import type { Queryable } from '../storage/database.ts';
import { tooLarge, type BlobStore } from './blob-store.ts';
import { MediaTable, type MediaDescription, type MediaRow } from './media-table.ts';
import type { RemoteMedia } from './remote-media.ts';

export interface MediaRepositoryOptions {
  readonly db: Queryable;
  readonly blobs: BlobStore;
  readonly serverName: ServerName;
  readonly maxUploadBytes: number;
  readonly pendingLifetimeMs: number;
  readonly maxPending: number;
  /** how long a download waits for content that is still being uploaded, at most and if it does not say */
  readonly downloadTimeoutMs: number;
  /** absent: only what was uploaded here is served */
  readonly remote?: Pick<RemoteMedia, 'find'> | undefined;
  readonly now: () => number;
}

export interface Wanted {
  /** how long the client waits for content that is still being uploaded, ms */
  readonly waitMs?: number | undefined;
  /** false: what is not here is not fetched from its server */
  readonly mayFetch?: boolean | undefined;
}

/** Content that is there. */
export interface Media extends MediaDescription {
  readonly sha256: string;
  readonly size: number;
}

export interface Upload extends MediaDescription {
  readonly stream: AsyncIterable<Uint8Array>;
  /** of the Content-Length header, if there is one */
  readonly announcedBytes: number | undefined;
}

const MEDIA_ID = /^[A-Za-z0-9_-]{1,255}$/;
const DEFAULT_TYPE = 'application/octet-stream';

export class MediaRepository {
  readonly #options: MediaRepositoryOptions;
  readonly #table: MediaTable;
  /** downloads that wait for an upload, by media id */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(options: MediaRepositoryOptions) {
    this.#options = options;
    this.#table = new MediaTable(options.db);
  }

  get maxUploadBytes(): number {
    return this.#options.maxUploadBytes;
  }

  /** The content's mxc:// address. */
  async upload(session: Session, upload: Upload): Promise<string> {
    const { blobs, maxUploadBytes, now } = this.#options;
    this.#checkSize(upload);
    const blob = await blobs.write(upload.stream, maxUploadBytes);
    const id = newMediaId();
    await this.#table.insert(id, session.userNid, now(), blob, upload);
    return this.#uri(id);
  }

  /** An address for content that is uploaded later (v1.7), and until when. */
  async reserve(session: Session): Promise<{ content_uri: string; unused_expires_at: number }> {
    const { now, pendingLifetimeMs, maxPending } = this.#options;
    const id = newMediaId();
    const expires = now() + pendingLifetimeMs;
    if (!(await this.#table.reserve(id, session.userNid, now(), expires, maxPending))) {
      throw new MatrixError('M_LIMIT_EXCEEDED', 429, `Upload what you have reserved first: at most ${maxPending} addresses wait for content.`, {
        retry_after_ms: 60_000,
      });
    }
    return { content_uri: this.#uri(id), unused_expires_at: expires };
  }

  async complete(session: Session, serverName: string, id: string, upload: Upload): Promise<void> {
    const { blobs, maxUploadBytes, now } = this.#options;
    const row = await this.#row(serverName, id);
    if (row.user_nid !== session.userNid) throw forbidden('Somebody else has reserved this address.');
    if (row.sha256 !== null) throw overwriting();
    if ((row.expires ?? 0) <= now()) throw notFound('The reservation has expired: make a new one.');
    this.#checkSize(upload);
    const blob = await blobs.write(upload.stream, maxUploadBytes);
    if (!(await this.#table.complete(id, blob, upload))) throw overwriting();
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }

  /** The content of an address, from here or from its server. */
  async find(serverName: string, id: string, { waitMs, mayFetch = true }: Wanted = {}): Promise<Media> {
    const { remote } = this.#options;
    if (remote && serverName !== this.#options.serverName) return remote.find(serverName, id, { waitMs, mayFetch });
    return this.#findOwn(serverName, id, waitMs);
  }

  /** The content of an own address; waits for it while it is being uploaded. */
  findOwn(id: string, waitMs: number | undefined): Promise<Media> {
    return this.#findOwn(this.#options.serverName, id, waitMs);
  }

  async #findOwn(serverName: string, id: string, waitMs: number | undefined): Promise<Media> {
    const { downloadTimeoutMs, now } = this.#options;
    const deadline = now() + Math.min(Math.max(0, waitMs ?? downloadTimeoutMs), downloadTimeoutMs);
    for (;;) {
      const arrival = this.#arrival(id);
      try {
        const row = await this.#row(serverName, id);
        if (row.sha256 !== null) {
          return { sha256: row.sha256, size: row.size ?? 0, contentType: row.content_type ?? DEFAULT_TYPE, fileName: row.file_name ?? undefined };
        }
        if ((row.expires ?? 0) <= now()) throw notFound('This content was never uploaded.');
        if (now() >= deadline) throw new MatrixError('M_NOT_YET_UPLOADED', 504, 'The content has not been uploaded yet: try again later.');
        await arrival.within(deadline - now());
      } finally {
        arrival.forget();
      }
    }
  }

  async #row(serverName: string, id: string): Promise<MediaRow> {
    const row = serverName === this.#options.serverName && MEDIA_ID.test(id) ? await this.#table.find(id) : undefined;
    if (!row || row.quarantined) throw notFound('There is no such content here.');
    return row;
  }

  #arrival(id: string): { within: (ms: number) => Promise<void>; forget: () => void } {
    const waiting = this.#waiting.get(id) ?? new Set();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(id, waiting.add(resolve));
    let timer: NodeJS.Timeout | undefined;
    return {
      within: (ms) => {
        timer = setTimeout(resolve, ms);
        return promise;
      },
      forget: () => {
        clearTimeout(timer);
        waiting.delete(resolve);
        if (waiting.size === 0) this.#waiting.delete(id);
      },
    };
  }

  #checkSize({ announcedBytes }: Upload): void {
    if (announcedBytes !== undefined && announcedBytes > this.#options.maxUploadBytes) throw tooLarge(this.#options.maxUploadBytes);
  }

  #uri(id: string): string {
    return `mxc://${this.#options.serverName}/${id}`;
  }
}

/** 128 random bits: whoever knows an address may read the content. */
const newMediaId = (): string => randomBytes(16).toString('base64url');

const overwriting = (): MatrixError => new MatrixError('M_CANNOT_OVERWRITE_MEDIA', 409, 'This address has its content already.');
