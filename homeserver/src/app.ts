/** The composition root: the only place where services are made and connected. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transport } from '@nexuscomm/federation/client/transport.ts';
import { localpartOf, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { AccountStore } from './accounts/account-store.ts';
import { Accounts } from './accounts/accounts.ts';
import { Deactivation } from './accounts/deactivation.ts';
import { InteractiveAuth } from './accounts/interactive-auth.ts';
import { LastSeen } from './accounts/last-seen.ts';
import { Moderation } from './accounts/moderation.ts';
import { OpenIdTokens } from './accounts/openid-tokens.ts';
import { Profiles } from './accounts/profiles.ts';
import { Sessions } from './accounts/sessions.ts';
import { accountRoutes, confirmByPassword } from './client-api/accounts.ts';
import { adminRoutes } from './client-api/admin.ts';
import { deprecatedRoutes } from './client-api/deprecated.ts';
import { directoryRoutes } from './client-api/directory.ts';
import { keyRoutes } from './client-api/keys.ts';
import { mutualRoomRoutes } from './client-api/mutual-rooms.ts';
import { openIdRoutes } from './client-api/openid.ts';
import { profileRoutes } from './client-api/profiles.ts';
import { roomReadingRoutes } from './client-api/room-reading.ts';
import { roomRoutes } from './client-api/rooms.ts';
import { searchRoutes } from './client-api/search.ts';
import { serverRoutes } from './client-api/server.ts';
import { userDataRoutes } from './client-api/user-data.ts';
import { registrationMode } from './config/registration-mode.ts';
import type { Config } from './config/schema.ts';
import { nodeCrypto } from './crypto/node-crypto.ts';
import { OutsideMemberships } from './federation/outside-memberships.ts';
import { federationDirectoryRoutes } from './federation-api/directory.ts';
import { serverKeyRoutes } from './federation-api/keys.ts';
import { versionRoutes } from './federation-api/version.ts';
import { parseOldVerifyKey } from './federation/old-verify-key.ts';
import { createNodeResolver } from './federation/node-resolver.ts';
import { createFederationOutbound } from './federation/outbound.ts';
import { createServerKeyStore } from './federation/server-key-store.ts';
import { createFederationRooms } from './federation/federated-rooms.ts';
import { ToDeviceOutbox } from './federation/to-device-outbox.ts';
import { createFederationTransport } from './federation/transport.ts';
import { softwareVersion } from './federation/software-version.ts';
import { trustedRoots } from './federation/trusted-roots.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { listen as openPorts } from './http/listen.ts';
import { loadClient } from './http/serve-client.ts';
import { createRateLimiter, unlimited } from './http/rate-limit.ts';
import { Inbox } from './inbox/inbox.ts';
import { RoomActivity } from './inbox/room-activity.ts';
import { RoomSummaries } from './inbox/room-summaries.ts';
import { Backups } from './keys/backups.ts';
import { DeviceChanges } from './keys/device-changes.ts';
import { DeviceKeys } from './keys/device-keys.ts';
import { ToDevice } from './keys/to-device.ts';
import { createMedia } from './media/create-media.ts';
import { checkHealth } from './observability/health.ts';
import { inboxRoutes } from './nexuscomm-api/inbox.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { createPush } from './push/create-push.ts';
import { PushEvaluator } from './push/evaluate-events.ts';
import { PUSH_RULES_TYPE, PushRules, defaultRuleset } from './push/push-rules.ts';
import { UnreadTracker } from './push/unread-counts.ts';
import { RoomAliases } from './rooms/aliases.ts';
import { createSpaces } from './rooms/create-spaces.ts';
import { EventByTime } from './rooms/event-by-time.ts';
import { JOIN } from './rooms/membership.ts';
import { createThirdPartyInvites } from './rooms/create-third-party-invites.ts';
import { Memberships } from './rooms/memberships.ts';
import { PublicDirectory } from './rooms/public-directory.ts';
import { Relations } from './rooms/relations.ts';
import { RoomEngine } from './rooms/room-engine.ts';
import { RoomReader } from './rooms/room-reader.ts';
import { ServerAcls } from './rooms/server-acls.ts';
import { takeAllShards } from './rooms/shard-leases.ts';
import { TimelineReader } from './rooms/timeline-reader.ts';
import { EventVisibility } from './rooms/visibility.ts';
import { MessageSearch } from './search/message-search.ts';
import { ResultContext } from './search/result-context.ts';
import { SearchIndex } from './search/search-index.ts';
import { checkLanguage } from './search/search-table.ts';
import { chooseDatabase, type ChosenDatabase } from './storage/choose-database.ts';
import type { StatementCounter } from './storage/database.ts';
import { ACCOUNTS_CHANNEL, RETRY_CHANNEL, listen } from './storage/notifications.ts';
import { loadSigningKey, settleServerName } from './storage/server-identity.ts';
import { StreamPositions } from './storage/stream-positions.ts';
import { StringTable } from './storage/string-table.ts';
import { LazyMembers } from './sync/lazy-members.ts';
import { RoomRenderer } from './sync/render-rooms.ts';
import type { SyncSources } from './sync/sources.ts';
import { SyncEngine } from './sync/sync-engine.ts';
import { SyncHub } from './sync/sync-hub.ts';
import { AccountData, GLOBAL } from './user-data/account-data.ts';
import { Filters } from './user-data/filters.ts';
import { UpgradeFollower } from './user-data/follow-upgrades.ts';
import { Presence } from './user-data/presence.ts';
import { Receipts } from './user-data/receipts.ts';
import { Typing } from './user-data/typing.ts';

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

/** Events of a room in a sync when the filter does not say (Client-Server API, "Filtering"). */
const DEFAULT_TIMELINE_EVENTS = 10;
const DEVICE_IDLE_MS = 10 * 60_000;
const MAX_COMMIT_BATCH = 200;
const TRANSACTION_LIFETIME_MS = 24 * 3_600_000;
const PRUNE_EVERY_MS = 3_600_000;

