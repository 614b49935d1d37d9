/** Aliases and public rooms, asked by other servers (Server-Server API, "Querying for information", "Published Room Directory"). */
import { onThirdPartyBind } from '@nexuscomm/spec/endpoints/federation/invites.ts';
import * as queries from '@nexuscomm/spec/endpoints/federation/queries.ts';
import { MatrixError, invalidParam } from '@nexuscomm/spec/errors.ts';
import { handle, type Route } from '../http/handler.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { PublicDirectory } from '../rooms/public-directory.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';

export interface FederationDirectoryDeps {
  readonly memberships: Memberships;
  readonly thirdPartyInvites: ThirdPartyInvites;
  readonly directory: PublicDirectory;
  /** other servers may see which rooms are listed here */
  readonly listed: boolean;
}

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

export function federationDirectoryRoutes({ memberships, thirdPartyInvites, directory, listed }: FederationDirectoryDeps): Route[] {
  const list = (
    query: { limit?: number; since?: string },
    filter?: { generic_search_term?: string | null; room_types?: (string | null)[] | null },
  ) => {
    if (!listed) throw new MatrixError('M_FORBIDDEN', 403, 'This server does not show its rooms to others.');
    const limit = Math.max(1, Math.min(query.limit ?? DEFAULT_PAGE, MAX_PAGE));
    return directory.list({ limit, since: query.since, term: filter?.generic_search_term ?? undefined, types: filter?.room_types ?? undefined });
  };
  return [
    handle(queries.queryDirectory, async ({ query }) => {
      if (!memberships.isLocal(query.room_alias)) throw invalidParam('The alias is not of this server.');
      const { roomId, servers } = await memberships.resolveAlias(query.room_alias);
      return { room_id: roomId, servers };
    }),
    handle(queries.publicRooms, async ({ query }) => list(query)),
    handle(queries.searchPublicRooms, async ({ body }) => list(body, body.filter)),
    // An identity server tells of an address that somebody was invited by. This server makes no such invites.
    handle(onThirdPartyBind, async ({ body }) => {
      await thirdPartyInvites.onBind(body);
      return {};
    }),
    handle(queries.query, async () => {
      throw new MatrixError('M_UNRECOGNIZED', 404, 'This server does not know that query.');
    }),
  ];
}
