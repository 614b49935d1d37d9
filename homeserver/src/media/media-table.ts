/** Table media. */
import { sql, type Queryable } from '../storage/database.ts';
import type { StoredBlob } from './blob-store.ts';

export interface MediaRow {
  readonly id: string;
  readonly user_nid: number;
  readonly expires: number | null;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly content_type: string | null;
  readonly file_name: string | null;
  readonly quarantined: boolean;
}

export interface MediaDescription {
  readonly contentType: string;
  readonly fileName: string | undefined;
}

const insert = sql(
  'media_insert',
  'insert into media (id, user_nid, created, sha256, size, content_type, file_name) values ($1, $2, $3, $4, $5, $6, $7)',
);
// Requests at the very same time may get a few more than the limit, which is there against hoarding.
const reserve = sql(
  'media_reserve',
  `insert into media (id, user_nid, created, expires) select $1, $2, $3, $4
   where (select count(*) from media where user_nid = $2 and sha256 is null and expires > $3) < $5 returning id`,
);
const complete = sql(
  'media_complete',
  `update media set sha256 = $2, size = $3, content_type = $4, file_name = $5, expires = null
   where id = $1 and sha256 is null returning id`,
);
const find = sql('media_find', 'select id, user_nid, expires, sha256, size, content_type, file_name, quarantined from media where id = $1');
const findOf = sql('media_find_of', 'select id from media where sha256 = $1 and user_nid = $2 and not quarantined limit 1');

export class MediaTable {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async insert(id: string, userNid: number, now: number, blob: StoredBlob, description: MediaDescription): Promise<void> {
    await this.#db.query(insert, [id, userNid, now, blob.sha256, blob.size, description.contentType, description.fileName ?? null]);
  }

  /** False if the user has as many reservations as are allowed. */
  async reserve(id: string, userNid: number, now: number, expires: number, maxPending: number): Promise<boolean> {
    return (await this.#db.query(reserve, [id, userNid, now, expires, maxPending])).length === 1;
  }

  /** False if somebody was faster. */
  async complete(id: string, blob: StoredBlob, description: MediaDescription): Promise<boolean> {
    return (await this.#db.query(complete, [id, blob.sha256, blob.size, description.contentType, description.fileName ?? null])).length === 1;
  }

  /** A user's media with this content. */
  async findOf(userNid: number, sha256: string): Promise<string | undefined> {
    return (await this.#db.query<{ id: string }>(findOf, [sha256, userNid]))[0]?.id;
  }

  async find(id: string): Promise<MediaRow | undefined> {
    return (await this.#db.query<MediaRow>(find, [id]))[0];
  }
}
