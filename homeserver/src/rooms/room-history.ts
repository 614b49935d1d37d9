/**
 * What other servers may read of a room: events, the state around them, the DAG behind them. Raw events are handed out as
 * the text that is stored; what a server's users could not see when it was sent goes out redacted (Server-Server API,
 * "Backfilling and retrieving missing events").
 */
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { notFound } from '@nexuscomm/spec/errors.ts';
import { numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { AuthGraphs } from './auth-graph.ts';
import type { Erasures } from './erasures.ts';
import { eventColumns, eventJoins, type EventRow } from './event-reader.ts';
import { INVITE, JOIN, membershipCode } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import type { RoomStates } from './room-states.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';
import { historyVisibilityOf } from './visibility.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';

const selectJson = sql('event_texts', 'select json from event_json where nid = any($1::int8[])');
const selectJsonBySender = sql(
  'event_texts_by_sender',
  'select j.json, e.sender from event_json j join event e using (nid) where nid = any($1::int8[])',
);
const selectIds = sql('event_ids', 'select event_id from event where nid = any($1::int8[])');
const selectOfType = sql('events_of_type', 'select nid from event where nid = any($1::int8[]) and type = $2');
const selectEarlier = sql(
  'events_up_to_depth',
  `select ${eventColumns} from (
     select * from event where room_nid = $1 and depth <= $2 and flags & 5 = 0 order by depth desc limit $3) e ${eventJoins}`,
);
const selectByTime = {
  f: sql('history_after_time', 'select nid from event where room_nid = $1 and pos is not null and ts >= $2 order by ts, pos limit 1'),
  b: sql('history_before_time', 'select nid from event where room_nid = $1 and pos is not null and ts <= $2 order by ts desc, pos desc limit 1'),
};

const HEROES = 5;
/** Rows read at once for an answer that is streamed. */
const SLICE = 500;
/** Events read ahead of a walk through the DAG. */
const READ_AHEAD = 20;

export class RoomHistory {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #states: RoomStates;
  readonly #graphs: AuthGraphs;
  readonly #erasures: Erasures;

  constructor(options: { db: Queryable; engine: RoomEngine; states: RoomStates; graphs: AuthGraphs; erasures: Erasures }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#states = options.states;
    this.#graphs = options.graphs;
    this.#erasures = options.erasures;
  }

  /** An event of the room that has its place in it; M_NOT_FOUND otherwise. */
  async event(room: Room, eventId: string): Promise<StoredEvent> {
    const stored = await this.#engine.events.byId(eventId);
    if (!stored || stored.roomNid !== room.nid || stored.isOutlier) throw notFound('This server does not have that event.');
    return stored;
  }

  /** Numbers of the state before an event. */
  async stateBefore(room: Room, stored: StoredEvent): Promise<number[]> {
    return [...this.#states.entries(await this.#states.chain(stored.snapBefore, room)).values()];
  }

  /** Numbers of the auth chains of events: of the events only those that authorise another one. */
  async authChain(room: Room, nids: readonly number[]): Promise<number[]> {
    return this.#withCreate(room, (await this.#graphs.of(room.nid)).ancestors(nids));
  }

  /** In version 12 the create event is part of every chain, though no event names it. */
  async #withCreate(room: Room, chain: number[]): Promise<number[]> {
    if (!room.version.hashedRoomId) return chain;
    const create = await this.#engine.events.byId(`$${room.roomId.slice(1)}`);
    return create === undefined || chain.includes(create.nid) ? chain : [create.nid, ...chain];
  }

  /** The auth events of an event that may not be a state event, and theirs. */
  async authChainOf(room: Room, stored: StoredEvent): Promise<number[]> {
    const auth = [...(await this.#engine.events.byIds(stored.event.authEvents)).values()].map((one) => one.nid);
    return this.#withCreate(room, (await this.#graphs.of(room.nid)).closure(auth));
  }

  /**
   * A state without memberships, but for those that a new server needs at once: the joining user's and, to name a room that
   * has no name, those of its heroes (Server-Server API, send_join, `omit_members`).
   */
  async withoutMembers(room: Room, nids: readonly number[], join: StoredEvent): Promise<number[]> {
    const memberType = await this.#engine.strings.id('m.room.member');
    const rows = await this.#db.query<{ nid: number }>(selectOfType, [nids, memberType]);
    const members = new Set(rows.map((row) => row.nid));
    const names = await this.#engine.strings.ids([stateKeyText('m.room.name', ''), stateKeyText('m.room.canonical_alias', '')]);
    const heroes = names.some((key) => room.state.has(key)) ? 0 : HEROES;
    const kept = new Set<number>(join.replaces === undefined ? [] : [join.replaces]);
    const present = [...room.members.values()].filter((member) => member.membership === JOIN || member.membership === INVITE);
    for (const member of present.slice(0, heroes)) kept.add(member.nid);
    return nids.filter((nid) => !members.has(nid) || kept.has(nid));
  }

  async ids(nids: readonly number[]): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < nids.length; at += SLICE * 10) {
      for (const row of await this.#db.query<{ event_id: string }>(selectIds, [nids.slice(at, at + SLICE * 10)])) ids.push(row.event_id);
    }
    return ids;
  }

  /** Stored state events as a JSON list, in pieces, as a server may have them. */
  async *stateList(room: Room, nids: readonly number[], server: string): AsyncGenerator<string> {
    const hidden = this.#erasures.hiddenFrom(room, await this.#engine.strings.id(server));
    yield '[';
    for (let at = 0; at < nids.length; at += SLICE) {
      yield `${at === 0 ? '' : ','}${(await this.#stateTexts(room, nids.slice(at, at + SLICE), hidden)).join(',')}`;
    }
    yield ']';
  }

  /** `hidden`: senders whose memberships go out redacted. */
  async #stateTexts(room: Room, nids: readonly number[], hidden: ReadonlySet<number>): Promise<string[]> {
    if (hidden.size === 0) return (await this.#db.query<{ json: string }>(selectJson, [nids])).map((row) => row.json);
    const rows = await this.#db.query<{ json: string; sender: number }>(selectJsonBySender, [nids]);
    return rows.map(({ json, sender }) => (hidden.has(sender) ? redactedMembership(json, room.version) : json));
  }

  /** The given events and those before them, newest first. */
  async backfill(room: Room, from: readonly string[], limit: number): Promise<StoredEvent[]> {
    return this.#walk(room, from, { limit, stopAt: new Set(), minDepth: 0 });
  }

  /** Events before `latest` and not before `earliest`, oldest first. */
  async missing(
    room: Room,
    request: { latest: readonly string[]; earliest: readonly string[]; limit: number; minDepth: number },
  ): Promise<StoredEvent[]> {
    const { latest, earliest, limit, minDepth } = request;
    const heads = [...(await this.#engine.events.byIds(latest)).values()].filter((stored) => stored.roomNid === room.nid);
    const prev = heads.flatMap((stored) => stored.event.prevEvents);
    return (await this.#walk(room, prev, { limit, stopAt: new Set([...earliest, ...latest]), minDepth })).reverse();
  }

  async atTime(room: Room, ts: number, direction: 'f' | 'b'): Promise<StoredEvent> {
    const [row] = await this.#db.query<{ nid: number }>(selectByTime[direction], [room.nid, ts]);
    const stored = row && (await this.#engine.events.byNid(row.nid));
    if (!stored) throw notFound(`There is no event ${direction === 'f' ? 'after' : 'before'} that time.`);
    return stored;
  }

  /** The text of an event as a server may have it: redacted if none of its users could see it. */
  async textFor(room: Room, stored: StoredEvent, server: string): Promise<string> {
    const redacted =
      stored.redactedBy !== undefined || (await this.#isErasedFor(room, stored, server)) || !(await this.#maySee(room, stored, server));
    return encodeCanonicalJson(redacted ? redactEventJson(stored.event.json, room.version) : stored.event.json, numbersOf(room.version));
  }

  async textsFor(room: Room, events: readonly StoredEvent[], server: string): Promise<string[]> {
    return Promise.all(events.map((stored) => this.textFor(room, stored, server)));
  }

  /** Its sender's account was erased before any of the server's users came to the room, and none was there when it was sent. */
  async #isErasedFor(room: Room, stored: StoredEvent, server: string): Promise<boolean> {
    if (!this.#erasures.isHiddenFrom(room, await this.#engine.strings.id(server), stored)) return false;
    const entries = this.#states.entries(await this.#states.chain(stored.snapBefore, room));
    return !(await this.#membershipsOf(room, entries, server)).includes(JOIN);
  }

  async #maySee(room: Room, stored: StoredEvent, server: string): Promise<boolean> {
    if (serverNameOf(stored.event.sender) === server) return true;
    const { strings, events } = this.#engine;
    const entries = this.#states.entries(await this.#states.chain(stored.snapBefore, room));
    const visibilityNid = entries.get(await strings.id(stateKeyText('m.room.history_visibility', '')));
    const visibility = historyVisibilityOf(visibilityNid === undefined ? undefined : await events.byNid(visibilityNid));
    if (visibility === 'shared' || visibility === 'world_readable') return true;
    const memberships = await this.#membershipsOf(room, entries, server);
    return memberships.includes(JOIN) || (visibility === 'invited' && memberships.includes(INVITE));
  }

  /** Memberships of a server's users in a state, as codes. */
  async #membershipsOf(room: Room, entries: ReadonlyMap<number, number>, server: string): Promise<number[]> {
    const { strings, events } = this.#engine;
    const serverNid = await strings.id(server);
    const users = [...room.members.values()].filter((member) => member.serverNid === serverNid).map((member) => member.userNid);
    const keys = await strings.ids((await strings.texts(users)).map((userId) => stateKeyText('m.room.member', userId)));
    const nids = keys.flatMap((key) => entries.get(key) ?? []);
    return [...(await events.byNids(nids)).values()].flatMap((member) => membershipCode(member.event.content['membership']) ?? []);
  }

  /** Walks the DAG from events back, the deepest first. */
  async #walk(
    room: Room,
    from: readonly string[],
    { limit, stopAt, minDepth }: { limit: number; stopAt: ReadonlySet<string>; minDepth: number },
  ): Promise<StoredEvent[]> {
    const known = new Map<string, StoredEvent>();
    for (const [id, stored] of await this.#engine.events.byIds(from)) known.set(id, stored);
    const deepest = Math.max(0, ...[...known.values()].map((stored) => stored.event.depth));
    const rows = await this.#db.query<EventRow>(selectEarlier, [room.nid, deepest, limit + READ_AHEAD]);
    for (const stored of this.#engine.events.fromRows(rows)) known.set(stored.event.eventId, stored);
    const seen = new Set<string>();
    const found: StoredEvent[] = [];
    let open = [...new Set(from)];
    while (open.length > 0 && found.length < limit) {
      const unread = open.filter((id) => !known.has(id));
      if (unread.length > 0) for (const [id, stored] of await this.#engine.events.byIds(unread)) known.set(id, stored);
      const candidates = open.flatMap((id) => known.get(id) ?? []).filter((stored) => stored.roomNid === room.nid && !stored.isOutlier);
      candidates.sort((a, b) => b.event.depth - a.event.depth);
      const next = candidates[0];
      if (!next) break;
      open = candidates.slice(1).map((stored) => stored.event.eventId);
      seen.add(next.event.eventId);
      if (stopAt.has(next.event.eventId) || next.event.depth < minDepth) continue;
      // Rejected events are known to nobody here, but the way leads through them.
      if (!next.isRejected) found.push(next);
      for (const id of next.event.prevEvents) if (!seen.has(id) && !open.includes(id)) open.push(id);
    }
    return found;
  }
}

/** The stored text of an event without what a redaction takes of it, if it is a membership. */
function redactedMembership(text: string, version: RoomVersion): string {
  const json = JSON.parse(text) as JsonObject;
  return json['type'] === 'm.room.member' ? encodeCanonicalJson(redactEventJson(json, version), numbersOf(version)) : text;
}
