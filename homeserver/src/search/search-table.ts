/** Tables search_entry and search_progress. */
import { sql, type Queryable } from '../storage/database.ts';
import { eventColumns, eventJoins, type EventRow } from '../rooms/event-reader.ts';

export interface SearchEntry {
  readonly nid: number;
  readonly roomNid: number;
  readonly senderNid: number;
  readonly key: number;
  readonly ts: number;
  readonly text: string;
}

export interface SearchProgress {
  readonly language: string;
  readonly upto: number;
  readonly rebuild_nid: number | null;
}

const upsert = sql(
  'search_entries_set',
  `insert into search_entry (nid, room_nid, sender, key, ts, words)
   select nid, room_nid, sender, key, ts, to_tsvector($7::text::regconfig, text)
   from unnest($1::int8[], $2::int8[], $3::int4[], $4::int2[], $5::int8[], $6::text[]) u(nid, room_nid, sender, key, ts, text)
   on conflict (nid) do update set words = excluded.words`,
);
const remove = sql('search_entries_delete', 'delete from search_entry where nid = any($1::int8[])');
const clear = sql('search_clear', 'delete from search_entry');
const selectProgress = sql('search_progress_find', 'select language, upto, rebuild_nid from search_progress');
const setProgress = sql(
  'search_progress_set',
  `insert into search_progress (language, upto, rebuild_nid) values ($1, $2, $3)
   on conflict (one) do update set language = excluded.language, upto = excluded.upto, rebuild_nid = excluded.rebuild_nid`,
);
const setUpto = sql('search_progress_upto', 'update search_progress set upto = $1 where upto < $1');
const setRebuilt = sql('search_progress_rebuilt', 'update search_progress set rebuild_nid = $1');
const selectLanguages = sql('search_languages', 'select cfgname::text as name from pg_ts_config order by 1');
const ofTypes = `type = any($1::int4[]) and pos is not null and flags & 3 = 0`;
const selectAfterPos = sql(
  'search_events_after_pos',
  `select ${eventColumns} from (select * from event where pos > $2 and pos <= $3 and ${ofTypes} order by pos limit $4) e ${eventJoins} order by e.pos`,
);
const selectAfterNid = sql(
  'search_events_after_nid',
  `select ${eventColumns} from (select * from event where nid > $2 and ${ofTypes} order by nid limit $3) e ${eventJoins} order by e.nid`,
);
const selectEdits = sql(
  'search_newest_edits',
  `select p.nid as parent, max(l.nid) as edit from event p join relation l on l.parent = p.event_id and l.room_nid = p.room_nid
   join event c on c.nid = l.nid and c.redacted_by is null and c.pos is not null and c.sender = p.sender and c.type = p.type
   where p.nid = any($1::int8[]) and l.rel_type = $2 group by p.nid`,
);

/** Throws with the setting's name if PostgreSQL has no such text search configuration. */
export async function checkLanguage(db: Queryable, language: string): Promise<void> {
  const names = (await db.query<{ name: string }>(selectLanguages)).map((row) => row.name);
  if (!names.includes(language)) throw new Error(`search.language: ${language} is not one of ${names.join(', ')}`);
}

export class SearchTable {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async set(entries: readonly SearchEntry[], language: string): Promise<void> {
    if (entries.length === 0) return;
    await this.#db.query(upsert, [
      entries.map((entry) => entry.nid),
      entries.map((entry) => entry.roomNid),
      entries.map((entry) => entry.senderNid),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.ts),
      entries.map((entry) => entry.text),
      language,
    ]);
  }

  async delete(nids: readonly number[]): Promise<void> {
    if (nids.length > 0) await this.#db.query(remove, [nids]);
  }

  async progress(): Promise<SearchProgress | undefined> {
    return (await this.#db.query<SearchProgress>(selectProgress))[0];
  }

  /** Begins the index anew. */
  async restart(language: string, upto: number): Promise<void> {
    await this.#db.query(clear);
    await this.#db.query(setProgress, [language, upto, 0]);
  }

  async setUpto(pos: number): Promise<void> {
    await this.#db.query(setUpto, [pos]);
  }

  /** null: complete */
  async setRebuilt(nid: number | null): Promise<void> {
    await this.#db.query(setRebuilt, [nid]);
  }

  async eventsAfterPos(types: readonly number[], after: number, upto: number, limit: number): Promise<EventRow[]> {
    return this.#db.query<EventRow>(selectAfterPos, [types, after, upto, limit]);
  }

  async eventsAfterNid(types: readonly number[], after: number, limit: number): Promise<EventRow[]> {
    return this.#db.query<EventRow>(selectAfterNid, [types, after, limit]);
  }

  /** The newest edit of each event that has any: both by number. */
  async newestEdits(nids: readonly number[], replaceNid: number): Promise<Map<number, number>> {
    const rows = await this.#db.query<{ parent: number; edit: number }>(selectEdits, [nids, replaceNid]);
    return new Map(rows.map((row) => [row.parent, row.edit]));
  }
}
