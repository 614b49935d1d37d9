/** Stored filters (Client-Server API, "Filtering"); parsed ones are kept in memory. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { parseJson } from '@nexuscomm/spec/parse-json.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { parseSyncFilter, type SyncFilter } from '../sync/sync-filter.ts';

// The same filter gets the same number, so clients that store one at every start don't pile them up.
const insert = sql(
  'filter_insert',
  `with known as (select id from filter where user_nid = $1 and json = $2),
        added as (insert into filter (user_nid, id, json)
          select $1, coalesce((select max(id) from filter where user_nid = $1), 0) + 1, $2 where not exists (select from known)
          on conflict do nothing returning id)
   select id from known union all select id from added`,
);
const select = sql('filter_find', 'select json from filter where user_nid = $1 and id = $2');

const MAX_PARSED = 10_000;

export class Filters {
  readonly #db: Queryable;
  readonly #parsed = new LRUCache<string, SyncFilter>(upTo(MAX_PARSED));

  constructor(db: Queryable) {
    this.#db = db;
  }

  async create(userNid: number, definition: JsonObject): Promise<string> {
    parseSyncFilter(definition);
    const json = JSON.stringify(definition);
    for (;;) {
      const [row] = await this.#db.query<{ id: number }>(insert, [userNid, json]);
      if (row) return String(row.id);
    }
  }

  async get(userNid: number, filterId: string): Promise<JsonObject> {
    const [row] = /^\d{1,9}$/.test(filterId) ? await this.#db.query<{ json: string }>(select, [userNid, Number(filterId)]) : [];
    if (!row) throw notFound('You have no such filter.');
    return JSON.parse(row.json) as JsonObject;
  }

  /** The filter that /sync names: an id, or the definition itself. */
  async parse(userNid: number, filter: string | undefined): Promise<SyncFilter> {
    const key = filter?.startsWith('{') === true || filter === undefined ? (filter ?? '{}') : `${userNid} ${filter}`;
    const known = this.#parsed.get(key);
    if (known) return known;
    let definition: JsonObject = {};
    if (filter?.startsWith('{') === true) {
      const value = parseJson(filter);
      if (!isJsonObject(value)) throw invalidParam('filter must be an object or an id.');
      definition = value;
    } else if (filter !== undefined) definition = await this.get(userNid, filter);
    const parsed = parseSyncFilter(definition);
    this.#parsed.set(key, parsed);
    return parsed;
  }
}
