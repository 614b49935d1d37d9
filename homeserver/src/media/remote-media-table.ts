/** Table remote_media. */
import { sql, type Queryable } from '../storage/database.ts';
import type { StoredBlob } from './blob-store.ts';
import type { MediaDescription } from './media-table.ts';

export interface RemoteMediaRow {
  readonly server: string;
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  readonly content_type: string;
  readonly file_name: string | null;
  readonly last_access: number;
  readonly quarantined: boolean;
}

const find = sql(
  'remote_media_find',
  'select server, id, sha256, size, content_type, file_name, last_access, quarantined from remote_media where server = $1 and id = $2',
);
const upsert = sql(
  'remote_media_set',
  `insert into remote_media (server, id, sha256, size, content_type, file_name, fetched, last_access) values ($1, $2, $3, $4, $5, $6, $7, $7)
   on conflict (server, id) do update set sha256 = excluded.sha256, size = excluded.size, content_type = excluded.content_type,
     file_name = excluded.file_name, fetched = excluded.fetched, last_access = excluded.last_access`,
);
const touch = sql('remote_media_touch', 'update remote_media set last_access = $3 where server = $1 and id = $2');
const deleteUnused = sql(
  'remote_media_delete_unused',
  `delete from remote_media where (server, id) in (
     select server, id from remote_media where last_access < $1 and not quarantined order by last_access limit $2)
   returning sha256`,
);
const selectUsed = sql(
  'media_content_used',
  `select sha256 from media where sha256 = any($1::text[]) union select sha256 from remote_media where sha256 = any($1::text[])`,
);

export class RemoteMediaTable {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async find(server: string, id: string): Promise<RemoteMediaRow | undefined> {
    return (await this.#db.query<RemoteMediaRow>(find, [server, id]))[0];
  }

  async set(place: { server: string; id: string }, blob: StoredBlob, description: MediaDescription, now: number): Promise<void> {
    const { contentType, fileName } = description;
    await this.#db.query(upsert, [place.server, place.id, blob.sha256, blob.size, contentType, fileName ?? null, now]);
  }

  async touch(server: string, id: string, now: number): Promise<void> {
    await this.#db.query(touch, [server, id, now]);
  }

  /** Forgets files that nobody has asked for since; returns the hashes of their content, and how many were forgotten. */
  async deleteUnused(since: number, limit: number): Promise<{ hashes: string[]; count: number }> {
    const rows = await this.#db.query<{ sha256: string }>(deleteUnused, [since, limit]);
    return { hashes: [...new Set(rows.map((row) => row.sha256))], count: rows.length };
  }

  /** Those of the hashes that no media has any more. */
  async unused(hashes: readonly string[]): Promise<string[]> {
    const used = new Set((await this.#db.query<{ sha256: string }>(selectUsed, [hashes])).map((row) => row.sha256));
    return hashes.filter((hash) => !used.has(hash));
  }
}
