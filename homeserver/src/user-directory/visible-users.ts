/**
 * Who may be found by whom (Client-Server API, "User Directory"): people of rooms that both are in, and of rooms that this
 * server is in and that anybody may join or look into, or that are listed.
 */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';

const JOIN_RULES = 'm.room.join_rules';
const HISTORY_VISIBILITY = 'm.room.history_visibility';

/** The room of the membership `m` is shared with the searcher ($1), who is in no room with themselves. */
const isShared = `(m.user_nid <> $1 and exists (select from member o where o.user_nid = $1 and o.room_nid = m.room_nid and o.membership = 1))`;
/** $2: this server */
const isHere = (room: string): string => `exists (select from member l where l.server = $2 and l.membership = 1 and l.room_nid = ${room}.room_nid)`;
/** The state `c` with the content `j` opens its room. $3 and $4: keys of the join rules and the history visibility. */
const opens = `c.key in ($3, $4)
  and j.json like case c.key when $3 then '%"join_rule":"public"%' else '%"history_visibility":"world_readable"%' end`;
/** The room of `m` is open to anybody. */
const isOpen = `(${isHere('m')} and (exists (select from public_room p where p.room_nid = m.room_nid)
  or exists (select from current_state c join event_json j on j.nid = c.nid where c.room_nid = m.room_nid and ${opens})))`;

// $5: everybody of this server is found, but not oneself. $6 to $9: what words are like that have the term at all, as a whole
// line, in front of a line, in front of a word.
const bestFirst = 'case when e.words like $7 then 0 when e.words like $8 then 1 when e.words like $9 then 2 else 3 end, e.named desc, e.words';
const amongBest = (condition: string): string => `with found as materialized (
    select best.user_nid, row_number() over () as place
    from (select e.user_nid from directory_entry e where e.words like $6 ${condition} order by ${bestFirst} limit $10) best)
  select (select count(*)::int4 from found) as looked_at,
    array(select f.user_nid from found f
      where ($5::boolean and f.user_nid <> $1 and exists (select from account a where a.user_nid = f.user_nid))
        or (not ($5::boolean and f.user_nid = $1)
          and exists (select from member m where m.user_nid = f.user_nid and m.membership = 1 and (${isShared} or ${isOpen})))
      order by f.place) as users`;
const findByGrams = sql('user_search', amongBest('and directory_grams(e.words) @> directory_grams($11)'));
const findByFewLetters = sql('user_search_short', amongBest(''));
// From the other end, for what very many have who may not be found. $12: event types of the keys.
const findAmongVisible = sql(
  'user_search_visible',
  `with visible as materialized (
    select m.user_nid from member o join member m on m.room_nid = o.room_nid and m.membership = 1
      where o.user_nid = $1 and o.membership = 1 and m.user_nid <> $1
    union select m.user_nid from (
        select p.room_nid from public_room p
        union select c.room_nid from current_state c join event_json j on j.nid = c.nid where c.type = any($12::int4[]) and ${opens}) r
      join member m on m.room_nid = r.room_nid and m.membership = 1 where ${isHere('r')}
    union select a.user_nid from account a where $5::boolean)
  select e.user_nid from visible v join directory_entry e on e.user_nid = v.user_nid
  where e.words like $6 and not ($5::boolean and e.user_nid = $1) order by ${bestFirst} limit $10 offset $11`,
);

/** Memberships of one user that their name is looked for in. */
const MAX_ROOMS = 50;
const selectMembers = sql(
  'user_search_members',
  `select u.user_nid, x.nid from unnest($5::int4[]) with ordinality u(user_nid, place) cross join lateral (
     select m.nid, m.pos, ${isShared} as shared from member m
     where m.user_nid = u.user_nid and m.membership = 1 and (${isShared} or ${isOpen})
     order by shared desc, m.pos desc limit ${MAX_ROOMS}) x
   order by u.place, x.shared desc, x.pos desc`,
);

/** Letters that an index helps with. */
const GRAM = 3;

export interface VisibleUsersOptions {
  readonly db: Queryable;
  readonly strings: StringTable;
  readonly serverName: ServerName;
  /** Users of this server find each other even if they share no room. */
  readonly findAllUsers: boolean;
}

export class VisibleUsers {
  readonly #options: VisibleUsersOptions;

  constructor(options: VisibleUsersOptions) {
    this.#options = options;
  }

  /** Of the `count` entries that the folded term fits best, users who may be found, in that order; `isAll`: no other entry has it. */
  async amongBest(searcherNid: number, term: string, count: number): Promise<{ userNids: readonly number[]; isAll: boolean }> {
    const { db } = this.#options;
    const values = [...(await this.#searching(searcherNid, term)), count];
    const [row] = await (Array.from(term).length < GRAM
      ? db.query<{ users: number[]; looked_at: number }>(findByFewLetters, values)
      : db.query<{ users: number[]; looked_at: number }>(findByGrams, [...values, term]));
    return { userNids: row!.users, isAll: row!.looked_at < count };
  }

  /** All users who may be found by the folded term, best first: `count` at most, after so many. */
  async page(searcherNid: number, term: string, { after, count }: { after: number; count: number }): Promise<readonly number[]> {
    const { db, strings } = this.#options;
    const values = [...(await this.#searching(searcherNid, term)), count, after, await strings.ids([JOIN_RULES, HISTORY_VISIBILITY])];
    return (await db.query<{ user_nid: number }>(findAmongVisible, values)).map((row) => row.user_nid);
  }

  /** The membership events by which the searcher may know each of the users: of shared rooms first, then the newest first. */
  async memberEvents(searcherNid: number, userNids: readonly number[]): Promise<Map<number, number[]>> {
    const rows = await this.#options.db.query<{ user_nid: number; nid: number }>(selectMembers, [...(await this.#rooms(searcherNid)), userNids]);
    const events = new Map<number, number[]>();
    for (const { user_nid: userNid, nid } of rows) events.set(userNid, [...(events.get(userNid) ?? []), nid]);
    return events;
  }

  /** $1 to $9 */
  async #searching(searcherNid: number, term: string): Promise<readonly unknown[]> {
    const escaped = term.replaceAll(/[\\%_]/g, '\\$&');
    const patterns = [`%${escaped}%`, `%\n${escaped}\n%`, `%\n${escaped}%`, `% ${escaped}%`];
    return [...(await this.#rooms(searcherNid)), this.#options.findAllUsers, ...patterns];
  }

  /** $1 to $4 */
  async #rooms(searcherNid: number): Promise<readonly number[]> {
    const { strings, serverName } = this.#options;
    return [searcherNid, ...(await strings.ids([serverName, stateKeyText(JOIN_RULES, ''), stateKeyText(HISTORY_VISIBILITY, '')]))];
  }
}
