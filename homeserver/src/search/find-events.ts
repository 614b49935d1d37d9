/** Finds events by words, in the order asked for, page by page (Client-Server API, "Server Side Search"). */
import { invalidParam } from '@nexuscomm/spec/errors.ts';
import { sql, type Queryable } from '../storage/database.ts';

export type SearchOrder = 'rank' | 'recent';

export interface SearchQuery {
  readonly term: string;
  readonly language: string;
  readonly roomNids: readonly number[];
  readonly keys: readonly number[];
  /** undefined: of anybody */
  readonly senderNids: readonly number[] | undefined;
  readonly order: SearchOrder;
}

export interface Hit {
  readonly nid: number;
  readonly rank: number;
  readonly ts: number;
}

/** A place in the results: after this hit. */
export type Place = Pick<Hit, 'nid' | 'rank' | 'ts'>;

const query = `websearch_to_tsquery($1::text::regconfig, $2)`;
const matching = `words @@ ${query} and room_nid = any($3::int8[]) and key = any($4::int2[]) and ($5::int4[] is null or sender = any($5::int4[]))`;
const ranked = `select nid, ts, ts_rank(words, ${query})::float8 as rank from search_entry where ${matching}`;
const selectRecent = sql(
  'search_recent',
  `select * from (${ranked}) m where $6::int8 is null or (ts, nid) < ($6, $7::int8) order by ts desc, nid desc limit $8`,
);
const selectBest = sql(
  'search_best',
  `select * from (${ranked}) m where $6::float8 is null or (rank, nid) < ($6, $7::int8) order by rank desc, nid desc limit $8`,
);
const MAX_COUNTED = 10_000;
const selectCount = sql('search_count', `select count(*)::int4 as n from (select from search_entry where ${matching} limit ${MAX_COUNTED}) found`);
// Marks that no text has: control characters are taken out of it first.
const START = '\u0002';
const STOP = '\u0003';
const selectHeadlines = sql(
  'search_headlines',
  `select ts_headline($1::text::regconfig, translate(t, '${START}${STOP}', ''), ${query}, 'HighlightAll=true,StartSel="${START}",StopSel="${STOP}"') as text
   from unnest($3::text[]) t`,
);

const parameters = ({ language, term, roomNids, keys, senderNids }: SearchQuery): unknown[] => [language, term, roomNids, keys, senderNids ?? null];

/** The next hits after a place. */
export async function findHits(db: Queryable, search: SearchQuery, after: Place | undefined, limit: number): Promise<Hit[]> {
  const statement = search.order === 'recent' ? selectRecent : selectBest;
  const bound = after === undefined ? null : search.order === 'recent' ? after.ts : after.rank;
  return db.query<Hit>(statement, [...parameters(search), bound, after?.nid ?? null, limit]);
}

/** How many events match, visible or not; not counted beyond some thousands. */
export async function countHits(db: Queryable, search: SearchQuery): Promise<number> {
  return (await db.query<{ n: number }>(selectCount, parameters(search)))[0]!.n;
}

/** The words of the texts that the search found, as they are written there. */
export async function findHighlights(db: Queryable, search: SearchQuery, texts: readonly string[]): Promise<string[]> {
  if (texts.length === 0) return [];
  const rows = await db.query<{ text: string }>(selectHeadlines, [search.language, search.term, texts]);
  const marked = new RegExp(`${START}([^${STOP}]+)${STOP}`, 'gu');
  return [...new Set(rows.flatMap((row) => [...row.text.matchAll(marked)].map(([, word]) => word!.toLowerCase())))];
}

export const formatPlace = (order: SearchOrder, place: Place): string =>
  order === 'recent' ? `t${place.ts}_${place.nid}` : `r${place.rank}_${place.nid}`;

/** Throws M_INVALID_PARAM for a token of another order, or none of this server. */
export function parsePlace(order: SearchOrder, token: string | undefined): Place | undefined {
  if (token === undefined || token === '') return undefined;
  const match = /^([tr])(-?[\d.]{1,20}(?:e-?\d{1,3})?)_(\d{1,16})$/.exec(token);
  const value = Number(match?.[2]);
  if (!match || !Number.isFinite(value) || (match[1] === 't') !== (order === 'recent')) throw invalidParam('That token is not of such a search.');
  if (order === 'recent' && !Number.isSafeInteger(value)) throw invalidParam('That token is not of such a search.');
  return { nid: Number(match[3]), ts: value, rank: value };
}
