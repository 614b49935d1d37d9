/** Ways of reading from before /sync that the specification still has (Client-Server API, deprecated). */
import { getEventAnywhere, getInitialSync } from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import { RawJson, handle, type Route } from '../http/handler.ts';
import { membershipName } from '../rooms/membership.ts';
import type { PublicDirectory } from '../rooms/public-directory.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { formatTopological, type RoomReader } from '../rooms/room-reader.ts';
import type { AccountData } from '../user-data/account-data.ts';

export interface DeprecatedRoutesDeps {
  readonly engine: RoomEngine;
  readonly reader: RoomReader;
  readonly directory: PublicDirectory;
  readonly accountData: Pick<AccountData, 'ofRoom'>;
  readonly pageEvents: number;
}

const DEFAULT_MESSAGES = 10;
const NEWEST = { depth: Number.MAX_SAFE_INTEGER, pos: Number.MAX_SAFE_INTEGER };

export function deprecatedRoutes({ engine, reader, directory, accountData, pageEvents }: DeprecatedRoutesDeps): Route[] {
  return [
    handle(getEventAnywhere, async ({ params, session }) => {
      const stored = await engine.events.byId(params.eventId);
      const room = stored && (await engine.byNid(stored.roomNid));
      if (!room) throw notFound('There is no such event, or you may not see it.');
      const visible = await reader.event(room, params.eventId, session.userNid);
      return new RawJson((await reader.render([visible], session))[0]!);
    }),
    handle(getInitialSync, async ({ params, query, session }) => {
      const room = await engine.find(params.roomId);
      if (!room) throw forbidden('You are not in this room.');
      const state = await reader.readableState(room, session.userNid);
      const limit = Math.min(Math.max(1, query.limit ?? DEFAULT_MESSAGES), pageEvents);
      const common = { room, userNid: session.userNid, to: undefined, backwards: true, passes: () => true };
      const page = await reader.page({ ...common, from: NEWEST, limit });
      const [events, states, kept] = await Promise.all([
        reader.render(page.events.toReversed(), session),
        reader.stateEvents(state.values(), session),
        accountData.ofRoom(session.userNid, room.nid),
      ]);
      const { membership } = room.members.get(session.userNid) ?? {};
      const [start, end] = [page.end ?? { depth: 0, pos: -Number.MAX_SAFE_INTEGER }, page.start].map((place) => formatTopological(place));
      return new RawJson(
        `{"room_id":${JSON.stringify(room.roomId)},${membership === undefined ? '' : `"membership":"${membershipName(membership)}",`}` +
          `"visibility":"${(await directory.isPublished(room.nid)) ? 'public' : 'private'}",` +
          `"messages":{"chunk":[${events.join(',')}],"start":"${start}","end":"${end}"},"state":[${states.join(',')}],` +
          `"account_data":[${kept.map((entry) => entry.json).join(',')}]}`,
      );
    }),
  ];
}
