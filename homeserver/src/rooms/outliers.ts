/**
 * Events that this server knows only because others refer to them: the state and the auth chains that other servers tell.
 * They are checked by their own auth events and stored without a place. Big rooms come in slices, so that the event loop
 * is never held up for long.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { restAfter } from '../storage/turns.ts';
import { checkByAuthEvents, createIdOf, type NamedAuthEvent } from './check-event.ts';
import { membershipCode } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import { EVENT_OUTLIER, EVENT_REJECTED } from './stored-event.ts';

const selectPlaces = sql('event_places', 'select event_id, nid, type, key, sender, flags, room_nid from event where event_id = any($1::text[])');
const insertOutliers = sql(
  'outliers_insert',
  `with e as (
     insert into event (nid, room_nid, type, key, sender, flags, depth, ts, snap_before, prev, auth, event_id)
     select nid, $2, type, key, sender, flags, depth, ts, 0, '{}', auth::int8[], event_id
     from unnest($1::int8[], $3::int4[], $4::int4[], $5::int4[], $6::int2[], $7::int8[], $8::int8[], $9::text[], $10::text[])
       u(nid, type, key, sender, flags, depth, ts, auth, event_id))
   insert into event_json (nid, json) select * from unnest($1::int8[], $11::text[])`,
);

/** A stored event, as far as the state of a room needs it. */
export interface EventPlaceRow {
  readonly event_id: string;
  readonly nid: number;
  readonly type: number;
  readonly key: number | null;
  readonly sender: number;
  readonly flags: number;
  readonly room_nid: number;
}

export interface Outlier {
  readonly nid: number;
  readonly type: number;
  readonly key: number | undefined;
  readonly senderNid: number;
  readonly rejected: boolean;
  readonly event: RoomEvent;
}

/** Ids asked for in one statement, rows written in one, and events checked before others get a turn. */
const LOOKUP = 2_000;
const WRITE = 250;
const TURN = 50;

/** The places of events by their ids, without the events themselves. */
export async function findPlaces(db: Queryable, eventIds: readonly string[]): Promise<Map<string, EventPlaceRow>> {
  const found = new Map<string, EventPlaceRow>();
  for (let at = 0; at < eventIds.length; at += LOOKUP) {
    for (const row of await db.query<EventPlaceRow>(selectPlaces, [eventIds.slice(at, at + LOOKUP)])) found.set(row.event_id, row);
  }
  return found;
}

export class Outliers {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #positions: StreamPositions;

  constructor(options: { db: Queryable; engine: RoomEngine; positions: StreamPositions }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#positions = options.positions;
  }