/** What a simulation brings of its own. */
export interface Seams {
  /** how requests reach other servers */
  readonly transport?: Transport;
}

export async function startServer(
  config: Config,
  logger: Logger = createLogger(config.observability.log_level),
  seams: Seams = {},
): Promise<RunningServer> {
  const database = await chooseDatabase(config, {
    info: (message) => logger.info(message),
    error: ({ message }) => logger.warn({ reason: message }, 'lost a database connection'),
  });
  try {
    return await startWith(config, logger, database, seams);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

async function startWith(config: Config, logger: Logger, database: ChosenDatabase, seams: Seams): Promise<RunningServer> {
  const { db } = database;
  const { server, limits, cache, accounts: accountSettings } = config;
  const serverName = server.name as ServerName;
  const now = Date.now;
  const onError = (err: unknown): void => logger.error({ err }, 'background work failed');
  const failure = Promise.withResolvers<Error>();

  await checkLanguage(db, config.search.language);
  await settleServerName(db, serverName);
  const formerKeys = config.federation.old_verify_keys.map(parseOldVerifyKey).filter((key) => key !== undefined);
  const signingKey = await loadSigningKey(db, server.data_dir, formerKeys);
  const positions = await StreamPositions.open(db);
  const strings = new StringTable(db, cache.strings);
  const metrics = createMetrics(db);
  const redis = config.redis.url === undefined ? undefined : await connectRedis(config.redis.url, logger);
  const { enabled: limitRates, ...rates } = config.rate_limits;
  const rateLimiter = limitRates ? createRateLimiter(rates, redis) : unlimited;

  const federation = createFederationTransport({
    settings: config.federation,
    serverName,
    signingKey,
    keyStore: createServerKeyStore(db),
    log: logger,
    ...seams,
  });

  // Rooms
  const engine = new RoomEngine({
    db,
    commits: db.apart,
    strings,
    positions,
    crypto: nodeCrypto,
    signingKey,
    serverName,
    now,
    wait: (ms) => sleep(ms),
    epochs: await takeAllShards(db, randomUUID()),
    onLeaseLost: (error) => failure.resolve(error),
    cache: { rooms: cache.rooms, events: cache.events, recentEventsPerRoom: cache.events_per_room, states: cache.states },
    maxCommitBatch: MAX_COMMIT_BATCH,
    commitRetryMs: config.database.reconnect_timeout_ms,
  });
  const timeline = new TimelineReader(db, engine.events);
  const visibility = new EventVisibility(engine);
  const relations = new Relations({ db, events: engine.events, strings, now });
  const reader = new RoomReader({ db, engine, visibility, relations, now });
  const byTime = new EventByTime({ db, engine, visibility, reader });
  const aliases = new RoomAliases(db);
  const directory = new PublicDirectory(db, engine);

  // Users
  const hub = new SyncHub({ db, positions, engine, maxUsers: cache.users });
  const store = new AccountStore(db);
  const sessions = new Sessions({
    db,
    accessTokenLifetimeMs: accountSettings.access_token_lifetime_ms,
    cacheSize: accountSettings.session_cache,
    now,
  });
  const accounts = new Accounts({
    store,
    sessions,
    strings,
    serverName,
    now,
    passwordCost: { memoryKib: accountSettings.argon2_memory_kib, passes: accountSettings.argon2_passes },
    minPasswordLength: config.registration.min_password_length,
    sharedSecret: config.registration.shared_secret,
    loginTokenLifetimeMs: accountSettings.login_token_lifetime_ms,
  });
  const profiles = new Profiles(db);
  const memberships = new Memberships({
    db,
    engine,
    aliases,
    profiles,
    serverName,
    onForgotten: (userNid, roomNid) => hub.setForgotten(userNid, roomNid, true),
  });
  const deactivation = new Deactivation({ db, memberships, profiles });
  const interactiveAuth = new InteractiveAuth(accountSettings.interactive_auth_lifetime_ms);
  const openIdTokens = new OpenIdTokens({ db, lifetimeMs: accountSettings.openid_token_lifetime_ms, now });
  const lastSeen = new LastSeen({ store, now, onError });

  // What belongs to users
  const accountData = new AccountData({
    db,
    positions,
    onChange: (userNid, roomNid, pos) => (roomNid === GLOBAL ? hub.touchUser(userNid, pos) : hub.touchUserRoom(userNid, roomNid, pos)),
    defaults: async (userNid) => [{ type: PUSH_RULES_TYPE, content: JSON.stringify({ global: defaultRuleset(await strings.text(userNid)) }) }],
  });
  const touchRoom = (roomNid: number, pos: number): void => {
    const room = engine.cached(roomNid);
    if (room) hub.touchRoom(room, pos);
  };
  const receipts = new Receipts({
    db,
    strings,
    positions,
    onChange: (roomNid, receipt) => {
      if (receipt.kind === 'm.read') touchRoom(roomNid, receipt.pos);
      else hub.touchUserRoom(receipt.userNid, roomNid, receipt.pos);
      push.notifier.read(receipt.userNid);
    },
  });
  const typing = new Typing({ positions, onChange: touchRoom });
  const deviceChanges = new DeviceChanges({ db, positions, strings, engine, hub });
  const audience = (userNid: number): Promise<ReadonlySet<number>> => deviceChanges.audience(userNid);
  const presence = new Presence({
    positions,
    now,
    audience,
    onError,
    onChange: (users, pos) => {
      for (const userNid of users) hub.touchUser(userNid, pos);
    },
  });
  engine.onCommit(({ room, stored, members }) => {
    for (const { before, after } of members) {
      if (after.membership !== JOIN || before?.membership === JOIN) continue;
      const others = [...room.members.values()].filter((member) => member.membership === JOIN).map((member) => member.userNid);
      presence.introduce(after.userNid, others, stored.pos!);
    }
  });
  const pushRules = new PushRules(accountData);
  new UpgradeFollower({ engine, accountData, pushRules, isLocal: (userId) => serverNameOf(userId) === serverName, onError });
  const evaluator = new PushEvaluator({ engine, rules: pushRules });
  const unread = new UnreadTracker({ engine, timeline, receipts, evaluator });
  const filters = new Filters(db);
  const deviceKeys = new DeviceKeys({
    db,
    strings,
    changes: deviceChanges,
    onClaimed: (_deviceNid, userNid) => void touchNow(positions, hub, userNid).catch(onError),
  });
  const toDeviceOutbox = new ToDeviceOutbox({ db, strings, now });
  const toDevice = new ToDevice({
    db,
    positions,
    strings,
    serverName,
    outbox: toDeviceOutbox,
    now,
    onSent: (userNid, pos) => hub.touchUser(userNid, pos),
  });
  const backups = new Backups(db);
  const sources: SyncSources = {
    accountData,
    receipts,
    typing,
    toDevice,
    unread,
    presence,
    relations,
    deviceLists: {
      changed: (userNid, since, upto) => deviceChanges.changed(userNid, since, upto),
      keyCounts: (deviceNid) => deviceKeys.counts(deviceNid),
    },
  };
  const renderer = new RoomRenderer({
    engine,
    timeline,
    visibility,
    sources,
    lazyMembers: new LazyMembers(),
    defaultTimelineLimit: DEFAULT_TIMELINE_EVENTS,
    maxTimelineLimit: limits.sync_timeline_events,
  });
  const outside = new OutsideMemberships({ db, engine, positions, hub });
  const syncEngine = new SyncEngine({
    outside: (userNid, rooms) => outside.shown(userNid, rooms),
    db,
    engine,
    hub,
    renderer,
    sources,
    now,
    maxToDevice: limits.to_device_per_sync,
    deviceIdleMs: DEVICE_IDLE_MS,
  });

  accounts.connect({
    // Like most servers: a new user is called by their name until they choose another.
    onRegistered: (userNid, userId) => profiles.set({ userNid, userId }, 'displayname', localpartOf(userId)),
    onDeviceRenamed: (userNid, deviceId) => deviceChanges.record(userNid, { device: deviceId }),
    onDevicesDeleted: async (userNid, _userId, devices) => {
      await push.pushers.devicesDeleted(userNid);
      for (const { deviceId } of devices) await deviceChanges.record(userNid, { device: deviceId });
    },
    onDeactivated: (userNid, userId) => deactivation.finish(userNid, userId),
  });
  profiles.connect((user) => memberships.propagateProfile(user));

  const searchIndex = new SearchIndex({ db, engine, positions, language: config.search.language, onError });
  const messageSearch = new MessageSearch({
    db,
    engine,
    reader,
    visibility,
    hub,
    index: searchIndex,
    context: new ResultContext({ engine, reader, pageEvents: limits.page_events }),
    language: config.search.language,
  });

  const web = { resolver: createNodeResolver(), trust: trustedRoots(config.federation.ca), userAgent: `NexusComm/${softwareVersion}` };
  const push = await createPush({
    db,
    engine,
    reader,
    positions,
    hub,
    evaluator,
    unread,
    accountData,
    clock: federation.clock,
    log: logger,
    onError,
    settings: config.push,
    web,
  });

  // Inbox
  const inbox = new Inbox({
    engine,
    hub,
    accountData,
    activity: new RoomActivity({ db, engine, maxRooms: cache.activities }),
    summaries: new RoomSummaries({
      db,
      engine,
      timeline,
      relations,
      accountData,
      pushRules,
      unread,
      outside: (userNid, roomNids) => outside.shown(userNid, roomNids),
      now,
    }),
  });

  const acls = new ServerAcls(engine);
  const spaces = createSpaces({
    db,
    engine,
    directory,
    memberships,
    outside,
    acls,
    client: federation.client,
    serverName,
    settings: config.federation,
    limits,
    now,
    log: logger,
  });
  const media = await createMedia({
    db,
    client: federation.client,
    serverName,
    settings: config,
    dataDir: server.data_dir,
    web,
    now,
    log: logger,
  });

  const isUser = async (userId: string): Promise<boolean> => (await profiles.find(userId)) !== undefined;
  const thirdParty = createThirdPartyInvites({
    engine,
    memberships,
    serverName,
    isUser,
    settings: config.identity,
    web,
    federation: config.federation.enabled ? federation.client : undefined,
  });

  // Federation
  const outbound = await createFederationOutbound({
    settings: config.federation,
    serverName,
    transport: federation,
    db,
    strings,
    positions,
    engine,
    hub,
    keys: deviceKeys,
    deviceChanges,
    toDevice,
    toDeviceOutbox,
    typing,
    receipts,
    presence,
    profiles,
    isBanned: async (room, name) => !(await acls.allows(room, name)),
    metrics,
    log: logger,
    onError,
  });
  const rooms = await createFederationRooms({
    db,
    engine,
    positions,
    outside,
    acls,
    client: federation.client,
    checker: federation.eventChecker,
    edus: outbound.eduReceiver,
    signingKey,
    serverName,
    settings: config.federation,
    stateCache: cache.states,
    clock: federation.clock,
    log: logger,
    onInvited: (invite, shown) => void push.notifier.invited(invite, shown).catch(onError),
    thirdPartyInvites: thirdParty.invites,
    isUser,
    distribute: (room, stored, except) => outbound.events.sendToRoom(room, stored, new Set(except)),
  });
  if (config.federation.enabled) {
    memberships.connect({ rooms: rooms.remoteRooms, outside, events: rooms.remoteEvents });
    reader.connect(rooms.backfiller);
    byTime.connect(rooms.backfiller);
  }
  await outbound.start();

  // HTTP
  const confirm = confirmByPassword({ accounts, interactiveAuth });
  const baseUrl = baseUrlOf(config);
  const { mode, isTrial } = registrationMode(config);
  const routes = [
    ...serverRoutes({
      serverName,
      baseUrl,
      announced: server.public_baseurl !== undefined || serverName !== 'localhost',
      delegate: delegateOf(config),
      metrics,
      adminContact: server.admin_contact,
      registration: mode,
      serveMetrics: config.observability.metrics,
      health: () => checkHealth(db, redis && (() => redis.status === 'ready')),
    }),
    ...accountRoutes({
      accounts,
      sessions,
      interactiveAuth,
      rateLimiter,
      registration: { mode, guests: config.registration.guests, firstIsAdmin: isTrial },
      defaultRoomVersion: config.rooms.default_version,
    }),
    ...adminRoutes({ moderation: new Moderation({ db, sessions, serverName }) }),
    ...profileRoutes({ profiles, remoteProfiles: outbound.remoteProfiles, serverName }),
    ...openIdRoutes({ tokens: openIdTokens, serverName }),
    ...roomRoutes({
      engine,
      memberships,
      thirdPartyInvites: thirdParty.invites,
      aliases,
      relations,
      directory,
      serverName,
      defaultVersion: config.rooms.default_version,
    }),
    ...roomReadingRoutes({ engine, reader, byTime, relations, visibility, hub, accountData, pageEvents: limits.page_events }),
    ...directoryRoutes({
      db,
      engine,
      reader,
      aliases,
      memberships,
      directory,
      elsewhere: config.federation.enabled ? rooms.remoteRooms : undefined,
      serverName,
      publishRequiresAdmin: config.rooms.publish_requires_admin,
      findAllUsers: config.accounts.find_all_users,
      now,
    }),
    ...push.routes,
    ...searchRoutes({ messages: messageSearch, maxResults: config.search.max_results }),
    ...mutualRoomRoutes({ db, strings }),
    ...inboxRoutes({ inbox }),
    ...deprecatedRoutes({ engine, reader, directory, pageEvents: limits.page_events }),
    ...spaces.routes,
    ...userDataRoutes({
      engine,
      strings,
      syncEngine,
      filters,
      accountData,
      typing,
      receipts,
      pushRules,
      unread,
      presence,
      audience,
      now,
      maxSyncTimeoutMs: limits.sync_timeout_ms,
    }),
    ...media.routes,
    ...(config.federation.enabled
      ? [
          ...serverKeyRoutes(federation),
          ...versionRoutes(),
          ...outbound.routes,
          ...rooms.routes,
          ...federationDirectoryRoutes({
            memberships,
            thirdPartyInvites: thirdParty.invites,
            directory,
            listed: config.federation.show_public_rooms,
          }),
          ...spaces.federationRoutes,
          ...media.federationRoutes,
        ]
      : []),
    ...keyRoutes({ keys: deviceKeys, askKeys: outbound.askKeys, changes: deviceChanges, toDevice, backups, crypto: nodeCrypto, confirm }),
  ];
  const client = await loadClient(config.client);
  const hasUsers = await store.hasUsers();
  const app = createHttpApp({
    routes,
    client,
    rateLimiter,
    logger,
    metrics,
    lookup: sessions.lookup,
    verifyServer: async (request) => {
      const session = await federation.verifyRequest(request);
      outbound.onRequestFrom(session.origin);
      return session;
    },
    bodyBytes: limits.body_bytes,
    trustedProxies: server.trusted_proxies,
    onSeen: (session, address, userAgent) => lastSeen.record(session, address, userAgent),
  });
  const onAccountsChanged = (): void => {
    sessions.forgetAll();
    push.pushers.reload().catch(onError);
    deactivation.finishAll().catch(onError);
  };
  const onRetryWanted = (name: string): void => {
    if (name === '') return;
    federation.network.forget(name as ServerName);
    outbound.queues.retry(name as ServerName);
  };
  const notifications = listen(database.url, { [ACCOUNTS_CHANNEL]: onAccountsChanged, [RETRY_CHANNEL]: onRetryWanted });
  onAccountsChanged();
  const prune = async (): Promise<void> => {
    await engine.transactions.prune(now() - TRANSACTION_LIFETIME_MS);
    await outbound.prune();
    await openIdTokens.prune();
    await media.prune();
  };
  const pruning = setInterval(() => void prune().catch(onError), PRUNE_EVERY_MS).unref();
  const ports = await openPorts(app.callback(), {
    bind: server.bind,
    port: server.port,
    tlsPort: server.tls_port,
    tlsCert: server.tls_cert,
    tlsKey: server.tls_key,
    headersTimeoutMs: limits.headers_timeout_ms,
    requestTimeoutMs: limits.request_timeout_ms,
  });

  return {
    serverName,
    url: `http://${['0.0.0.0', '::', '127.0.0.1'].includes(server.bind) ? 'localhost' : server.bind}:${ports.port}`,
    hasClient: client !== undefined,
    hasUsers,
    embedded: database.embedded,
    statements: db.counter,
    failed: failure.promise,
    close: async () => {
      hub.close();
      await ports.close();
      clearInterval(pruning);
      presence[Symbol.dispose]();
      await engine.close();
      await push[Symbol.asyncDispose]();
      await thirdParty[Symbol.asyncDispose]();
      await media[Symbol.asyncDispose]();
      await searchIndex[Symbol.asyncDispose]();
      await outbound.close();
      await rooms[Symbol.asyncDispose]();
      await federation[Symbol.asyncDispose]();
      await lastSeen[Symbol.asyncDispose]();
      await notifications[Symbol.asyncDispose]();
      redis?.disconnect();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Wakes a user's syncs for news that has no position of its own: counts of one-time keys. */
async function touchNow(positions: StreamPositions, hub: SyncHub, userNid: number): Promise<void> {
  await positions.write(async (pos) => hub.touchUser(userNid, pos));
}

/** Where clients reach the server, without a slash at the end. */
function baseUrlOf({ server }: Config): string {
  if (server.public_baseurl !== undefined) return server.public_baseurl.replace(/\/+$/, '');
  return server.name === 'localhost' ? `http://localhost:${server.port}` : `https://${server.name}`;
}

/** The host and port that other servers reach this one at, if not where its name says. */
function delegateOf({ server, federation }: Config): string | undefined {
  if (federation.delegate !== undefined || !server.public_baseurl?.startsWith('https://')) return federation.delegate;
  const { hostname, port } = new URL(server.public_baseurl);
  return `${hostname}:${port === '' ? 443 : port}`;
}

async function connectRedis(url: string, logger: Logger) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  redis.on('error', (error: Error) => logger.warn({ reason: error.message }, 'Redis is away'));
  return redis;
}
