/** Puts together what looking at spaces, and at rooms from outside, takes. */
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { Log } from '@nexuscomm/federation/ports.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { spaceRoutes } from '../client-api/spaces.ts';
import type { Config } from '../config/schema.ts';
import { federationSpaceRoutes } from '../federation-api/spaces.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import { RemoteSummaries } from '../federation/remote-summaries.ts';
import type { Route } from '../http/handler.ts';
import type { Database } from '../storage/database.ts';
import type { Memberships } from './memberships.ts';
import type { PublicDirectory } from './public-directory.ts';
import { RoomAccess } from './room-access.ts';
import type { RoomEngine } from './room-engine.ts';
import { RoomPreview } from './room-preview.ts';
import type { ServerAcls } from './server-acls.ts';
import { SpaceHierarchy } from './space-hierarchy.ts';
import { SpaceSummaries } from './space-summary.ts';

export interface SpacesDeps {
  readonly db: Database;
  readonly engine: RoomEngine;
  readonly directory: PublicDirectory;
  readonly memberships: Memberships;
  readonly outside: OutsideMemberships;
  readonly acls: ServerAcls;
  readonly client: FederationClient;
  readonly serverName: ServerName;
  readonly settings: Config['federation'];
  readonly limits: Config['limits'];
  readonly now: () => number;
  readonly log: Log;
}

export interface Spaces {
  readonly routes: readonly Route[];
  /** what other servers ask for */
  readonly federationRoutes: readonly Route[];
}

export function createSpaces(deps: SpacesDeps): Spaces {
  const { db, engine, directory, memberships, outside, acls, client, serverName, settings, limits, now, log } = deps;
  const access = new RoomAccess(engine);
  const summaries = new SpaceSummaries({ db, engine, directory, access });
  const remote = new RemoteSummaries({
    client,
    serverName,
    lifetimeMs: settings.summary_lifetime_ms,
    timeoutMs: settings.summary_timeout_ms,
    log,
  });
  const looking = { engine, access, summaries, remote: settings.enabled ? remote : undefined, outside, serverName };
  const hierarchy = new SpaceHierarchy({ ...looking, now, pageRooms: limits.space_rooms, maxDepth: limits.space_depth });
  const preview = new RoomPreview({ ...looking, memberships });
  return {
    routes: spaceRoutes({ hierarchy, preview }),
    federationRoutes: federationSpaceRoutes({ engine, access, acls, summaries, serverName, maxChildren: limits.space_rooms }),
  };
}
