/** Puts together what rooms shared with other servers take: the inbound side, the resident side, the joining side. */
import type { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import { MissingEvents } from '@nexuscomm/federation/inbound/missing-events.ts';
import { PduReceiver } from '@nexuscomm/federation/inbound/receive-pdu.ts';
import { TransactionReceiver } from '@nexuscomm/federation/inbound/receive-transaction.ts';
import type { Clock, EduReceiver, EventChecking, Log } from '@nexuscomm/federation/ports.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { Backfiller } from './backfill.ts';
import type { Config } from '../config/schema.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { federationRoomRoutes } from '../federation-api/rooms.ts';
import type { Route } from '../http/handler.ts';
import { AuthGraphs } from '../rooms/auth-graph.ts';
import { EarlyRedactions } from '../rooms/early-redactions.ts';
import type { Erasures } from '../rooms/erasures.ts';
import { Outliers } from '../rooms/outliers.ts';
import { RemoteEvents } from '../rooms/remote-events.ts';
import { ForkResolver } from '../rooms/resolve-forks.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { RoomHistory } from '../rooms/room-history.ts';
import { RoomStates } from '../rooms/room-states.ts';
import type { ServerAcls } from '../rooms/server-acls.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';
import type { ThirdPartyInvites } from '../rooms/third-party-invites.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { registerInboundMetrics } from './inbound-metrics.ts';
import { FederatedRooms } from './inbound-rooms.ts';
import type { OutsideMemberships } from './outside-memberships.ts';
import { PolicyServers } from './policy-servers.ts';
import { InviteReceiver } from './receive-invite.ts';
import { RemoteRooms } from './remote-rooms.ts';
import { ResidentRooms } from './resident-rooms.ts';
import { StagedPdus } from './staged-pdus.ts';

export interface FederationRoomsDeps {
  readonly db: Database;
  readonly engine: RoomEngine;
  readonly positions: StreamPositions;
  readonly outside: OutsideMemberships;
  readonly acls: ServerAcls;
  readonly erasures: Erasures;
  readonly client: FederationClient;
  readonly checker: EventChecking;
  readonly edus: EduReceiver;
  readonly signingKey: SigningKey;
  readonly serverName: ServerName;
  readonly settings: Config['federation'];
  readonly stateCache: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly thirdPartyInvites: ThirdPartyInvites;
  readonly isUser: (userId: string) => Promise<boolean>;
  /** a user of this server was invited to a room that it is not in; `shown` is stripped state */
  readonly onInvited: (invite: RoomEvent, shown: readonly JsonObject[]) => void;
  readonly distribute: (room: Room, stored: StoredEvent, except: readonly ServerName[]) => void;
  readonly onError: (error: unknown) => void;
}

export interface FederationRooms extends AsyncDisposable {
  readonly routes: readonly Route[];
  readonly resident: ResidentRooms;
  readonly remoteRooms: RemoteRooms;
  readonly remoteEvents: RemoteEvents;
  readonly rooms: FederatedRooms;
  readonly outliers: Outliers;
  readonly history: RoomHistory;
  readonly backfiller: Backfiller;
}

export async function createFederationRooms(deps: FederationRoomsDeps): Promise<FederationRooms> {
  const { db, engine, positions, outside, acls, client, checker, signingKey, serverName, settings, clock, log } = deps;
  const now = (): number => clock.now();
  const serverNid = await engine.strings.id(serverName);
  const graphs = new AuthGraphs(db);
  const states = new RoomStates(db, deps.stateCache);
  const forks = new ForkResolver({ graphs, events: engine.events, strings: engine.strings });
  const redactions = await EarlyRedactions.open(db, engine);
  const policy = await PolicyServers.open({ engine, client, crypto: nodeCrypto, log, timeoutMs: settings.policy_timeout_ms });
  engine.beforeSending((room, event) => policy.sign(room, event));
  const remoteEvents = new RemoteEvents({
    db,
    engine,
    positions,
    forks,
    states,
    redactions,
    now,
    policy: (room, event) => policy.recommends(room, event),
  });
  engine.onCommit(({ room, stored, redacted }) => {
    const waits = stored.isHidden || (room.version.redactionAuthRule && redacted === undefined);
    if (stored.event.redacts === undefined || !waits || serverNameOf(stored.event.sender) !== serverName) return;
    remoteEvents.awaitTarget(room, stored).catch((err: unknown) => log.warn({ err }, 'an early redaction could not be noted'));
  });
  const outliers = new Outliers({ db, engine, positions });
  const history = new RoomHistory({ db, engine, states, graphs, erasures: deps.erasures });
  const rooms = new FederatedRooms({ db, engine, remote: remoteEvents, outliers, acls, serverNid });
  const fetching = {
    source: client,
    checker,
    clock,
    log,
    limits: {
      events: settings.missing_events,
      rounds: settings.missing_events_rounds,
      singleEvents: settings.single_events,
      parallel: settings.parallel_event_requests,
      roomFailures: settings.room_failures,
      roomPauseMs: settings.room_pause_ms,
    },
  };
  const missing = new MissingEvents({ ...fetching, rooms });
  const pastRooms = new FederatedRooms({ db, engine, remote: remoteEvents, outliers, acls, serverNid, historical: true });
  const backfiller = new Backfiller({
    source: client,
    checker,
    rooms: pastRooms,
    receiver: new MissingEvents({ ...fetching, rooms: pastRooms }),
    strings: engine.strings,
    serverNid,
    clock,
    log,
    limits: {
      events: settings.backfill_events,
      servers: settings.backfill_servers,
      timeoutMs: settings.backfill_timeout_ms,
      pauseMs: settings.backfill_pause_ms,
    },
  });
  const resident = new ResidentRooms({ engine, remote: remoteEvents, checker, acls, signingKey, serverName, serverNid, distribute: deps.distribute });
  const invites = new InviteReceiver({
    engine,
    outside,
    checker,
    acls,
    signingKey,
    serverName,
    serverNid,
    isUser: deps.isUser,
    onInvited: deps.onInvited,
  });
  const staging = new StagedPdus({
    db,
    rooms,
    clock,
    log,
    settings: {
      perRoom: settings.staged_events,
      retryMinMs: settings.staged_retry_min_ms,
      retryMaxMs: settings.staged_retry_max_ms,
      lifetimeMs: settings.staged_lifetime_ms,
    },
    onError: deps.onError,
  });
  const pdus = new PduReceiver({ checker, rooms, missing, staging, log });
  if (settings.enabled) {
    registerInboundMetrics(deps.metrics.registry, pdus, staging);
    staging.start(pdus);
  }
  const transactions = new TransactionReceiver({
    pdus,
    edus: deps.edus,
    rooms,
    outside: invites,
    log,
    rememberedTransactions: settings.remembered_transactions,
  });
  const remoteRooms = new RemoteRooms({
    db,
    engine,
    positions,
    client,
    checker,
    remote: remoteEvents,
    outliers,
    outside,
    crypto: nodeCrypto,
    signingKey,
    serverName,
    now,
    log,
  });
  return {
    routes: federationRoomRoutes({
      engine,
      resident,
      history,
      invites,
      thirdPartyInvites: deps.thirdPartyInvites,
      transactions,
      serverName,
      now,
      pageEvents: settings.page_events,
    }),
    resident,
    remoteRooms,
    remoteEvents,
    rooms,
    outliers,
    history,
    backfiller,
    [Symbol.asyncDispose]: async () => {
      await staging[Symbol.asyncDispose]();
      await forks.close();
    },
  };
}
