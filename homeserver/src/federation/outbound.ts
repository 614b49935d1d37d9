/** Puts together what goes to other servers and the EDUs that come from them. */
import { createEduReceiver } from '@nexuscomm/federation/inbound/receive-edu.ts';
import { DEFAULT_OUTBOUND } from '@nexuscomm/federation/outbound/settings.ts';
import { OutboundQueues, type DestinationStatus } from '@nexuscomm/federation/outbound/outbound-queues.ts';
import type { EduReceiver, Log } from '@nexuscomm/federation/ports.ts';
import type { DestinationRecord } from '@nexuscomm/federation/outbound/outbox-store.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Profiles } from '../accounts/profiles.ts';
import { RemoteProfiles } from '../accounts/remote-profiles.ts';
import type { Config } from '../config/schema.ts';
import { federationUserRoutes } from '../federation-api/devices.ts';
import type { Route } from '../http/handler.ts';
import { AskKeys } from '../keys/ask-keys.ts';
import type { DeviceChanges } from '../keys/device-changes.ts';
import type { DeviceKeys } from '../keys/device-keys.ts';
import { RemoteDeviceTable } from '../keys/remote-device-table.ts';
import { RemoteDevices } from '../keys/remote-devices.ts';
import type { ToDevice } from '../keys/to-device.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import type { SyncHub } from '../sync/sync-hub.ts';
import type { Presence } from '../user-data/presence.ts';
import type { Receipts } from '../user-data/receipts.ts';
import type { Typing } from '../user-data/typing.ts';
import { createEduHandlers } from './incoming-edus.ts';
import { createLocalUsers } from './local-users.ts';
import { registerOutboundMetrics } from './outbound-metrics.ts';
import { Outbox } from './outbox.ts';
import { OutgoingDevices } from './outgoing-devices.ts';
import { OutgoingEdus } from './outgoing-edus.ts';
import { OutgoingEvents } from './outgoing-events.ts';
import { ServerRoutes } from './server-routes.ts';
import { SharedServers } from './shared-servers.ts';
import type { ToDeviceOutbox } from './to-device-outbox.ts';
import type { FederationTransport } from './transport.ts';

export interface FederationOutboundDeps {
  readonly settings: Config['federation'];
  readonly serverName: ServerName;
  readonly transport: Pick<FederationTransport, 'client' | 'backoff' | 'allowed' | 'clock'>;
  readonly db: Database;
  readonly strings: StringTable;
  readonly positions: StreamPositions;
  readonly engine: RoomEngine;
  readonly hub: SyncHub;
  readonly keys: DeviceKeys;
  readonly deviceChanges: DeviceChanges;
  readonly toDevice: ToDevice;
  readonly toDeviceOutbox: ToDeviceOutbox;
  readonly typing: Typing;
  readonly receipts: Receipts;
  readonly presence: Presence;
  readonly profiles: Profiles;
  /** the room's ACL refuses the server */
  readonly isBanned: (room: Room, server: ServerName) => Promise<boolean>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
  readonly random?: () => number;
}

export interface FederationOutbound {
  readonly queues: OutboundQueues;
  /** `sendToRoom`: for joins that came in through send_join */
  readonly events: OutgoingEvents;
  readonly eduReceiver: EduReceiver;
  /** what other servers ask of our users' devices and profiles */
  readonly routes: readonly Route[];
  readonly askKeys: AskKeys;
  readonly remoteProfiles: RemoteProfiles;
  /** A server made an authenticated request. */
  onRequestFrom(server: ServerName): void;
  /** What is queued now, and what is written down of destinations. */
  status(): Promise<{ readonly active: readonly DestinationStatus[]; readonly stored: readonly DestinationRecord[] }>;
  /** Drops what is kept for repetitions, and messages for servers that never came back. Call now and then. */
  prune(): Promise<void>;
  /** Begins to send what was left at the last stop. Before requests are taken in. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function createFederationOutbound(deps: FederationOutboundDeps): Promise<FederationOutbound> {
  const { settings, serverName, transport, db, strings, positions, engine, hub, keys, deviceChanges, toDevice, log, onError } = deps;
  const { client, backoff, allowed, clock } = transport;
  const { presence, share_device_names: shareNames } = settings;
  const random = deps.random ?? Math.random;
  const ownNid = await strings.id(serverName);

  const routes = new ServerRoutes({ strings, ownNid, watermark: () => positions.watermark, clock, log });
  const shared = new SharedServers({ db, engine, hub });
  const devices = new OutgoingDevices({ db, keys, strings, ownNid, shareNames });
  const outbox = new Outbox({ db, events: engine.events, strings, ownNid, devices, toDevice: deps.toDeviceOutbox });
  const queues = new OutboundQueues({
    ownName: serverName,
    settings: {
      retry: { ...DEFAULT_OUTBOUND.retry, minMs: settings.retry_min_ms, maxMs: settings.retry_max_ms, factor: settings.retry_factor },
    },
    store: outbox,
    // The queue has its own schedule, and asks the request side's before.
    send: (server, transaction, signal) => client.sendTransaction(server, transaction, { signal, ignoreBackoff: true }),
    health: backoff,
    allowed,
    clock,
    random,
    log,
    floor: () => routes.floor(),
  });
  registerOutboundMetrics(deps.metrics.registry, queues, () => clock.now());

  const events = new OutgoingEvents({ engine, queues, routes, ownName: serverName });
  const edus = new OutgoingEdus({
    engine,
    strings,
    queues,
    routes,
    shared,
    presence: deps.presence,
    sendPresence: presence,
    ownName: serverName,
    clock,
    onError,
  });
  deps.typing.connect((roomNid, userId, typing) => edus.onTyping(roomNid, userId, typing));
  deps.receipts.onSet((roomNid, receipt) => edus.onReceipt(roomNid, receipt));
  deps.presence.connect((userNid, userId) => edus.onPresence(userNid, userId));
  deviceChanges.connect((userNid, pos) => edus.onDevicesChanged(userNid, pos));
  toDevice.connect((servers) => queues.toDeviceWaits(servers));

  const table = new RemoteDeviceTable(db, ownNid);
  const isDown = (server: ServerName): boolean => backoff.isDown(server);
  const remoteDevices = new RemoteDevices({ table, changes: deviceChanges, strings, engine, client, isDown, ownNid, clock, log, onError });
  const handlers = createEduHandlers({
    engine,
    strings,
    typing: deps.typing,
    receipts: deps.receipts,
    presence: deps.presence,
    toDevice,
    remoteDevices,
    deviceChanges,
    ownNid,
    takePresence: presence,
    isBanned: deps.isBanned,
    onError,
  });
  const localUsers = createLocalUsers({ db, keys, devices, profiles: deps.profiles, serverName, shareNames });

  return {
    queues,
    events,
    eduReceiver: createEduReceiver({ handlers, log, onFailure: onError }),
    routes: federationUserRoutes(localUsers),
    askKeys: new AskKeys({ keys, table, remote: remoteDevices, client, strings, serverName, clock }),
    remoteProfiles: new RemoteProfiles({ client }),
    onRequestFrom: (server) => queues.heardFrom(server),
    status: async () => ({ active: queues.status(), stored: await outbox.destinations() }),
    prune: async () => {
      await deps.toDeviceOutbox.prune();
      await toDevice.prune();
    },
    start: async () => {
      await queues.start();
      await remoteDevices.start();
    },
    close: async () => {
      edus[Symbol.dispose]();
      remoteDevices.stop();
      routes.stop();
      await queues[Symbol.asyncDispose]();
    },
  };
}
