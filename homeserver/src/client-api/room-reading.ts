/** Reading rooms (endpoints of spec/endpoints/client/rooms.ts that change nothing). */
import * as api from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { forbidden, invalidParam, missingParam, notFound } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { parseJson } from '@nexuscomm/spec/parse-json.ts';
import { RawJson, handle, type Route, type Session } from '../http/handler.ts';
import { JOIN, membershipCode } from '../rooms/membership.ts';
import type { EventByTime } from '../rooms/event-by-time.ts';
import { RECURSION_DEPTH, type Relations } from '../rooms/relations.ts';
import { type RoomReader, formatTopological, type TopologicalToken } from '../rooms/room-reader.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Room } from '../rooms/room.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { EventVisibility, VisibleEvent } from '../rooms/visibility.ts';
import { allowsStored, parseRoomEventFilter, type RoomEventFilter } from '../sync/sync-filter.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { AccountDataSource } from '../sync/sources.ts';

export interface RoomReadingDeps {
  readonly engine: RoomEngine;
  readonly reader: RoomReader;
  readonly byTime: EventByTime;
  readonly relations: Relations;
  readonly visibility: EventVisibility;
  readonly hub: SyncHub;
  readonly accountData: AccountDataSource;
  readonly pageEvents: number;
}

const DEFAULT_PAGE = 10;
const DEFAULT_CONTEXT = 10;
const DEFAULT_RELATIONS = 50;
const NEWEST: TopologicalToken = { depth: Number.MAX_SAFE_INTEGER, pos: Number.MAX_SAFE_INTEGER };
const OLDEST: TopologicalToken = { depth: 0, pos: -Number.MAX_SAFE_INTEGER };

