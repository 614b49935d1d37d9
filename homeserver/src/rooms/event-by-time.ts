/** Events by their time (Client-Server API, GET /timestamp_to_event): of this server, or of others where something is missing here. */
import { notFound } from '@nexuscomm/spec/errors.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { eventColumns, eventJoins, type EventRow } from './event-reader.ts';
import { backExtremities, type GapFiller } from './gaps.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import type { RoomReader } from './room-reader.ts';
import type { StoredEvent } from './stored-event.ts';
import type { EventVisibility } from './visibility.ts';

const selectByTime = {
  f: sql(
    'event_after_time',
    `select ${eventColumns} from (select * from event where room_nid = $1 and pos is not null and ts >= $2 order by ts, pos limit 10) e ${eventJoins} order by e.ts, e.pos`,
  ),
  b: sql(
    'event_before_time',
    `select ${eventColumns} from (select * from event where room_nid = $1 and pos is not null and ts <= $2 order by ts desc, pos desc limit 10) e ${eventJoins} order by e.ts desc, e.pos desc`,
  ),
};

export class EventByTime {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #visibility: EventVisibility;
  readonly #reader: RoomReader;
  #filler: GapFiller | undefined;

  constructor(options: { db: Queryable; engine: RoomEngine; visibility: EventVisibility; reader: RoomReader }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#visibility = options.visibility;
    this.#reader = options.reader;
  }

  /** Other servers can be asked from now on. */
  connect(filler: GapFiller): void {
    this.#filler = filler;
  }

  /** The first event at or after (before) a time that the user may see. Other servers are asked if they may know a nearer one. */
  async find(room: Room, userNid: number, ts: number, direction: 'f' | 'b'): Promise<StoredEvent> {
    const rows = await this.#db.query<EventRow>(selectByTime[direction], [room.nid, ts]);
    const [first] = await this.#visibility.filter(room, userNid, this.#engine.events.fromRows(rows));
    const elsewhere = (await this.#isByGap(room, first?.stored, direction)) ? await this.#nearest(room, userNid, ts, direction) : undefined;
    const nearer = elsewhere && (!first || Math.abs(elsewhere.event.originServerTs - ts) < Math.abs(first.stored.event.originServerTs - ts));
    const found = nearer === true ? elsewhere : first?.stored;
    if (!found) throw notFound(`There is no event ${direction === 'f' ? 'after' : 'before'} that time.`);
    return found;
  }

  /** Events are missing between a time and the event that was found for it here. */
  async #isByGap(room: Room, found: StoredEvent | undefined, direction: 'f' | 'b'): Promise<boolean> {
    if (!this.#filler || room.servers.size < 2) return false;
    if (!found) return this.#reader.hasGaps(room);
    const later = direction === 'f' ? found : await this.#reader.next(room, { depth: found.event.depth, pos: found.pos! });
    return later !== undefined && (await backExtremities(this.#db, room.nid, later.event.prevEvents)).length > 0;
  }

  /** The event nearest to a time that other servers know, brought here. */
  async #nearest(room: Room, userNid: number, ts: number, direction: 'f' | 'b'): Promise<StoredEvent | undefined> {
    const told = await this.#filler?.nearest(room, ts, direction);
    if (!told) return undefined;
    const here = await this.#engine.events.byId(told.eventId);
    if (!here || here.isOutlier) await this.#filler?.fill(room, [told.eventId]);
    const stored = await this.#engine.events.byId(told.eventId);
    if (!stored || stored.roomNid !== room.nid || stored.pos === null) return undefined;
    const fits = direction === 'f' ? stored.event.originServerTs >= ts : stored.event.originServerTs <= ts;
    const [visible] = fits ? await this.#visibility.filter(room, userNid, [stored]) : [];
    return visible?.stored;
  }
}
