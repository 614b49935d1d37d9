/**
 * GET /_matrix/client/v3/events: what happened since a token as one list, for clients from before /sync, or what happened
 * in one room that the reader need not be in. Tokens are those of /sync.
 */
import { forbidden } from '@nexuscomm/spec/errors.ts';
import { RawJson } from '../http/handler.ts';
import { INVITE } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Reader, RoomReader } from '../rooms/room-reader.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { TimelineReader } from '../rooms/timeline-reader.ts';
import type { EventVisibility, VisibleEvent } from '../rooms/visibility.ts';
import type { Queryable } from '../storage/database.ts';
import { outsideMembers, withRoomId, withUserId, type Outside } from './old-events.ts';
import { isInside, planRooms } from './plan-rooms.ts';
import type { SyncSources } from './sources.ts';
import type { SyncHub } from './sync-hub.ts';
import { formatSyncToken, type SyncToken } from './sync-token.ts';
import type { UserLive } from './user-live.ts';

export interface EventStreamDeps {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly timeline: TimelineReader;
  readonly visibility: EventVisibility;
  readonly reader: RoomReader;
  readonly outside: Outside;
  readonly sources: SyncSources;
  readonly now: () => number;
  /** events of one room in an answer at most: the newest are told */
  readonly roomEvents: number;
  readonly deviceIdleMs: number;
}

export interface EventStreamCall {
  readonly reader: Reader;
  /** undefined: from now on */
  readonly from: SyncToken | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What is told of a room: events up to a position, and, if it is live, who types and has read what. */
interface Span {
  readonly roomNid: number;
  readonly upto: number;
  readonly live: boolean;
}

const ROOMS_PER_BATCH = 25;
/** Events of all rooms in an answer at most: the newest are told. */
const MAX_EVENTS = 1_000;

export class EventStream {
  readonly #deps: EventStreamDeps;

  constructor(deps: EventStreamDeps) {
    this.#deps = deps;
  }

  /** Everything that concerns the user. */
  async ofUser(call: EventStreamCall): Promise<RawJson> {
    const { hub, now, deviceIdleMs } = this.#deps;
    const { userNid, deviceNid } = call.reader;
    const user = await hub.user(userNid);
    const from = call.from ?? this.#present();
    user.acknowledge({ nid: deviceNid, since: from.pos, now: now(), idleMs: deviceIdleMs });
    return this.#poll(
      call,
      from,
      (upto) => this.#newsOfUser(call.reader, user, from.pos, upto),
      (upto, timeoutMs) => hub.wait(user, upto, timeoutMs, call.signal),
    );
  }

