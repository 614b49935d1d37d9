/** Aliases, the public directory, reports. */
import * as api from '@nexuscomm/spec/endpoints/client/rooms.ts';
import * as server from '@nexuscomm/spec/endpoints/client/server.ts';
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import { MatrixError, forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { parseRoomAlias, parseRoomId, parseServerName, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { RemoteRooms } from '../federation/remote-rooms.ts';
import { handle, type Route, type Session } from '../http/handler.ts';
import type { RoomAliases } from '../rooms/aliases.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { PublicDirectory } from '../rooms/public-directory.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { RoomReader } from '../rooms/room-reader.ts';
import { sql, type Queryable } from '../storage/database.ts';

export interface DirectoryRoutesDeps {
  readonly db: Queryable;
  readonly engine: RoomEngine;
  readonly reader: RoomReader;
  readonly aliases: RoomAliases;
  readonly memberships: Memberships;
  readonly directory: PublicDirectory;
  /** what other servers list; undefined: this one talks to none */
  readonly elsewhere: Pick<RemoteRooms, 'publicRooms'> | undefined;
  readonly serverName: ServerName;
  readonly publishRequiresAdmin: boolean;
  readonly now: () => number;
}

const insertReport = sql('report_insert', 'insert into report (ts, reporter, room_id, event_id, user_id, reason) values ($1, $2, $3, $4, $5, $6)');

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
const MAX_USER_ID_LENGTH = 255;

export function directoryRoutes(deps: DirectoryRoutesDeps): Route[] {
  const { db, engine, aliases, directory, reader, serverName } = deps;
  const listRooms = (
    session: Session | undefined,
    query: { limit?: number; since?: string; server?: string },
    filter?: { generic_search_term?: string; room_types?: (string | null)[] },
  ): Promise<object> => {
    if (query.server !== undefined && query.server !== serverName) {
      // Whoever is not known here can't make this server ask others.
      if (!session) throw new MatrixError('M_MISSING_TOKEN', 401, 'The rooms of other servers are shown to users of this one only.');
      const { limit, since } = query;
      if (!deps.elsewhere) throw new MatrixError('M_UNKNOWN', 404, 'This server does not talk to others: federation is off.');
      return deps.elsewhere.publicRooms(parseServerName(query.server), { limit, since, filter });
    }
    if (query.limit !== undefined && query.limit < 0) throw invalidParam('limit must not be below 0.');
    const limit = Math.min(query.limit === undefined || query.limit === 0 ? DEFAULT_PAGE : query.limit, MAX_PAGE);
    return directory.list({ limit, since: query.since, term: filter?.generic_search_term, types: filter?.room_types });
  };
  return [
    handle(api.resolveAlias, async ({ params }) => {
      const { roomId, servers } = await deps.memberships.resolveAlias(params.roomAlias);
      return { room_id: roomId, servers };
    }),
    handle(api.createAlias, async ({ params, body, session }) => {
      const alias = parseRoomAlias(params.roomAlias);
      if (serverNameOf(alias) !== serverName) throw invalidParam(`Aliases of this server end in :${serverName}.`);
      const room = await engine.get(parseRoomId(body.room_id));
      if (!room.isJoined(session.userNid)) throw forbidden('You are not in this room.');
      await aliases.create(alias, room.roomId, session.userId);
      return {};
    }),
    handle(api.deleteAlias, async ({ params, session }) => {
      const alias = parseRoomAlias(params.roomAlias);
      const details = await aliases.details(alias);
      if (!details) throw notFound('There is no room with that alias.');
      const room = await engine.find(details.roomId);
      const mayChange =
        session.isAdmin ||
        details.creator === session.userId ||
        (room !== undefined && (await maySet(engine, room, session, 'm.room.canonical_alias')));
      if (!mayChange) throw forbidden('You may not delete this alias.');
      await aliases.delete(alias);
      if (room) await dropFromCanonical(engine, room, session, alias);
      return {};
    }),
    handle(api.getRoomAliases, async ({ params, session }) => {
      const room = await engine.get(params.roomId);
      await reader.checkReadable(room, session.userNid);
      return { aliases: await aliases.list(room.roomId) };
    }),
    handle(api.getVisibility, async ({ params }) => ({
      visibility: (await directory.isPublished((await engine.get(params.roomId)).nid)) ? 'public' : 'private',
    })),
    handle(api.setVisibility, async ({ params, body, session }) => {
      const { visibility = 'public' } = body;
      if (visibility !== 'public' && visibility !== 'private') throw invalidParam('visibility must be public or private.');
      const room = await engine.get(params.roomId);
      const allowed =
        session.isAdmin ||
        (!deps.publishRequiresAdmin && room.isJoined(session.userNid) && (await maySet(engine, room, session, 'm.room.canonical_alias')));
      if (!allowed) throw forbidden('You may not change whether this room is listed.');
      await directory.publish(room.nid, visibility === 'public');
      return {};
    }),
    handle(api.publicRooms, async ({ query, session }) => listRooms(session, query)),
    handle(api.searchPublicRooms, async ({ body, query, session }) =>
      listRooms(session, { limit: body.limit, since: body.since, server: query.server }, body.filter),
    ),
    handle(api.reportEvent, async ({ params, body, session }) => {
      const room = await engine.get(params.roomId);
      if (!room.isJoined(session.userNid)) throw notFound('There is no such event in this room, or you may not see it.');
      await reader.event(room, params.eventId, session.userNid);
      await db.query(insertReport, [deps.now(), session.userId, room.roomId, params.eventId, null, body.reason ?? null]);
      return {};
    }),
    handle(server.reportRoom, async ({ params, body, session }) => {
      await db.query(insertReport, [deps.now(), session.userId, (await engine.get(params.roomId)).roomId, null, null, body.reason]);
      return {};
    }),
    // Whether there is such a user is not told.
    handle(server.reportUser, async ({ params, body, session }) => {
      await db.query(insertReport, [deps.now(), session.userId, null, null, params.userId.slice(0, MAX_USER_ID_LENGTH), body.reason]);
      return {};
    }),
  ];
}

async function maySet(engine: RoomEngine, room: Room, session: Session, type: string): Promise<boolean> {
  if (!room.isJoined(session.userNid)) return false;
  const [create, powerLevels] = await Promise.all([engine.stateEvent(room, 'm.room.create', ''), engine.stateEvent(room, 'm.room.power_levels', '')]);
  const levels = readPowerLevels({ version: room.version, create: create?.event, powerLevels: powerLevels?.event });
  return levels.userLevel(session.userId) >= levels.eventLevel(type, true);
}

/** A room must not go on naming an alias that is gone. */
async function dropFromCanonical(engine: RoomEngine, room: Room, session: Session, alias: string): Promise<void> {
  const current = await engine.stateEvent(room, 'm.room.canonical_alias', '');
  if (!current || !(await maySet(engine, room, session, 'm.room.canonical_alias'))) return;
  const { alias: canonical, alt_aliases: alternatives, ...rest } = current.content;
  const kept = Array.isArray(alternatives) ? alternatives.filter((other) => other !== alias) : undefined;
  if (canonical !== alias && kept?.length === (alternatives as readonly unknown[] | undefined)?.length) return;
  const content = {
    ...rest,
    ...(canonical === undefined || canonical === alias ? {} : { alias: canonical }),
    ...(kept && kept.length > 0 ? { alt_aliases: kept } : {}),
  };
  await engine.send(room, { sender: session.userId, type: 'm.room.canonical_alias', stateKey: '', content });
}
