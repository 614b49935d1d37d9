/** Puts together the two sides of federation, what goes out and what comes in, and connects them with the rooms here. */
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Config } from '../config/schema.ts';
import { createFederationRooms, type FederationRooms } from '../federation/federated-rooms.ts';
import { createFederationOutbound, type FederationOutbound } from '../federation/outbound.ts';
import type { OutsideMemberships } from '../federation/outside-memberships.ts';
import type { FederationTransport } from '../federation/transport.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { PushNotifier } from '../push/push-notifier.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { ClosingSteps } from './closing.ts';
import type { Devices } from './devices.ts';
import type { Rooms } from './rooms.ts';
import type { UserData } from './user-data.ts';
import type { Users } from './users.ts';

export interface FederationDeps {
  readonly settings: Config['federation'];
  /** states of the past in memory */
  readonly stateCache: number;
  readonly serverName: ServerName;
  readonly signingKey: SigningKey;
  readonly transport: FederationTransport;
  readonly db: Database;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly rooms: Pick<Rooms, 'engine' | 'reader' | 'byTime' | 'acls' | 'erasures'>;
  readonly users: Pick<Users, 'profiles' | 'memberships' | 'isUser'>;
  readonly devices: Pick<Devices, 'deviceKeys' | 'deviceChanges' | 'toDevice' | 'toDeviceOutbox'>;
  readonly userData: Pick<UserData, 'typing' | 'receipts' | 'presence'>;
  readonly hub: SyncHub;
  readonly outside: OutsideMemberships;
  readonly notifier: PushNotifier;
  readonly thirdPartyInvites: ThirdPartyInvites;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  readonly closing: Pick<ClosingSteps, 'federationOutbound' | 'federationRooms'>;
}

export interface Federation {
  readonly outbound: FederationOutbound;
  readonly shared: FederationRooms;
}

/** Nothing goes out before `outbound.start()`. */
export async function createFederation(deps: FederationDeps): Promise<Federation> {
  const { settings, serverName, signingKey, transport, db, strings, positions, hub, outside, notifier, thirdPartyInvites } = deps;
  const { rooms, users, devices, userData, metrics, log, onError, closing } = deps;
  const { engine, acls, erasures } = rooms;
  const outbound = await createFederationOutbound({
    settings,
    serverName,
    transport,
    db,
    strings,
    positions,
    engine,
    hub,
    keys: devices.deviceKeys,
    deviceChanges: devices.deviceChanges,
    toDevice: devices.toDevice,
    toDeviceOutbox: devices.toDeviceOutbox,
    typing: userData.typing,
    receipts: userData.receipts,
    presence: userData.presence,
    profiles: users.profiles,
    isBanned: async (room, name) => !(await acls.allows(room, name)),
    metrics,
    log,
    onError,
  });
  closing.federationOutbound.defer(() => outbound.close());
  const shared = await createFederationRooms({
    db,
    engine,
    positions,
    outside,
    acls,
    erasures,
    client: transport.client,
    checker: transport.eventChecker,
    edus: outbound.eduReceiver,
    signingKey,
    serverName,
    settings,
    stateCache: deps.stateCache,
    clock: transport.clock,
    metrics,
    log,
    onInvited: (invite, shown) => void notifier.invited(invite, shown).catch(onError),
    thirdPartyInvites,
    isUser: users.isUser,
    distribute: (room, stored, except) => outbound.events.sendToRoom(room, stored, new Set(except)),
    onError,
  });
  closing.federationRooms.use(shared);
  if (settings.enabled) {
    users.memberships.connect({ rooms: shared.remoteRooms, outside, events: shared.remoteEvents });
    rooms.reader.connect(shared.backfiller);
    rooms.byTime.connect(shared.backfiller);
  }
  return { outbound, shared };
}
