/**
 * The string table: users, event types, servers and state keys are stored as small integers (table `str`).
 * Both directions are cached, so known strings cost no SQL.
 */
import { LRUCache } from 'lru-cache';
import { upTo } from './cache-size.ts';
import { coalesce } from './coalesce.ts';
import { sql, type Queryable } from './database.ts';

const insertStrings = sql(
  'str_insert',
  `with wanted as (select distinct v from unnest($1::text[]) as v),
        added as (insert into str (v) select v from wanted on conflict (v) do nothing returning id, v)
   select id, v from added
   union all select s.id, s.v from str s join wanted w on s.v = w.v`,
);
const selectStrings = sql('str_select', 'select id, v from str where id = any($1::int4[])');
const findStrings = sql('str_find', 'select id, v from str where v = any($1::text[])');

/** Strings that are looked up with one statement when many ask at the same moment. */
const AT_ONCE = 500;

/** PostgreSQL text cannot hold U+0000; it and the escape character itself are written as two characters. */
const escapeNul = (text: string): string =>
  text.includes('\u0000') || text.includes('\u0001') ? text.replaceAll('\u0001', '\u0001\u0001').replaceAll('\u0000', '\u00010') : text;
// oxlint-disable-next-line no-control-regex -- U+0001 is that escape character
const ESCAPED = /\u0001(.)/gsu;
const unescapeNul = (text: string): string =>
  text.includes('\u0001') ? text.replace(ESCAPED, (_, c: string) => (c === '0' ? '\u0000' : '\u0001')) : text;

export class StringTable {
  readonly #db: Queryable;
  readonly #ids: LRUCache<string, number>;
  readonly #texts: LRUCache<number, string>;
  readonly #find: (texts: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly #select: (ids: readonly number[]) => Promise<ReadonlyMap<number, string>>;

  constructor(db: Queryable, cacheSize: number) {
    this.#db = db;
    this.#ids = new LRUCache(upTo(cacheSize));
    this.#texts = new LRUCache(upTo(cacheSize));
    this.#find = coalesce(async (texts) => {
      const rows = await db.query<{ id: number; v: string }>(findStrings, [texts.map(escapeNul)]);
      return new Map(rows.map((row) => [this.#remember(row.id, unescapeNul(row.v)), row.id]));
    }, AT_ONCE);
    this.#select = coalesce(async (ids) => {
      const rows = await db.query<{ id: number; v: string }>(selectStrings, [ids]);
      return new Map(rows.map((row) => [row.id, this.#remember(row.id, unescapeNul(row.v))]));
    }, AT_ONCE);
  }

  /** The id of a text that is in the cache. */
  known(text: string): number | undefined {
    return this.#ids.get(text);
  }

  /** The ids of the texts, in their order; texts not yet in the table are added. */
  async ids(texts: readonly string[]): Promise<number[]> {
    const missing = texts.filter((text) => this.#ids.get(text) === undefined);
    const fresh = new Map<string, number>();
    // A row that another process adds at the same moment is invisible to this statement's snapshot: ask again.
    for (let wanted = missing; wanted.length > 0; wanted = missing.filter((text) => !fresh.has(text))) {
      for (const row of await this.#db.query<{ id: number; v: string }>(insertStrings, [wanted.map(escapeNul)])) {
        fresh.set(this.#remember(row.id, unescapeNul(row.v)), row.id);
      }
    }
    return texts.map((text) => fresh.get(text) ?? this.#ids.get(text)!);
  }

  async id(text: string): Promise<number> {
    return this.#ids.get(text) ?? (await this.ids([text]))[0]!;
  }

  /** The id of a text that is in the table, without adding it. */
  async find(text: string): Promise<number | undefined> {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    return (await this.#find([text])).get(text);
  }

  /** The texts of ids that are in the table, in their order. */
  async texts(ids: readonly number[]): Promise<string[]> {
    const missing = ids.filter((id) => this.#texts.get(id) === undefined);
    const fresh = missing.length > 0 ? await this.#select(missing) : new Map<number, string>();
    return ids.map((id) => {
      const text = fresh.get(id) ?? this.#texts.get(id);
      if (text === undefined) throw new Error(`string ${id} is not in the table`);
      return text;
    });
  }

  async text(id: number): Promise<string> {
    return this.#texts.get(id) ?? (await this.texts([id]))[0]!;
  }

  #remember(id: number, text: string): string {
    this.#ids.set(text, id);
    this.#texts.set(id, text);
    return text;
  }
}