export function roomReadingRoutes(deps: RoomReadingDeps): Route[] {
  const { engine, reader, relations, pageEvents } = deps;
  const limitOf = (limit: number | undefined, otherwise: number): number => {
    if (limit !== undefined && limit < 0) throw invalidParam('limit must not be below 0.');
    return Math.min(limit ?? otherwise, pageEvents);
  };
  /** The room; whether there is one is told only to those who may see into it. */
  const find = async (roomId: string, session: Session): Promise<Room | undefined> => {
    const room = await engine.find(roomId);
    const forgotten = room && (await deps.hub.user(session.userNid)).rooms.get(room.nid)?.forgotten;
    return forgotten === true ? undefined : room;
  };
  const known = async (roomId: string, session: Session): Promise<Room> => {
    const room = await find(roomId, session);
    if (!room) throw notFound('There is no such room, or you may not see it.');
    return room;
  };
  const entered = async (roomId: string, session: Session): Promise<Room> => {
    const room = await find(roomId, session);
    if (!room) throw forbidden('You are not in this room.');
    return room;
  };
  return [
    handle(api.getState, async ({ params, session }) => {
      const room = await entered(params.roomId, session);
      const state = await reader.readableState(room, session.userNid);
      return new RawJson(`[${(await reader.stateEvents(state.values(), session)).join(',')}]`);
    }),
    handle(api.getStateEvent, async ({ params, query, session }) => {
      const room = await entered(params.roomId, session);
      const state = await reader.readableState(room, session.userNid);
      const key = await engine.strings.find(stateKeyText(params.eventType, params.stateKey ?? ''));
      const stored = key === undefined ? undefined : await engine.events.byNid(state.get(key) ?? 0);
      if (!stored) throw notFound('The room has no such state.');
      if (query.format === 'event') return new RawJson((await reader.render([{ stored, membership: undefined }], session))[0]!);
      return reader.shownTo(session, stored).content;
    }),
    handle(api.getEvent, async ({ params, session }) => {
      const found = await reader.event(await known(params.roomId, session), params.eventId, session.userNid);
      return new RawJson((await reader.render([found], session))[0]!);
    }),
    handle(api.getMessages, async ({ params, query, session }) => {
      const room = await entered(params.roomId, session);
      await checkWasHere(deps, room, session);
      if (query.dir === undefined) throw missingParam('The query lacks "dir": f for later events, b for earlier ones.');
      const filter = parseFilter(query.filter);
      const backwards = query.dir === 'b';
      const from =
        query.from === undefined || query.from === ''
          ? backwards
            ? NEWEST
            : OLDEST
          : await (backwards ? reader.placeBefore(room, query.from) : reader.place(room, query.from));
      const ignored = await deps.accountData.ignoredUsers(session.userNid);
      const page = await reader.page({
        room,
        userNid: session.userNid,
        from,
        to: query.to === undefined || query.to === '' ? undefined : await reader.place(room, query.to),
        backwards,
        limit: limitOf(query.limit ?? filter.limit, DEFAULT_PAGE) || 1,
        passes: (stored) => allowsStored(filter, stored) && (stored.isState || !ignored.has(stored.event.sender)),
      });
      const chunk = await reader.render(page.events, session);
      const state = filter.lazyLoadMembers ? await senders(deps, room, page.events, session) : [];
      const start = query.from ?? formatTopological(page.start);
      const end = page.end ? `,"end":${JSON.stringify(formatTopological(page.end))}` : '';
      return new RawJson(`{"chunk":[${chunk.join(',')}],"state":[${state.join(',')}],"start":${JSON.stringify(start)}${end}}`);
    }),
    handle(api.getContext, async ({ params, query, session }) => {
      const room = await known(params.roomId, session);
      const filter = parseFilter(query.filter);
      const found = await reader.event(room, params.eventId, session.userNid);
      const limit = limitOf(query.limit, DEFAULT_CONTEXT);
      const { stored } = found;
      const at = { depth: stored.event.depth, pos: stored.pos ?? 0 };
      const passes = (other: StoredEvent): boolean => other !== stored && allowsStored(filter, other);
      const common = { room, userNid: session.userNid, to: undefined, passes };
      const before = { depth: at.depth, pos: at.pos - 1 };
      const [earlier, later] = await Promise.all([
        limit < 2 ? { events: [], end: before } : reader.page({ ...common, from: before, backwards: true, limit: Math.floor(limit / 2) }),
        limit < 1 ? { events: [], end: at } : reader.page({ ...common, from: at, backwards: false, limit: Math.ceil(limit / 2) }),
      ]);
      const last = later.events.at(-1)?.stored ?? stored;
      const state = await stateAfter(deps, last);
      const shown = [...earlier.events, found, ...later.events];
      const stateTexts = filter.lazyLoadMembers ? await lazyState(deps, state, shown, session) : await reader.stateEvents(state.values(), session);
      const [event] = await reader.render([found], session);
      const [eventsBefore, eventsAfter] = await Promise.all([reader.render(earlier.events, session), reader.render(later.events, session)]);
      const end = later.end ?? { depth: last.event.depth, pos: last.pos ?? 0 };
      return new RawJson(
        `{"event":${event},"events_before":[${eventsBefore.join(',')}],"events_after":[${eventsAfter.join(',')}],"state":[${stateTexts.join(',')}],` +
          `"start":"${formatTopological(earlier.end ?? OLDEST)}","end":"${formatTopological(end)}"}`,
      );
    }),
    handle(api.getMembers, async ({ params, query, session }) => {
      const room = await entered(params.roomId, session);
      for (const membership of [query.membership, query.not_membership]) {
        if (membership !== undefined && membershipCode(membership) === undefined)
          throw invalidParam('membership must be join, invite, knock, leave or ban.');
      }
      let state = await reader.readableState(room, session.userNid);
      if (query.at !== undefined && query.at !== '') state = await stateAtToken(deps, room, state, query.at);
      const members = (await reader.memberEvents(state)).filter((stored) => {
        const { membership } = stored.content;
        return (query.membership === undefined || membership === query.membership) && membership !== query.not_membership;
      });
      return new RawJson(
        `{"chunk":[${(
          await reader.render(
            members.map((stored) => ({ stored, membership: undefined })),
            session,
          )
        ).join(',')}]}`,
      );
    }),
    handle(api.getJoinedMembers, async ({ params, session }) => {
      const room = await entered(params.roomId, session);
      if (!room.isJoined(session.userNid)) throw forbidden('You are not in this room.');
      const state = room.state;
      const joined: Record<string, object> = {};
      for (const stored of await reader.memberEvents(state)) {
        if (stored.content['membership'] !== 'join') continue;
        const { displayname, avatar_url: avatarUrl } = stored.content;
        joined[stored.event.stateKey!] = {
          ...(typeof displayname === 'string' ? { display_name: displayname } : {}),
          ...(typeof avatarUrl === 'string' ? { avatar_url: avatarUrl } : {}),
        };
      }
      return { joined };
    }),
    handle(api.getJoinedRooms, async ({ session }) => {
      const user = await deps.hub.user(session.userNid);
      const nids = [...user.rooms.values()].filter((room) => room.membership === JOIN).map((room) => room.roomNid);
      return { joined_rooms: [...(await engine.byNids(nids)).values()].map((room) => room.roomId) };
    }),
    handle(api.timestampToEvent, async ({ params, query, session }) => {
      const room = await entered(params.roomId, session);
      await reader.checkReadable(room, session.userNid);
      const stored = await deps.byTime.find(room, session.userNid, query.ts, query.dir ?? 'f');
      return { event_id: stored.event.eventId, origin_server_ts: stored.event.originServerTs };
    }),
    handle(api.getRelations, async ({ params, query, session }) => {
      const room = await known(params.roomId, session);
      const parent = await reader.event(room, params.eventId, session.userNid);
      const forwards = query.dir === 'f';
      const recurse = query.recurse ?? query['org.matrix.msc3981.recurse'] ?? false;
      const limit = limitOf(query.limit, DEFAULT_RELATIONS) || 1;
      const [from, to] = await Promise.all([positionOf(reader, room, query.from), positionOf(reader, room, query.to)]);
      const found = await relations.children({
        roomNid: room.nid,
        parent: parent.stored.event.eventId,
        relType: params.relType,
        type: params.eventType,
        after: (forwards ? from : to) ?? 0,
        before: (forwards ? to : from === undefined ? undefined : from + 1) ?? Number.MAX_SAFE_INTEGER,
        limit: limit + 1,
        forwards,
        recurse,
      });
      const visible = await deps.visibility.filter(room, session.userNid, found.slice(0, limit));
      const last = found.at(limit - 1);
      const next =
        found.length > limit && last ? `,"next_batch":"${formatTopological({ depth: last.event.depth, pos: last.pos! - (forwards ? 0 : 1) })}"` : '';
      const prev = query.from === undefined ? '' : `,"prev_batch":${JSON.stringify(query.from)}`;
      const depth = recurse ? `,"recursion_depth":${RECURSION_DEPTH}` : '';
      return new RawJson(`{"chunk":[${(await reader.render(visible, session)).join(',')}]${next}${prev}${depth}}`);
    }),
    handle(api.getThreads, async ({ params, query, session }) => {
      const room = await known(params.roomId, session);
      await reader.checkReadable(room, session.userNid);
      if (query.include !== undefined && query.include !== 'all' && query.include !== 'participated')
        throw invalidParam('include must be all or participated.');
      const limit = limitOf(query.limit, DEFAULT_RELATIONS) || 1;
      const before = query.from === undefined ? Number.MAX_SAFE_INTEGER : ((await positionOf(reader, room, query.from)) ?? 0);
      const threads = await relations.threads({
        roomNid: room.nid,
        before,
        limit: limit + 1,
        participant: query.include === 'participated' ? session.userNid : undefined,
      });
      const shown = threads.slice(0, limit);
      const visible = await deps.visibility.filter(
        room,
        session.userNid,
        shown.map(({ root }) => root),
      );
      const next = threads.length > limit ? `,"next_batch":"t0_${shown.at(-1)!.latest}"` : '';
      return new RawJson(`{"chunk":[${(await reader.render(visible, session)).join(',')}]${next}}`);
    }),
  ];
}