  /** What happens in one room. M_FORBIDDEN, unless the user is in it or the world may read it. */
  async ofRoom(call: EventStreamCall, roomId: string): Promise<RawJson> {
    const { hub, engine } = this.#deps;
    const { userNid } = call.reader;
    const refused = forbidden('You are not in this room, and not everybody may read it.');
    const room = await engine.find(roomId);
    if (!room || !(await this.#mayFollow(room, userNid))) throw refused;
    using follower = hub.follow(room.nid);
    const from = call.from ?? this.#present();
    const look = async (upto: number): Promise<string[]> => {
      const current = (await engine.byNid(room.nid)) ?? room;
      const live = await this.#mayFollow(current, userNid);
      const { events, ephemeral } = await this.#rooms(call.reader, [{ roomNid: room.nid, upto, live }], from.pos, upto);
      const chunk = [...(await this.#deps.reader.render(events, call.reader)), ...ephemeral];
      // Who may not go on reading is told of what ended it, if they may see that.
      if (!live && chunk.length === 0) throw refused;
      return chunk;
    };
    return await this.#poll(call, from, look, (upto, timeoutMs) => follower.wait(upto, timeoutMs, call.signal));
  }

  async #mayFollow(room: Room, userNid: number): Promise<boolean> {
    return room.isJoined(userNid) || (await this.#deps.visibility.current(room)).visibility === 'world_readable';
  }

  /** From now on; to-device messages are not told here, so /sync must find the client without any. */
  #present(): SyncToken {
    return { pos: this.#deps.hub.watermark, toDevice: 0 };
  }

  /** Looks until there is something, the time is over or the client has gone. */
  async #poll(
    call: EventStreamCall,
    from: SyncToken,
    look: (upto: number) => Promise<string[]>,
    wait: (upto: number, timeoutMs: number) => Promise<void>,
  ): Promise<RawJson> {
    const { hub, now } = this.#deps;
    const deadline = now() + call.timeoutMs;
    for (;;) {
      const upto = hub.watermark;
      const chunk = await look(upto);
      if (chunk.length > 0 || now() >= deadline || call.signal.aborted || hub.closed) {
        const end = formatSyncToken({ pos: upto, toDevice: from.toDevice });
        return new RawJson(`{"start":"${formatSyncToken(from)}","end":"${end}","chunk":[${chunk.join(',')}]}`);
      }
      await wait(upto, deadline - now());
    }
  }

  async #newsOfUser(reader: Reader, user: UserLive, since: number, upto: number): Promise<string[]> {
    const { engine, sources, outside } = this.#deps;
    // As in a sync: the memberships that the token agrees with, before anything is waited for.
    const changed = since === 0 ? undefined : user.changedAt(upto, since);
    const memberships = changed ? { changed } : { all: user.membershipsAt(upto) };
    const filter = { includeLeave: false };
    const plan = await planRooms(this.#deps, { user, memberships, since, upto, fullState: false, filter });
    const [accountData, presence, ignored] = await Promise.all([
      sources.accountData.changed(reader.userNid, since, upto),
      sources.presence.changed(reader.userNid, since, upto),
      sources.accountData.ignoredUsers(reader.userNid),
    ]);
    const { events, ephemeral } = await this.#rooms(
      reader,
      [
        ...plan.joined.map(({ roomNid }) => ({ roomNid, upto, live: true })),
        ...plan.left.filter(isInside).map(({ roomNid, pos }) => ({ roomNid, upto: Math.min(pos, upto), live: false })),
      ],
      since,
      upto,
    );
    const asked = [...plan.invited, ...plan.knocked];
    const own = await engine.events.byNids(asked.filter(isInside).map(({ nid }) => nid));
    for (const { nid, membership } of asked) {
      const stored = own.get(nid);
      if (stored && !(membership === INVITE && ignored.has(stored.event.sender))) events.push({ stored, membership });
    }
    const elsewhere = [...asked, ...plan.left].filter((membership) => !isInside(membership));
    const roomsOfData = await engine.byNids([...accountData.rooms.keys()]);
    return [
      ...(await this.#deps.reader.render(events.sort(byPosition), reader)),
      ...(await outsideMembers(outside, reader, elsewhere, ignored)).values(),
      ...ephemeral,
      ...presence.map(withUserId),
      ...accountData.global.map(({ json }) => json),
      ...[...roomsOfData.values()].flatMap(({ nid, roomId }) => accountData.rooms.get(nid)!.map(({ json }) => withRoomId(json, roomId))),
    ];
  }

  /** The newest events of rooms that the reader may see, in the order of the stream, and what else goes on in them. */
  async #rooms(reader: Reader, spans: readonly Span[], since: number, upto: number): Promise<{ events: VisibleEvent[]; ephemeral: string[] }> {
    const { engine, timeline, visibility, sources, roomEvents } = this.#deps;
    const ignored = await sources.accountData.ignoredUsers(reader.userNid);
    const passes = (stored: StoredEvent): boolean => stored.isState || !ignored.has(stored.event.sender);
    let events: VisibleEvent[] = [];
    const ephemeral: string[] = [];
    for (let at = 0; at < spans.length; at += ROOMS_PER_BATCH) {
      const batch = spans.slice(at, at + ROOMS_PER_BATCH);
      const rooms = await engine.byNids(batch.map(({ roomNid }) => roomNid));
      const asked = batch.flatMap((span) => {
        const room = rooms.get(span.roomNid);
        return room ? [{ room, after: since, upto: span.upto, live: span.live }] : [];
      });
      const newest = await timeline.newest(asked, roomEvents);
      const visible = await Promise.all(asked.map(({ room }) => visibility.filter(room, reader.userNid, newest.get(room.nid)!.filter(passes))));
      events = [...events, ...visible.flat()].sort(byPosition).slice(-MAX_EVENTS);
      const live = asked.filter((span) => span.live).map(({ room }) => room);
      const places = live.map(({ nid }) => ({ roomNid: nid, since }));
      const receipts = await sources.receipts.changed(reader.userNid, places, upto);
      for (const { nid, roomId } of live) {
        const content = receipts.get(nid);
        if (content !== undefined) ephemeral.push(withRoomId(`{"type":"m.receipt","content":${content}}`, roomId));
        const typing = sources.typing.state(nid);
        if (typing === undefined || typing.pos <= since) continue;
        const userIds = typing.userIds.filter((userId) => !ignored.has(userId));
        ephemeral.push(withRoomId(JSON.stringify({ type: 'm.typing', content: { user_ids: userIds } }), roomId));
      }
    }
    return { events, ephemeral };
  }
}

const byPosition = (a: VisibleEvent, b: VisibleEvent): number => (a.stored.pos ?? 0) - (b.stored.pos ?? 0);