  /**
   * Stores those of the events that are not here, in any order. Returns all that are here now, by event id; events whose
   * auth events are neither given nor here are left out.
   */
  async add(target: Room, events: readonly RoomEvent[]): Promise<Map<string, Outlier>> {
    return this.#engine.exclusively(target, async (room, writer) => {
      await writer.settle();
      return this.#add(room, events);
    });
  }

  async #add(room: Room, events: readonly RoomEvent[]): Promise<Map<string, Outlier>> {
    const given = new Map(events.map((event) => [event.eventId as string, event]));
    const places = await findPlaces(this.#db, [...given.keys()]);
    const result = new Map<string, Outlier>();
    await restAfter(given.size);
    for (const [id, row] of places) {
      if (row.room_nid !== room.nid) continue;
      const rejected = (row.flags & EVENT_REJECTED) !== 0;
      result.set(id, { nid: row.nid, type: row.type, key: row.key ?? undefined, senderNid: row.sender, rejected, event: given.get(id)! });
    }
    const unknown = [...given.values()].filter((event) => !places.has(event.eventId));
    const fresh = await inAuthOrder(unknown, room.version.hashedRoomId);
    const further = await this.#furtherAuthEvents(room, fresh, given);
    for (let at = 0; at < fresh.length; at += WRITE) await this.#write(room, fresh.slice(at, at + WRITE), result, further);
    return result;
  }

  /** Auth events that are here and not among the given ones. */
  async #furtherAuthEvents(
    room: Room,
    events: readonly RoomEvent[],
    given: ReadonlyMap<string, RoomEvent>,
  ): Promise<Map<string, NamedAuthEvent & { nid: number }>> {
    const wanted = new Set<string>();
    for (const event of events) {
      for (const id of event.authEvents) if (!given.has(id)) wanted.add(id);
      if (room.version.hashedRoomId && !given.has(createIdOf(event))) wanted.add(createIdOf(event));
    }
    const stored = await this.#engine.events.byIds(wanted);
    return new Map([...stored].map(([id, one]) => [id, { event: one.event, isRejected: one.isRejected, nid: one.nid }]));
  }

  async #write(
    room: Room,
    events: readonly RoomEvent[],
    result: Map<string, Outlier>,
    further: ReadonlyMap<string, NamedAuthEvent & { nid: number }>,
  ): Promise<void> {
    const { strings } = this.#engine;
    const texts = [...new Set(events.flatMap(stringsOf))];
    const ids = new Map<string, number>();
    (await strings.ids(texts)).forEach((id, i) => ids.set(texts[i]!, id));
    await this.#positions.ready(events.length);
    const find = (id: string): (NamedAuthEvent & { nid: number }) | undefined => {
      const outlier = result.get(id);
      return outlier ? { event: outlier.event, isRejected: outlier.rejected, nid: outlier.nid } : further.get(id);
    };
    const rows: { outlier: Outlier; auth: readonly number[]; json: string }[] = [];
    let sinceTurn = 0;
    for (const event of events) {
      if (++sinceTurn % TURN === 0) await nextTurn();
      const authEvents = event.authEvents.map(find);
      if (authEvents.some((auth) => auth === undefined) || event.roomId !== room.roomId) continue;
      const named = authEvents as (NamedAuthEvent & { nid: number })[];
      const create = room.version.hashedRoomId && event.type !== 'm.room.create' ? find(createIdOf(event))?.event : undefined;
      const verdict = checkByAuthEvents({ version: room.version, event, authEvents: named, create });
      const outlier: Outlier = {
        nid: this.#positions.takeId(),
        type: ids.get(event.type)!,
        key: event.stateKey === undefined ? undefined : ids.get(stateKeyText(event.type, event.stateKey)),
        senderNid: ids.get(event.sender)!,
        rejected: !verdict.allowed,
        event,
      };
      result.set(event.eventId, outlier);
      rows.push({ outlier, auth: named.map((auth) => auth.nid), json: encodeCanonicalJson(event.json, numbersOf(room.version)) });
    }
    if (rows.length > 0) await this.#insert(room, rows);
  }

  async #insert(room: Room, rows: readonly { outlier: Outlier; auth: readonly number[]; json: string }[]): Promise<void> {
    const of = <T>(read: (outlier: Outlier) => T): T[] => rows.map((row) => read(row.outlier));
    await this.#db.query(insertOutliers, [
      of((outlier) => outlier.nid),
      room.nid,
      of((outlier) => outlier.type),
      of((outlier) => outlier.key ?? null),
      of((outlier) => outlier.senderNid),
      of((outlier) => EVENT_OUTLIER | (outlier.rejected ? EVENT_REJECTED : 0)),
      of((outlier) => outlier.event.depth),
      of((outlier) => outlier.event.originServerTs),
      rows.map((row) => `{${row.auth.join(',')}}`),
      of((outlier) => outlier.event.eventId),
      rows.map((row) => row.json),
    ]);
  }
}

function stringsOf({ type, sender, stateKey }: RoomEvent): string[] {
  const key = stateKey === undefined ? [] : [stateKeyText(type, stateKey)];
  const user = type === 'm.room.member' && stateKey !== undefined ? [stateKey, serverNameOf(stateKey)] : [];
  return [type, sender, ...key, ...user];
}

/**
 * The events in an order in which auth events come before what they authorise; so does the create event, which those of
 * version 12 don't name. What is in a circle is left out.
 */
async function inAuthOrder(events: readonly RoomEvent[], createIsImplied: boolean): Promise<RoomEvent[]> {
  const given = new Map(events.map((event) => [event.eventId as string, event]));
  const waitingFor = new Map<string, number>();
  const followers = new Map<string, RoomEvent[]>();
  const ready: RoomEvent[] = [];
  let seen = 0;
  for (const event of given.values()) {
    if (++seen % 1_000 === 0) await nextTurn();
    const implied = createIsImplied && event.type !== 'm.room.create' ? [createIdOf(event)] : [];
    const open = new Set([...event.authEvents, ...implied].filter((id) => given.has(id)));
    waitingFor.set(event.eventId, open.size);
    if (open.size === 0) ready.push(event);
    for (const id of open) {
      const list = followers.get(id);
      if (list) list.push(event);
      else followers.set(id, [event]);
    }
  }
  const ordered: RoomEvent[] = [];
  for (let at = 0; at < ready.length; at++) {
    if (at % 1_000 === 999) await nextTurn();
    const event = ready[at]!;
    ordered.push(event);
    for (const follower of followers.get(event.eventId) ?? []) {
      const open = waitingFor.get(follower.eventId)! - 1;
      waitingFor.set(follower.eventId, open);
      if (open === 0) ready.push(follower);
    }
  }
  return ordered;
}

/** The membership that a stored membership event states. */
export const membershipIn = (event: RoomEvent): number | undefined => membershipCode(event.content['membership']);