/** Members, present and past, may page; others only where the world may read. */
async function checkWasHere({ reader }: RoomReadingDeps, room: Room, session: Session): Promise<void> {
  await reader.checkReadable(room, session.userNid);
}

async function positionOf(reader: RoomReader, room: Room, token: string | undefined): Promise<number | undefined> {
  return token === undefined || token === '' ? undefined : (await reader.place(room, token)).pos;
}

function parseFilter(text: string | undefined): RoomEventFilter {
  if (text === undefined || text === '') return parseRoomEventFilter({}, 'filter');
  const parsed = parseJson(text);
  if (!isJsonObject(parsed)) throw invalidParam('filter must be a JSON object.');
  return parseRoomEventFilter(parsed as JsonObject, 'filter');
}

/** Membership events of those whose events are shown. */
async function senders({ engine, reader }: RoomReadingDeps, room: Room, events: readonly VisibleEvent[], session: Session): Promise<string[]> {
  const ids = [...new Set(events.map(({ stored }) => stored.event.sender as string))];
  const keys = await engine.strings.ids(ids.map((userId) => stateKeyText('m.room.member', userId)));
  return reader.stateEvents(
    keys.flatMap((key) => room.state.get(key) ?? []),
    session,
  );
}

async function stateAfter({ engine }: RoomReadingDeps, stored: StoredEvent): Promise<ReadonlyMap<number, number>> {
  const before = (await engine.statesAt([stored.snapBefore])).get(stored.snapBefore)!;
  return stored.key === undefined ? before : new Map(before).set(stored.key, stored.nid);
}

/** The state without membership events other than those of the senders shown. */
async function lazyState(
  deps: RoomReadingDeps,
  state: ReadonlyMap<number, number>,
  events: readonly VisibleEvent[],
  session: Session,
): Promise<string[]> {
  const { engine, reader } = deps;
  const members = new Set((await reader.memberEvents(state)).map((stored) => stored.nid));
  const keys = await engine.strings.ids(
    [...new Set(events.map(({ stored }) => stored.event.sender as string))].map((userId) => stateKeyText('m.room.member', userId)),
  );
  const wanted = new Set(keys.map((key) => state.get(key)));
  return reader.stateEvents(
    [...state.values()].filter((nid) => !members.has(nid) || wanted.has(nid)),
    session,
  );
}

/** The state at a token of /sync or /messages, as far as the reader's state reaches. */
async function stateAtToken(
  { engine, reader }: RoomReadingDeps,
  room: Room,
  readable: ReadonlyMap<number, number>,
  token: string,
): Promise<ReadonlyMap<number, number>> {
  const next = await reader.next(room, await reader.place(room, token));
  if (!next) return readable;
  return (await engine.statesAt([next.snapBefore])).get(next.snapBefore)!;
}
