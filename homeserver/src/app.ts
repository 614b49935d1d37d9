/**
 * The composition root: services are made and connected here, in the order in which they need each other. `composition` puts
 * together what belongs together.
 */
import type { Transport } from '@nexuscomm/federation/client/transport.ts';
import { localpartOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { closingSteps, type ClosingSteps } from './composition/closing.ts';
import { createDevices } from './composition/devices.ts';
import { createFederation } from './composition/federation.ts';
import { createInbox } from './composition/inbox.ts';
import { hearNotifications } from './composition/notifications.ts';
import { startPruning } from './composition/pruning.ts';
import { createRateLimits } from './composition/rate-limits.ts';
import { createRequests } from './composition/requests.ts';
import { createRooms } from './composition/rooms.ts';
import { createRoutes } from './composition/routes.ts';
import { createSearch } from './composition/search.ts';
import { createSync } from './composition/sync.ts';
import { createUserData } from './composition/user-data.ts';
import { createUserDirectory } from './composition/user-directory.ts';
import { createUsers } from './composition/users.ts';
import type { Config } from './config/schema.ts';
import { createNodeResolver } from './federation/node-resolver.ts';
import { parseOldVerifyKey } from './federation/old-verify-key.ts';
import { OutsideMemberships } from './federation/outside-memberships.ts';
import { createServerKeyStore } from './federation/server-key-store.ts';
import { softwareVersion } from './federation/software-version.ts';
import { createFederationTransport } from './federation/transport.ts';
import { trustedRoots } from './federation/trusted-roots.ts';
import { createMedia } from './media/create-media.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { createPush } from './push/create-push.ts';
import { createSpaces } from './rooms/create-spaces.ts';
import { createThirdPartyInvites } from './rooms/create-third-party-invites.ts';
import { checkLanguage } from './search/search-table.ts';
import { chooseDatabase } from './storage/choose-database.ts';
import type { StatementCounter } from './storage/database.ts';
import { loadSigningKey, settleServerName } from './storage/server-identity.ts';
import { StreamPositions } from './storage/stream-positions.ts';
import { StringTable } from './storage/string-table.ts';
import { SyncHub } from './sync/sync-hub.ts';

export interface RunningServer {
  readonly serverName: string;
  /** where clients on this machine reach it */
  readonly url: string;
  /** the web client is served at the root */
  readonly hasClient: boolean;
  /** there were accounts when it started */
  readonly hasUsers: boolean;
  /** the database is this server's own */
  readonly embedded: boolean;
  readonly statements: StatementCounter;
  /** Resolves with the reason if the server has to stop by itself. */
  readonly failed: Promise<Error>;
  /** Ends cleanly: nothing that was confirmed is lost, waiting syncs are answered. */
  close(): Promise<void>;
}

/** What a simulation brings of its own. */
export interface Seams {
  /** how requests reach other servers */
  readonly transport?: Transport;
}

/** If it rejects, all that was started is closed again. */
export async function startServer(
  config: Config,
  logger: Logger = createLogger(config.observability.log_level),
  seams: Seams = {},
): Promise<RunningServer> {
  const everything = new AsyncDisposableStack();
  try {
    const running = await startWith(config, logger, seams, closingSteps(everything));
    return { ...running, close: () => everything.disposeAsync() };
  } catch (error) {
    // Why it did not start is what the caller has to know.
    await everything.disposeAsync().catch((err: unknown) => logger.error({ err }, 'closing what had been started failed'));
    throw error;
  }
}

async function startWith(config: Config, log: Logger, seams: Seams, closing: ClosingSteps): Promise<Omit<RunningServer, 'close'>> {
  const { server, limits, cache } = config;
  const serverName = server.name as ServerName;
  const now = Date.now;
  const onError = (err: unknown): void => log.error({ err }, 'background work failed');
  const failure = Promise.withResolvers<Error>();

  const database = await chooseDatabase(config, {
    info: (message) => log.info(message),
    error: ({ message }) => log.warn({ reason: message }, 'lost a database connection'),
  });
  closing.database.use(database);
  const { db } = database;
  await checkLanguage(db, config.search.language);
  await settleServerName(db, serverName);
  const formerKeys = config.federation.old_verify_keys.map(parseOldVerifyKey).filter((key) => key !== undefined);
  const signingKey = await loadSigningKey(db, server.data_dir, formerKeys);
  const positions = await StreamPositions.open(db);
  const strings = new StringTable(db, cache.strings);
  const metrics = createMetrics(db);
  const rateLimits = await createRateLimits({ settings: config, log });
  closing.redis.use(rateLimits);
  const keyStore = createServerKeyStore(db);
  const transport = createFederationTransport({ settings: config.federation, serverName, signingKey, keyStore, log, ...seams });
  closing.federationTransport.use(transport);
  const { client, clock } = transport;

  const rooms = await createRooms({ settings: config, db, strings, positions, signingKey, serverName, now, onLeaseLost: failure.resolve });
  const { engine, reader, directory, acls } = rooms;
  closing.commits.defer(() => engine.close());
  const hub = new SyncHub({ db, positions, engine, maxUsers: cache.users });
  closing.waitingSyncs.defer(() => hub.close());
  const users = createUsers({ settings: config, db, strings, rooms, hub, serverName, now, onError });
  closing.lastSeen.use(users.lastSeen);
  const devices = createDevices({ db, strings, positions, engine, hub, serverName, now, onError });
  const { deviceChanges } = devices;
  const userData = createUserData({ db, strings, positions, rooms, hub, deviceChanges, serverName, now, onError });
  closing.presence.use(userData.presence);
  const outside = new OutsideMemberships({ db, engine, positions, hub });
  const sync = createSync({ db, rooms, userData, devices, hub, outside, limits, now });
  const search = createSearch({ settings: config, db, positions, rooms, hub, onError });
  closing.search.use(search);
  const userDirectory = createUserDirectory({ settings: config, db, strings, rooms, serverName, onError });
  closing.search.use(userDirectory);

  const web = { resolver: createNodeResolver(), trust: trustedRoots(config.federation.ca), userAgent: `NexusComm/${softwareVersion}` };
  const { accountData, evaluator, unread } = userData;
  const notifying = { engine, positions, hub, evaluator, unread, accountData, clock, log, onError };
  const push = await createPush({ ...notifying, db, reader, settings: config.push, web });
  closing.push.use(push);
  userData.receipts.onSet((_roomNid, { userNid }) => push.notifier.read(userNid));
  users.accounts.connect({
    // Like most servers: a new user is called by their name until they choose another.
    onRegistered: (userNid, userId) => users.profiles.set({ userNid, userId }, 'displayname', localpartOf(userId)),
    // Servers that share a room are told of devices without keys too (Server-Server API, "Device Management").
    onDeviceAdded: (userNid, deviceId) => deviceChanges.record(userNid, { device: deviceId }),
    onDeviceRenamed: (userNid, deviceId) => deviceChanges.record(userNid, { device: deviceId }),
    onDevicesDeleted: async (userNid, _userId, deleted) => {
      await push.pushers.devicesDeleted(userNid);
      for (const { deviceId } of deleted) await deviceChanges.record(userNid, { device: deviceId });
    },
    onDeactivated: (userNid, userId) => users.deactivation.finish(userNid, userId),
  });

  const inbox = createInbox({ db, rooms, userData, hub, outside, maxRooms: cache.activities, now });
  const { memberships, isUser } = users;
  const { federation: settings } = config;
  const spaces = createSpaces({ db, engine, directory, memberships, outside, acls, client, serverName, settings, limits, now, log });
  const media = await createMedia({ db, client, serverName, settings: config, dataDir: server.data_dir, web, now, log });
  closing.media.use(media);
  const elsewhere = config.federation.enabled ? client : undefined;
  const thirdParty = createThirdPartyInvites({ engine, memberships, serverName, isUser, settings: config.identity, web, federation: elsewhere });
  closing.thirdPartyInvites.use(thirdParty);
  const thirdPartyInvites = thirdParty.invites;
  const federation = await createFederation({
    settings,
    stateCache: cache.states,
    serverName,
    signingKey,
    transport,
    db,
    strings,
    positions,
    rooms,
    users,
    devices,
    userData,
    hub,
    outside,
    notifier: push.notifier,
    thirdPartyInvites,
    metrics,
    log,
    onError,
    closing,
  });
  const { outbound } = federation;
  await outbound.start();

  const { rateLimiter } = rateLimits;
  const routes = createRoutes({
    config,
    serverName,
    db,
    strings,
    hub,
    rooms,
    users,
    devices,
    userData,
    sync,
    thirdPartyInvites,
    transport,
    federation,
    rateLimits,
    metrics,
    now,
    areas: [push, search, userDirectory, inbox, spaces, media],
  });
  const requests = await createRequests({ settings: config, routes, users, transport, outbound, rateLimiter, metrics, logger: log });
  const hasUsers = await users.store.hasUsers();
  closing.notifications.use(hearNotifications({ databaseUrl: database.url, users, push, transport, outbound, onError }));
  closing.pruning.use(startPruning({ engine, outbound, openIdTokens: users.openIdTokens, media, now, onError }));
  const ports = await requests.openPorts();
  closing.ports.defer(() => ports.close());

  return {
    serverName,
    url: `http://${['0.0.0.0', '::', '127.0.0.1'].includes(server.bind) ? 'localhost' : server.bind}:${ports.port}`,
    hasClient: requests.hasClient,
    hasUsers,
    embedded: database.embedded,
    statements: db.counter,
    failed: failure.promise,
  };
}
