/** Reading rooms on behalf of a user: who may read what, pages of messages, members, single events. */
import { forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { inTurns } from '../storage/turns.ts';
import { sql, type Queryable } from '../storage/database.ts';
import { clientEvent } from './client-event.ts';
import { eventColumns, eventJoins, type EventRow } from './event-reader.ts';
import type { Erasures } from './erasures.ts';
import { backExtremities, gapsOf, type GapFiller } from './gaps.ts';
import { BAN, JOIN, LEAVE } from './membership.ts';
import type { Relations } from './relations.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';
import type { EventVisibility, VisibleEvent } from './visibility.ts';

/** A place between two events in the topological order: after (depth, pos). */
export interface TopologicalToken {
  readonly depth: number;
  readonly pos: number;
  /** only events up to this stream position count: what came later is known already */
  readonly upto?: number | undefined;
}

export interface Reader {
  readonly userNid: number;
  readonly userId: string;
  readonly deviceNid: number;
}

export interface Page {
  readonly events: VisibleEvent[];
  readonly start: TopologicalToken;
  /** undefined: there is no more in this direction */
  readonly end: TopologicalToken | undefined;
}

const MAX = Number.MAX_SAFE_INTEGER;
const page = (order: 'asc' | 'desc', comparison: string, bound: string): string =>
  `select ${eventColumns} from (
     select * from event where room_nid = $1 and pos <= $7 and (depth, pos) ${comparison} ($2, $3) and (depth, pos) ${bound} ($4, $5)
     order by depth ${order}, pos ${order} limit $6) e ${eventJoins} order by e.depth ${order}, e.pos ${order}`;
const selectBackwards = sql('messages_back', page('desc', '<=', '>'));
const selectForwards = sql('messages_forward', page('asc', '>', '<='));
const selectPlace = sql(
  'messages_place',
  'select depth, pos from event where room_nid = $1 and pos is not null and pos <= $2 order by pos desc limit 1',
);
export const formatTopological = ({ depth, pos, upto }: TopologicalToken): string => `t${depth}_${pos}${upto === undefined ? '' : `_${upto}`}`;

/** Pages that a filter may leave empty before the rest is left to the client's next request. */
const MAX_PAGES = 5;
/** Times that older events are fetched from other servers for one page. */
const MAX_FILLS = 2;
/** Gaps that are looked at where a room's known history ends. */
const MAX_GAPS = 20;
const RENDERED_AT_ONCE = 1_000;
/** Entries of a state that are looked at before others get a turn. */
const ENTRIES_AT_ONCE = 4_000;

export class RoomReader {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #visibility: EventVisibility;
  readonly #relations: Relations;
  readonly #erasures: Erasures;
  readonly #now: () => number;
  #filler: GapFiller | undefined;

  constructor(options: {
    db: Queryable;
    engine: RoomEngine;
    visibility: EventVisibility;
    relations: Relations;
    erasures: Erasures;
    now: () => number;
  }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#visibility = options.visibility;
    this.#relations = options.relations;
    this.#erasures = options.erasures;
    this.#now = options.now;
  }

  /** Gaps are filled from other servers from now on. */
  connect(filler: GapFiller): void {
    this.#filler = filler;
  }

  /**
   * The state that the user may read: the current one for members and in rooms open to the world, the one at their
   * leaving for those who left. M_FORBIDDEN for everybody else.
   */
  async readableState(room: Room, userNid: number): Promise<ReadonlyMap<number, number>> {
    const member = room.members.get(userNid);
    if (member?.membership === JOIN) return room.state;
    const { visibility } = await this.#visibility.current(room);
    if (visibility === 'world_readable') return room.state;
    if (member && (member.membership === LEAVE || member.membership === BAN)) {
      const own = await this.#engine.events.byNid(member.nid);
      const before = own?.replaces === undefined ? undefined : await this.#engine.events.byNid(own.replaces);
      if (own && before?.content['membership'] === 'join') {
        const state = new Map((await this.#engine.statesAt([own.snapBefore])).get(own.snapBefore));
        return state.set(own.key!, own.nid);
      }
    }
    throw forbidden('You are not in this room.');
  }

  /** Checks that the user may read the room at all. */
  async checkReadable(room: Room, userNid: number): Promise<void> {
    await this.readableState(room, userNid);
  }

  /** Events of a state map as client events, in the order of the map. */
  async stateEvents(state: Iterable<number>, reader: Reader): Promise<string[]> {
    const nids = [...state];
    const loaded = await this.#engine.events.byNids(nids);
    return this.render(
      nids.flatMap((nid) => loaded.get(nid) ?? []).map((stored) => ({ stored, membership: undefined })),
      reader,
    );
  }

  /** The event, if it is in the room and the user may see it; else M_NOT_FOUND. */
  async event(room: Room, eventId: string, userNid: number): Promise<VisibleEvent> {
    const stored = await this.#engine.events.byId(eventId);
    const [visible] =
      stored?.roomNid === room.nid && !stored.isHidden && (!stored.isOutlier || stored.isState)
        ? await this.#visibility.filter(room, userNid, [stored])
        : [];
    if (!visible) throw notFound('There is no such event in this room, or you may not see it.');
    return visible;
  }

  /** Events as text, with what belongs to the reader; ignored relations are the caller's business. */
  async render(events: readonly { stored: StoredEvent; membership: number | undefined }[], reader: Reader): Promise<string[]> {
    const further = events.flatMap(({ stored }) => [stored.replaces, stored.redactedBy].filter((nid) => nid !== undefined));
    const [loaded, relations] = await Promise.all([
      this.#engine.events.byNids(further),
      this.#relations.bundled(
        events.filter(({ stored }) => stored.related && stored.redactedBy === undefined).map(({ stored }) => stored.nid),
        reader.userNid,
      ),
    ]);
    const texts: string[] = [];
    for await (const slice of inTurns(events, RENDERED_AT_ONCE)) {
      for (const { stored: original, membership } of slice) {
        const stored = this.shownTo(reader, original, membership);
        const replaced = stored.replaces === undefined ? undefined : loaded.get(stored.replaces);
        texts.push(
          clientEvent(stored, {
            withRoomId: true,
            now: this.#now(),
            deviceNid: reader.deviceNid,
            replaced: replaced && this.shownTo(reader, replaced),
            redaction: stored.redactedBy === undefined ? undefined : loaded.get(stored.redactedBy),
            membership,
            relations: stored.related ? relations.get(stored.nid) : undefined,
          }),
        );
      }
    }
    return texts;
  }

  /** The event as the reader is shown it: a redacted copy, if its sender's account was erased before they came. */
  shownTo(reader: Pick<Reader, 'userNid'>, stored: StoredEvent, membership?: number): StoredEvent {
    return this.#erasures.shownTo(reader.userNid, stored, membership);
  }

  /** A token of /messages, or one of /sync, as a place in the room. Throws M_INVALID_PARAM. */
  async place(room: Room, token: string): Promise<TopologicalToken> {
    const topological = /^t(\d{1,16})_(-?\d{1,16})(?:_(\d{1,16}))?$/.exec(token);
    if (topological) {
      const [, depth, pos, upto] = topological;
      return { depth: Number(depth), pos: Number(pos), upto: upto === undefined ? undefined : Number(upto) };
    }
    const stream = /^s(\d{1,15})(?:_\d{1,15})?$/.exec(token);
    if (!stream) throw invalidParam('That token was not issued by this server.');
    const [row] = await this.#db.query<TopologicalToken>(selectPlace, [room.nid, Number(stream[1])]);
    return row ?? { depth: 0, pos: -MAX };
  }

  /** Where reading backwards from a token begins: before a place in the stream is everything that came before it, however deep. */
  async placeBefore(room: Room, token: string): Promise<TopologicalToken> {
    const stream = /^s(\d{1,15})(?:_\d{1,15})?$/.exec(token);
    return stream ? { depth: MAX, pos: MAX, upto: Number(stream[1]) } : this.place(room, token);
  }

  /**
   * A page of at most `limit` events that pass, from a place on. What is missing here between them, or before the oldest, is
   * fetched from other servers first.
   */
  async page(options: {
    room: Room;
    userNid: number;
    from: TopologicalToken;
    to: TopologicalToken | undefined;
    backwards: boolean;
    limit: number;
    passes: (stored: StoredEvent) => boolean;
    /** false: no other server is asked for anything */
    fillGaps?: boolean;
  }): Promise<Page> {
    const { room, userNid, from, to, backwards, limit, passes, fillGaps = true } = options;
    const bound = to ?? (backwards ? { depth: 0, pos: -MAX } : { depth: MAX, pos: MAX });
    const events: VisibleEvent[] = [];
    let at = from;
    let fills = 0;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const wanted = limit - events.length;
      const rows = await this.#db.query<EventRow>(backwards ? selectBackwards : selectForwards, [
        room.nid,
        at.depth,
        at.pos,
        bound.depth,
        bound.pos,
        wanted,
        from.upto ?? MAX,
      ]);
      const read = this.#engine.events.fromRows(rows);
      const atStart = backwards && to === undefined && read.length < wanted;
      const gaps = fillGaps ? await this.#gapsIn(room, read, atStart) : [];
      if (gaps.length > 0 && fills < MAX_FILLS && (await this.#filler!.fill(room, gaps)) > 0) {
        fills++;
        pages--;
        continue;
      }
      // A gap that is still being filled is not crossed in this page.
      const stored = fills === MAX_FILLS ? upToGap(read, gaps, backwards) : read;
      events.push(...(await this.#visibility.filter(room, userNid, stored.filter(passes))));
      const last = stored.at(-1);
      if (last) at = { depth: last.event.depth, pos: backwards ? last.pos! - 1 : last.pos!, upto: from.upto };
      if (stored.length < read.length) break;
      if (read.length < wanted) return { events, start: from, end: atStart && (await this.hasGaps(room)) ? at : undefined };
      if (events.length >= limit) break;
    }
    return { events, start: from, end: at };
  }

  /** Events missing between those that were read, or, where those are the oldest, anywhere; none if nobody can be asked for them. */
  async #gapsIn(room: Room, read: readonly StoredEvent[], atStart: boolean): Promise<string[]> {
    if (!this.#filler || room.servers.size < 2) return [];
    const prev = read.flatMap((stored) => stored.event.prevEvents);
    return atStart ? gapsOf(this.#db, room.nid, MAX_GAPS) : backExtremities(this.#db, room.nid, prev);
  }

  /** Other servers may know more of the past. */
  async hasGaps(room: Room): Promise<boolean> {
    return this.#filler !== undefined && room.servers.size > 1 && (await gapsOf(this.#db, room.nid, 1)).length > 0;
  }

  /** The first event after a place, seen by nobody in particular; undefined at the end of the room. */
  async next(room: Room, from: TopologicalToken): Promise<StoredEvent | undefined> {
    const rows = await this.#db.query<EventRow>(selectForwards, [room.nid, from.depth, from.pos, MAX, MAX, 1, MAX]);
    return this.#engine.events.fromRows(rows)[0];
  }

  /** Membership events among those of a state map. */
  async memberEvents(state: ReadonlyMap<number, number>): Promise<StoredEvent[]> {
    const { strings, events } = this.#engine;
    const prefix = stateKeyText('m.room.member', '');
    const nids: number[] = [];
    for await (const slice of inTurns([...state], ENTRIES_AT_ONCE)) {
      const texts = await strings.texts(slice.map(([key]) => key));
      slice.forEach(([, nid], i) => texts[i]!.startsWith(prefix) && nids.push(nid));
    }
    return [...(await events.byNids(nids)).values()];
  }
}

/** Of the events read, those on this side of the first gap. */
function upToGap(read: readonly StoredEvent[], gaps: readonly string[], backwards: boolean): readonly StoredEvent[] {
  const at = read.findIndex((stored) => stored.event.prevEvents.some((id) => gaps.includes(id)));
  const end = backwards ? at + 1 : at;
  return at === -1 || end === 0 ? read : read.slice(0, end);
}
