/**
 * The newest event of each room that an inbox shows, which is also what rooms are ordered by: messages, encrypted or not,
 * stickers and polls; no edits, answers in threads, reactions, redactions or state. Known in memory once it was asked for, and kept up by commits.
 */
import { LRUCache } from 'lru-cache';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import { upTo } from '../storage/cache-size.ts';
import { sql, type Queryable } from '../storage/database.ts';

export const SHOWN_TYPES = ['m.room.message', 'm.room.encrypted', 'm.sticker', 'm.poll.start', 'org.matrix.msc3381.poll.start'] as const;
const SHOWN: ReadonlySet<string> = new Set(SHOWN_TYPES);

const selectNewest = sql(
  'inbox_activity',
  `with shown as materialized (select coalesce(array_agg(id), '{}') as types from str where v = any($2::text[])),
        ignored as materialized (select coalesce(array_agg(id), '{}') as users from str where v = any($4::text[])),
        aside as materialized (select id from str where v in ('m.replace', 'm.thread'))
   select e.room_nid, e.nid, e.pos, e.sender from unnest($1::int8[]) w(room_nid), shown, ignored
   cross join lateral (
     select * from event where event.room_nid = w.room_nid and pos > 0 and pos <= $3 and type = any(shown.types) and sender <> all(ignored.users)
       and not exists (select from relation l where l.nid = event.nid and l.rel_type in (select id from aside))
     order by pos desc limit 1) e`,
);

export interface Activity {
  readonly nid: number;
  readonly pos: number;
  readonly senderNid: number;
}

interface ActivityRow {
  readonly room_nid: number;
  readonly nid: number;
  readonly pos: number;
  readonly sender: number;
}

const NONE: Activity = { nid: 0, pos: 0, senderNid: 0 };

export class RoomActivity {
  readonly #db: Queryable;
  readonly #newest: LRUCache<number, Activity>;

  constructor(options: { db: Queryable; engine: RoomEngine; maxRooms: number }) {
    this.#db = options.db;
    this.#newest = new LRUCache(upTo(options.maxRooms));
    options.engine.onCommit(({ stored }) => {
      if (isShown(stored)) this.#remember(stored.roomNid, { nid: stored.nid, pos: stored.pos!, senderNid: stored.senderNid });
    });
  }

  /** By room number; rooms without such an event are absent. One statement for all that are not in memory. */
  async newest(roomNids: readonly number[]): Promise<Map<number, Activity>> {
    const missing = roomNids.filter((roomNid) => !this.#newest.has(roomNid));
    const found = new Map<number, Activity>();
    if (missing.length > 0) {
      const rows = await this.#select(missing, Number.MAX_SAFE_INTEGER, []);
      for (const roomNid of missing) found.set(roomNid, this.#remember(roomNid, rows.get(roomNid) ?? NONE));
    }
    for (const roomNid of roomNids) {
      const activity = this.#newest.get(roomNid) ?? found.get(roomNid)!;
      if (activity === NONE) found.delete(roomNid);
      else found.set(roomNid, activity);
    }
    return found;
  }

  /** The same as of a position, and without what some users sent. */
  async newestUpTo(roomNids: readonly number[], upto: number, ignored: ReadonlySet<string>): Promise<Map<number, Activity>> {
    return roomNids.length === 0 ? new Map() : this.#select(roomNids, upto, [...ignored]);
  }

  async #select(roomNids: readonly number[], upto: number, ignored: readonly string[]): Promise<Map<number, Activity>> {
    const rows = await this.#db.query<ActivityRow>(selectNewest, [roomNids, SHOWN_TYPES, upto, ignored]);
    return new Map(rows.map((row) => [row.room_nid, { nid: row.nid, pos: row.pos, senderNid: row.sender }]));
  }

  /** What was read may be older than what was committed meanwhile. */
  #remember(roomNid: number, activity: Activity): Activity {
    const known = this.#newest.get(roomNid);
    if (known && known.pos >= activity.pos) return known;
    this.#newest.set(roomNid, activity);
    return activity;
  }
}

function isShown(stored: StoredEvent): boolean {
  if (stored.pos === null || stored.pos <= 0 || !SHOWN.has(stored.event.type)) return false;
  const relates = stored.event.content['m.relates_to'];
  return !(isJsonObject(relates) && (relates['rel_type'] === 'm.replace' || relates['rel_type'] === 'm.thread'));
}
