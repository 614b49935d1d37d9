/** Reads stored events, by number or by id, through a cache of those used last. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { eventFromStored } from '@nexuscomm/spec/events/parse-event.ts';
import { findRoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { EventId, RoomId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { coalesce } from '../storage/coalesce.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { inTurns } from '../storage/turns.ts';
import type { Room } from './room.ts';
import { StoredEvent } from './stored-event.ts';
import { transactionIdOf } from './transaction-scope.ts';

/** A row of `eventColumns`. */
export interface EventRow {
  nid: number;
  pos: number | null;
  room_nid: number;
  room_id: string;
  version: string;
  type: number;
  sender: number;
  key: number | null;
  flags: number;
  snap_before: number;
  snap_after: number | null;
  head_before: number | null;
  replaces: number | null;
  redacted_by: number | null;
  event_id: string;
  json: string;
  device_nid: number | null;
  txn_id: string | null;
  related: boolean;
}

/** Columns and joins of a query whose rows `EventReader.fromRows` takes; `e` is the event. */
export const eventColumns = `e.nid, e.pos, e.room_nid, r.room_id, r.version, e.type, e.sender, e.key, e.flags, e.snap_before, e.snap_after, e.head_before,
  e.replaces, e.redacted_by, e.event_id, j.json, t.device_nid, t.txn_id,
  exists (select from relation l where l.parent = e.event_id) as related`;
export const eventJoins = `join event_json j on j.nid = e.nid join room r on r.nid = e.room_nid left join txn t on t.nid = e.nid`;

const selectByNids = sql('event_by_nids', `select ${eventColumns} from event e ${eventJoins} where e.nid = any($1::int8[])`);
const selectByIds = sql('event_by_ids', `select ${eventColumns} from event e ${eventJoins} where e.event_id = any($1::text[])`);

/** Events that are read at once: rows are parsed on the event loop. */
const SLICE = 500;

export class EventReader {
  readonly #db: Queryable;
  readonly #cache: LRUCache<number, StoredEvent>;
  readonly #nidOfId: LRUCache<string, number>;
  /** Rooms are put together side by side, each of which asks for a few. */
  readonly #load: (nids: readonly number[]) => Promise<ReadonlyMap<number, StoredEvent>>;

  constructor(db: Queryable, cacheSize: number) {
    this.#db = db;
    this.#cache = new LRUCache(upTo(cacheSize));
    this.#nidOfId = new LRUCache(upTo(cacheSize));
    this.#load = coalesce(async (nids) => {
      const rows = await db.query<EventRow>(selectByNids, [nids]);
      return new Map(this.fromRows(rows).map((stored) => [stored.nid, stored]));
    }, SLICE);
  }

  /** The event, if it is in memory. */
  cached(nid: number): StoredEvent | undefined {
    return this.#cache.get(nid);
  }

  /** The event of an id, if it is in memory. */
  cachedById(eventId: string): StoredEvent | undefined {
    const nid = this.#nidOfId.get(eventId);
    return nid === undefined ? undefined : this.#cache.get(nid);
  }

  /** Keeps a committed event in memory. */
  remember(stored: StoredEvent): void {
    this.#cache.set(stored.nid, stored);
    this.#nidOfId.set(stored.event.eventId, stored.nid);
  }

  /** The events of the numbers, by number; a number without an event is absent. One statement at most for each 500. */
  async byNids(nids: Iterable<number>): Promise<Map<number, StoredEvent>> {
    const found = new Map<number, StoredEvent>();
    const missing: number[] = [];
    for (const nid of nids) {
      const cached = this.#cache.get(nid);
      if (cached) found.set(nid, cached);
      else missing.push(nid);
    }
    for await (const slice of inTurns(missing, SLICE)) {
      const loaded = await this.#load(slice);
      for (const nid of slice) {
        const stored = loaded.get(nid);
        if (stored) found.set(nid, stored);
      }
    }
    return found;
  }

  async byNid(nid: number): Promise<StoredEvent | undefined> {
    return this.#cache.get(nid) ?? (await this.byNids([nid])).get(nid);
  }

  /** Events of a room's head by number, those not committed yet included. */
  async ofHead(room: Pick<Room, 'headEvent'>, nids: readonly number[]): Promise<Map<number, StoredEvent>> {
    const pending = nids.flatMap((nid) => room.headEvent(nid) ?? []);
    const rest = nids.filter((nid) => !room.headEvent(nid));
    const found = rest.length === 0 ? new Map<number, StoredEvent>() : await this.byNids(rest);
    for (const stored of pending) found.set(stored.nid, stored);
    return found;
  }

  /** The events of the ids, by id; an id without an event is absent. One statement at most for each 500. */
  async byIds(eventIds: Iterable<string>): Promise<Map<string, StoredEvent>> {
    const found = new Map<string, StoredEvent>();
    const missing: string[] = [];
    for (const eventId of eventIds) {
      const nid = this.#nidOfId.get(eventId);
      const cached = nid === undefined ? undefined : this.#cache.get(nid);
      if (cached) found.set(eventId, cached);
      else missing.push(eventId);
    }
    if (missing.length > 0) {
      for await (const slice of inTurns(missing, SLICE)) {
        for (const stored of this.fromRows(await this.#db.query<EventRow>(selectByIds, [slice]))) found.set(stored.event.eventId, stored);
      }
    }
    return found;
  }

  async byId(eventId: string): Promise<StoredEvent | undefined> {
    return (await this.byIds([eventId])).get(eventId);
  }

  /** Rows of `eventColumns`, in their order, as events; those already in memory are the same objects. */
  fromRows(rows: readonly EventRow[]): StoredEvent[] {
    return rows.map((row) => {
      const cached = this.#cache.get(row.nid);
      if (cached) return cached;
      const stored = storedEventOf(row);
      this.remember(stored);
      return stored;
    });
  }
}

function storedEventOf(row: EventRow): StoredEvent {
  const version = findRoomVersion(row.version);
  if (!version) throw new Error(`room ${row.room_id} has the unknown version ${row.version}`);
  return new StoredEvent({
    nid: row.nid,
    pos: row.pos,
    roomNid: row.room_nid,
    roomVersion: row.version,
    event: eventFromStored({
      eventId: row.event_id as EventId,
      roomId: row.room_id as RoomId,
      json: JSON.parse(row.json) as JsonObject,
      version,
    }),
    typeNid: row.type,
    senderNid: row.sender,
    key: row.key ?? undefined,
    replaces: row.replaces ?? undefined,
    snapBefore: row.snap_before,
    snapAfter: row.snap_after ?? row.snap_before,
    headBefore: row.head_before ?? row.snap_before,
    flags: row.flags,
    redactedBy: row.redacted_by ?? undefined,
    related: row.related,
    txn: row.device_nid === null || row.txn_id === null ? undefined : { deviceNid: row.device_nid, txnId: transactionIdOf(row.txn_id) },
  });
}
