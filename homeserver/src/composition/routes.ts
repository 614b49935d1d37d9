/** All routes of the server, in one list. */
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { accountRoutes, confirmByPassword } from '../client-api/accounts.ts';
import { adminRoutes } from '../client-api/admin.ts';
import { deprecatedRoutes } from '../client-api/deprecated.ts';
import { directoryRoutes } from '../client-api/directory.ts';
import { keyRoutes } from '../client-api/keys.ts';
import { mutualRoomRoutes } from '../client-api/mutual-rooms.ts';
import { openIdRoutes } from '../client-api/openid.ts';
import { profileRoutes } from '../client-api/profiles.ts';
import { roomReadingRoutes } from '../client-api/room-reading.ts';
import { roomRoutes } from '../client-api/rooms.ts';
import { serverRoutes } from '../client-api/server.ts';
import { userDataRoutes } from '../client-api/user-data.ts';
import { registrationMode } from '../config/registration-mode.ts';
import type { Config } from '../config/schema.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { federationDirectoryRoutes } from '../federation-api/directory.ts';
import { serverKeyRoutes } from '../federation-api/keys.ts';
import { versionRoutes } from '../federation-api/version.ts';
import type { FederationTransport } from '../federation/transport.ts';
import type { Route } from '../http/handler.ts';
import { checkHealth } from '../observability/health.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';
import type { Database } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Devices } from './devices.ts';
import type { Federation } from './federation.ts';
import { publicAddressOf } from './public-address.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Rooms } from './rooms.ts';
import type { Sync } from './sync.ts';
import type { UserData } from './user-data.ts';
import type { Users } from './users.ts';

export interface RoutesDeps {
  readonly config: Config;
  readonly serverName: ServerName;
  readonly db: Database;
  readonly strings: StringTable;
  readonly hub: SyncHub;
  readonly rooms: Rooms;
  readonly users: Users;
  readonly devices: Devices;
  readonly userData: UserData;
  readonly sync: Sync;
  readonly thirdPartyInvites: ThirdPartyInvites;
  readonly transport: FederationTransport;
  readonly federation: Federation;
  readonly rateLimits: RateLimits;
  readonly metrics: Metrics;
  readonly now: () => number;
  /** what brings routes of its own, `federationRoutes` for other servers */
  readonly areas: readonly { readonly routes: readonly Route[]; readonly federationRoutes?: readonly Route[] }[];
}

export function createRoutes(deps: RoutesDeps): Route[] {
  return [
    ...ownRoutes(deps),
    ...userRoutes(deps),
    ...allRoomRoutes(deps),
    ...deps.areas.flatMap((area) => area.routes),
    ...(deps.config.federation.enabled ? federationRoutes(deps) : []),
  ];
}

/** What the server says of itself. */
function ownRoutes({ config, serverName, db, metrics, rateLimits }: RoutesDeps): Route[] {
  return serverRoutes({
    serverName,
    ...publicAddressOf(config),
    metrics,
    adminContact: config.server.admin_contact,
    registration: registrationMode(config).mode,
    serveMetrics: config.observability.metrics,
    health: () => checkHealth(db, rateLimits.redisIsUp),
  });
}

function userRoutes(deps: RoutesDeps): Route[] {
  const { config, serverName, strings, users, devices, userData, rooms, sync, federation, rateLimits, now } = deps;
  const { accounts, sessions, interactiveAuth, moderation, profiles, openIdTokens } = users;
  const { deviceKeys, deviceChanges, toDevice, backups } = devices;
  const { mode, isTrial } = registrationMode(config);
  return [
    ...accountRoutes({
      accounts,
      sessions,
      interactiveAuth,
      rateLimiter: rateLimits.rateLimiter,
      registration: { mode, guests: config.registration.guests, firstIsAdmin: isTrial },
      defaultRoomVersion: config.rooms.default_version,
    }),
    ...adminRoutes({ moderation }),
    ...profileRoutes({ profiles, remoteProfiles: federation.outbound.remoteProfiles, serverName }),
    ...openIdRoutes({ tokens: openIdTokens, serverName }),
    ...userDataRoutes({
      ...userData,
      engine: rooms.engine,
      strings,
      syncEngine: sync.syncEngine,
      audience: (userNid) => deviceChanges.audience(userNid),
      now,
      maxSyncTimeoutMs: config.limits.sync_timeout_ms,
    }),
    ...keyRoutes({
      keys: deviceKeys,
      askKeys: federation.outbound.askKeys,
      changes: deviceChanges,
      toDevice,
      backups,
      crypto: nodeCrypto,
      confirm: confirmByPassword({ accounts, interactiveAuth }),
    }),
  ];
}

function allRoomRoutes(deps: RoutesDeps): Route[] {
  const { config, serverName, db, strings, hub, rooms, users, userData, sync, thirdPartyInvites, federation, now } = deps;
  const { engine, reader, byTime, visibility, relations, aliases, directory } = rooms;
  const { memberships } = users;
  const { default_version: defaultVersion, publish_requires_admin: publishRequiresAdmin } = config.rooms;
  const { page_events: pageEvents, sync_timeline_events: roomEvents, sync_timeout_ms: maxTimeoutMs } = config.limits;
  const { accountData, presence } = userData;
  return [
    ...roomRoutes({ engine, memberships, thirdPartyInvites, aliases, relations, directory, serverName, defaultVersion }),
    ...roomReadingRoutes({ engine, reader, byTime, relations, visibility, hub, accountData, pageEvents }),
    ...directoryRoutes({
      db,
      engine,
      reader,
      aliases,
      memberships,
      directory,
      elsewhere: config.federation.enabled ? federation.shared.remoteRooms : undefined,
      serverName,
      publishRequiresAdmin,
      now,
    }),
    ...mutualRoomRoutes({ db, strings }),
    ...deprecatedRoutes({ engine, reader, directory, hub, ...sync, accountData, presence, pageEvents, roomEvents, maxTimeoutMs }),
  ];
}

/** What other servers ask for. */
function federationRoutes({ config, rooms, users, thirdPartyInvites, transport, federation, areas }: RoutesDeps): Route[] {
  const { memberships } = users;
  const { directory } = rooms;
  return [
    ...serverKeyRoutes(transport),
    ...versionRoutes(),
    ...federation.outbound.routes,
    ...federation.shared.routes,
    ...federationDirectoryRoutes({ memberships, thirdPartyInvites, directory, listed: config.federation.show_public_rooms }),
    ...areas.flatMap((area) => area.federationRoutes ?? []),
  ];
}
