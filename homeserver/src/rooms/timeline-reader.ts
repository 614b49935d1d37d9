/** Reads a room's timeline: from the ring in memory where it reaches, else from storage. */
import { sql, type Queryable } from '../storage/database.ts';
import { eventColumns, eventJoins, type EventReader, type EventRow } from './event-reader.ts';
import type { Room } from './room.ts';
import type { StoredEvent } from './stored-event.ts';

// Soft-failed and rejected events have no position, so a position is all that a timeline asks for.
const selectNewest = sql(
  'timeline_newest',
  `select ${eventColumns} from unnest($1::int8[], $2::int8[], $3::int8[]) w(room_nid, after, upto)
   cross join lateral (
     select * from event where event.room_nid = w.room_nid and pos > w.after and pos <= w.upto order by pos desc limit $4) e
   ${eventJoins} order by e.room_nid, e.pos`,
);
const selectMembers = sql(
  'timeline_newest_members',
  `select ${eventColumns} from unnest($1::int8[], $2::int8[]) w(room_nid, after)
   cross join lateral (
     select * from event where event.room_nid = w.room_nid and pos > w.after and key is not null
       and type = (select id from str where v = 'm.room.member') order by pos desc limit 1) e ${eventJoins}`,
);
const selectFirst = sql(
  'timeline_first',
  `select ${eventColumns} from unnest($1::int8[], $2::int8[]) w(room_nid, after)
   cross join lateral (select * from event where event.room_nid = w.room_nid and pos > w.after order by pos limit 1) e ${eventJoins}`,
);

export interface TimelineRequest {
  readonly room: Room;
  /** exclusive; 0 for all that was ever live here */
  readonly after: number;
  /** inclusive */
  readonly upto: number;
}

export class TimelineReader {
  readonly #db: Queryable;
  readonly #events: EventReader;

  constructor(db: Queryable, events: EventReader) {
    this.#db = db;
    this.#events = events;
  }

  /**
   * The newest `limit` events with after < position <= upto of each room, oldest first, by room number. One statement
   * at most. Fewer than `limit` events mean that there are no more.
   */
  async newest(requests: readonly TimelineRequest[], limit: number): Promise<Map<number, StoredEvent[]>> {
    const found = new Map<number, StoredEvent[]>();
    const missing: TimelineRequest[] = [];
    for (const request of requests) {
      const inMemory = newestInRing(request, limit);
      if (inMemory) found.set(request.room.nid, inMemory);
      else missing.push(request);
    }
    if (missing.length === 0) return found;
    const rows = await this.#db.query<EventRow>(selectNewest, [
      missing.map((request) => request.room.nid),
      missing.map((request) => request.after),
      missing.map((request) => request.upto),
      limit,
    ]);
    const byRoom = Map.groupBy(this.#events.fromRows(rows), (stored) => stored.roomNid);
    for (const { room, after, upto } of missing) {
      const events = byRoom.get(room.nid) ?? [];
      found.set(room.nid, events);
      // What ends where the ring begins makes the ring reach further back; if there was no more, all the way.
      if (upto < room.ringFloor) continue;
      if (events.length < limit) room.fillRing(events, Math.min(after, room.ringFloor));
      else room.fillRing(events, events[0]!.pos! - 1);
    }
    return found;
  }

  /** The newest membership event after a position, of each room that has one: one statement for those not in memory. */
  async newestMembers(requests: readonly { readonly room: Room; readonly after: number }[]): Promise<StoredEvent[]> {
    const found: StoredEvent[] = [];
    const missing: { readonly room: Room; readonly after: number }[] = [];
    for (const request of requests) {
      const { ring, ringFloor } = request.room;
      const inMemory = ring.findLast((stored) => stored.pos! > request.after && stored.isState && stored.event.type === 'm.room.member');
      if (inMemory) found.push(inMemory);
      else if (ringFloor > request.after) missing.push(request);
    }
    if (missing.length === 0) return found;
    const rows = await this.#db.query<EventRow>(selectMembers, [missing.map(({ room }) => room.nid), missing.map(({ after }) => after)]);
    return [...found, ...this.#events.fromRows(rows)];
  }

  /** The first event after a position, in each room that has one. */
  async firstAfter(requests: readonly { readonly room: Room; readonly after: number }[]): Promise<Map<number, StoredEvent>> {
    const found = new Map<number, StoredEvent>();
    const missing: { readonly room: Room; readonly after: number }[] = [];
    for (const request of requests) {
      const { room, after } = request;
      if (after >= room.lastPos) continue;
      const inMemory = after >= room.ringFloor ? room.ring.find((stored) => stored.pos! > after) : undefined;
      if (inMemory) found.set(room.nid, inMemory);
      else missing.push(request);
    }
    if (missing.length > 0) {
      const columns = [missing.map(({ room }) => room.nid), missing.map(({ after }) => after)];
      for (const stored of this.#events.fromRows(await this.#db.query<EventRow>(selectFirst, columns))) found.set(stored.roomNid, stored);
    }
    return found;
  }
}

function newestInRing({ room, after, upto }: TimelineRequest, limit: number): StoredEvent[] | undefined {
  const { ring } = room;
  let end = ring.length;
  while (end > 0 && ring[end - 1]!.pos! > upto) end--;
  let start = end;
  while (start > 0 && end - start < limit && ring[start - 1]!.pos! > after) start--;
  const complete = end - start === limit || room.ringFloor <= after;
  return complete ? ring.slice(start, end) : undefined;
}
