/** Spaces for other servers (Server-Server API, "Spaces"): the room, and of its children those that the server may see. */
import { hierarchy } from '@nexuscomm/spec/endpoints/federation/queries.ts';
import { notFound } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { handle, type Route } from '../http/handler.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomAccess } from '../rooms/room-access.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { ServerAcls } from '../rooms/server-acls.ts';
import { isSuggested, type SpaceSummaries } from '../rooms/space-summary.ts';

export interface FederationSpaceDeps {
  readonly engine: RoomEngine;
  readonly access: RoomAccess;
  readonly acls: ServerAcls;
  readonly summaries: SpaceSummaries;
  readonly serverName: ServerName;
  /** children in one answer at most */
  readonly maxChildren: number;
}

export function federationSpaceRoutes({ engine, access, acls, summaries, serverName, maxChildren }: FederationSpaceDeps): Route[] {
  const known = async (roomId: string): Promise<Room | undefined> => {
    const room = await engine.find(roomId);
    return room?.servers.has(await engine.strings.id(serverName)) === true ? room : undefined;
  };
  const visible = async (room: Room, origin: ServerName): Promise<boolean> =>
    (await acls.allows(room, origin)) && access.allowsServer(room, await engine.strings.id(origin));
  return [
    handle(hierarchy, async ({ params, query, session }) => {
      const room = await known(params.roomId);
      if (!room || !(await visible(room, session.origin))) throw notFound('There is no such room, or your server may not see it.');
      const { summary, children: all } = await summaries.node(room);
      const children = all.filter((child) => query.suggested_only !== true || isSuggested(child));
      const shown: JsonObject[] = [];
      const inaccessible: string[] = [];
      for (const { state_key: roomId } of children.slice(0, maxChildren)) {
        const child = await known(roomId);
        if (!child) continue;
        if (await visible(child, session.origin)) shown.push(await summaries.summary(child));
        else inaccessible.push(roomId);
      }
      return { room: { ...summary, children_state: children }, children: shown, inaccessible_children: inaccessible };
    }),
  ];
}
