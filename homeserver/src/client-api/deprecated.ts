/** Ways of reading from before /sync that the specification still has (Client-Server API, deprecated). */
import { getEventAnywhere, getEvents, getInitialSync, getInitialSyncOfAll } from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { MatrixError, forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import { RawJson, handle, type Route } from '../http/handler.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { EventStream } from '../sync/event-stream.ts';
import type { InitialSync } from '../sync/initial-sync.ts';
import { roomInfo, type RoomInfoDeps } from '../sync/room-info.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import { parseSyncToken } from '../sync/sync-token.ts';
import type { Presence } from '../user-data/presence.ts';

export interface DeprecatedRoutesDeps extends RoomInfoDeps {
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly eventStream: EventStream;
  readonly initialSync: InitialSync;
  readonly presence: Pick<Presence, 'seen'>;
  /** messages of a room at most, where it alone is asked for */
  readonly pageEvents: number;
  /** and where all are */
  readonly roomEvents: number;
  readonly maxTimeoutMs: number;
}

const DEFAULT_MESSAGES = 10;
/** Who does not say how long to wait means to wait, other than in /sync. */
const DEFAULT_TIMEOUT_MS = 30_000;

export function deprecatedRoutes(deps: DeprecatedRoutesDeps): Route[] {
  const { engine, reader, hub, eventStream, initialSync, presence } = deps;
  const limitOf = (limit: number | undefined, most: number): number => Math.min(Math.max(1, limit ?? DEFAULT_MESSAGES), most);
  return [
    handle(getEventAnywhere, async ({ params, session }) => {
      const stored = await engine.events.byId(params.eventId);
      const room = stored && (await engine.byNid(stored.roomNid));
      if (!room) throw notFound('There is no such event, or you may not see it.');
      const visible = await reader.event(room, params.eventId, session.userNid);
      return new RawJson((await reader.render([visible], session))[0]!);
    }),
    handle(getEvents, async ({ query, session, signal }) => {
      const { room_id: roomId } = query;
      if (session.isGuest && roomId === undefined) {
        throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'Guests follow one room at a time: name it as room_id, or use /sync.');
      }
      const from = query.from === undefined || query.from === '' ? undefined : parseSyncToken(query.from);
      const timeoutMs = Math.min(query.timeout ?? DEFAULT_TIMEOUT_MS, deps.maxTimeoutMs);
      await presence.seen(session.userNid, session.userId, 'online');
      const call = { reader: session, from, timeoutMs, signal };
      return roomId === undefined ? eventStream.ofUser(call) : eventStream.ofRoom(call, roomId);
    }),
    handle(getInitialSyncOfAll, async ({ query, session }) => {
      await presence.seen(session.userNid, session.userId, 'online');
      return initialSync.sync({ reader: session, limit: limitOf(query.limit, deps.roomEvents), archived: query.archived ?? false });
    }),
    handle(getInitialSync, async ({ params, query, session }) => {
      const upto = hub.watermark;
      const room = await engine.find(params.roomId);
      if (!room) throw forbidden('You are not in this room.');
      const { membership } = room.members.get(session.userNid) ?? {};
      const limit = limitOf(query.limit, deps.pageEvents);
      return new RawJson(await roomInfo(deps, { room, reader: session, membership, limit, upto, end: upto, fillGaps: true }));
    }),
  ];
}
