/**
 * Every setting, with its default and what it means. The YAML file has these sections; `env` names the environment
 * variable that overrides a setting. docs/configuration.md is made from this file.
 */
import { Type, type Static } from 'typebox';

const text = (value: string, description: string, env?: string) => Type.String({ default: value, description, env });
const optional = (description: string, env?: string) => Type.Optional(Type.String({ description, env }));
const flag = (value: boolean, description: string, env?: string) => Type.Boolean({ default: value, description, env });
const count = (value: number, description: string, limits: { minimum?: number; maximum?: number; env?: string } = {}) =>
  Type.Integer({ default: value, description, minimum: 0, ...limits });
/** In the environment separated by commas. */
const list = (description: string, env?: string) => Type.Array(Type.String(), { default: [], description, env });
const rate = (perSecond: number, burst: number, what: string) =>
  Type.Object(
    {
      per_second: Type.Number({ default: perSecond, minimum: 0.001, description: `${what}: sustained rate of one user or address` }),
      burst: count(burst, `${what}: how many at once before the rate counts`, { minimum: 1 }),
    },
    { default: {} },
  );

export const configSchema = Type.Object({
  server: Type.Object(
    {
      name: text(
        'localhost',
        "The server's name, the part after the colon in user ids. It can't be changed once there are users.",
        'NEXUS_SERVER_NAME',
      ),
      public_baseurl: optional(
        'Where clients reach this server, for example https://matrix.example.org; announced in .well-known',
        'NEXUS_PUBLIC_BASEURL',
      ),
      admin_contact: optional('Who answers for this server: a Matrix id or an e-mail address, told in .well-known/matrix/support'),
      data_dir: text('./data', 'Directory of the embedded database, media and keys', 'NEXUS_DATA_DIR'),
      bind: text('127.0.0.1', 'Address to listen on; 0.0.0.0 for all', 'NEXUS_BIND'),
      port: count(8008, 'Port for plain HTTP; 0 chooses a free one', { maximum: 65535, env: 'NEXUS_PORT' }),
      tls_port: count(0, 'Port for HTTPS; 0: none', { maximum: 65535, env: 'NEXUS_TLS_PORT' }),
      tls_cert: optional('Certificate chain (PEM file) for HTTPS', 'NEXUS_TLS_CERT'),
      tls_key: optional('Private key (PEM file) for HTTPS', 'NEXUS_TLS_KEY'),
      trusted_proxies: count(0, 'Reverse proxies in front of this server: so many entries of X-Forwarded-For are believed', {
        maximum: 10,
        env: 'NEXUS_TRUSTED_PROXIES',
      }),
      roles: text('all', 'What this process does: all', 'NEXUS_ROLES'),
    },
    { default: {} },
  ),
  database: Type.Object(
    {
      url: optional('PostgreSQL to use, postgresql://...; none: one is run in data_dir', 'NEXUS_DATABASE_URL'),
      pool_size: count(10, 'Connections at most', { minimum: 3, maximum: 500 }),
      connect_timeout_ms: count(5_000, 'How long to wait for a connection'),
      statement_timeout_ms: count(60_000, 'How long one statement may take'),
      reconnect_timeout_ms: count(30_000, 'How long requests wait for a lost database to come back'),
      synchronous_commit: flag(true, 'Embedded database: off gains speed and may lose the last moments in a power cut', 'NEXUS_SYNCHRONOUS_COMMIT'),
    },
    { default: {} },
  ),
  redis: Type.Object(
    { url: optional('Redis to share rate limits through, redis://...; it may be lost at any time', 'NEXUS_REDIS_URL') },
    { default: {} },
  ),
  elasticsearch: Type.Object(
    { url: optional('Elasticsearch for message search; accepted, not used yet', 'NEXUS_ELASTICSEARCH_URL') },
    { default: {} },
  ),
  client: Type.Object(
    {
      directory: optional(
        'Directory of the built web client, served at /; off: a page that tells how to connect a client; none: client-web/dist if it is built',
        'NEXUS_CLIENT_DIRECTORY',
      ),
      source_maps: flag(false, "Serve the web client's source maps too, to look for faults in it"),
    },
    { default: {} },
  ),
  registration: Type.Object(
    {
      mode: Type.Optional(
        Type.Union([Type.Literal('open'), Type.Literal('token'), Type.Literal('closed')], {
          computed: '`open` if only this machine reaches the server, otherwise `closed`',
          description:
            'Who may register: anybody, those with a registration token, nobody. Only this machine reaches a server whose server.name is localhost and server.bind a loopback address, without server.public_baseurl and server.trusted_proxies',
          env: 'NEXUS_REGISTRATION',
        }),
      ),
      shared_secret: optional(
        'Whoever knows it may register users, administrators too (/_synapse/admin/v1/register)',
        'NEXUS_REGISTRATION_SHARED_SECRET',
      ),
      guests: flag(false, 'Guests may look around without an account', 'NEXUS_GUESTS'),
      min_password_length: count(8, 'Characters of a password at least', { minimum: 1, maximum: 512 }),
    },
    { default: {} },
  ),
  accounts: Type.Object(
    {
      access_token_lifetime_ms: count(3_600_000, 'Lifetime of access tokens of clients that use refresh tokens', { minimum: 1000 }),
      login_token_lifetime_ms: count(120_000, 'Lifetime of tokens for logging in on another device', { minimum: 1000 }),
      openid_token_lifetime_ms: count(3_600_000, 'Lifetime of tokens by which users prove to other services who they are', { minimum: 1000 }),
      interactive_auth_lifetime_ms: count(1_800_000, 'How long a registration or confirmation may take'),
      argon2_memory_kib: count(19_456, 'Memory that hashing one password takes', { minimum: 8 }),
      argon2_passes: count(2, 'Passes over that memory', { minimum: 1 }),
      session_cache: count(20_000, 'Access tokens kept in memory', { minimum: 1 }),
      find_all_users: Type.Optional(
        Type.Boolean({
          computed: '`off` if `registration.mode` is set to `open`, otherwise `on`',
          description: 'Users of this server find each other by name even if they share no room. Where anybody may register, strangers should not',
          env: 'NEXUS_FIND_ALL_USERS',
        }),
      ),
    },
    { default: {} },
  ),
  rooms: Type.Object(
    {
      default_version: text('12', 'Room version of new rooms', 'NEXUS_DEFAULT_ROOM_VERSION'),
      publish_requires_admin: flag(false, 'Only administrators may list rooms in the public directory'),
    },
    { default: {} },
  ),
  media: Type.Object(
    {
      store: optional('Directory of uploaded files; none: media in data_dir', 'NEXUS_MEDIA_STORE'),
      max_upload_bytes: count(104_857_600, 'Size of an upload at most'),
      max_image_pixels: count(67_108_864, 'Pixels of an image that is scaled at most'),
      pending_upload_lifetime_ms: count(86_400_000, 'How long a reserved mxc:// address waits for its content'),
      max_pending_uploads: count(100, 'Reserved addresses of one user at most'),
      legacy_downloads: flag(true, 'Serve media on the old paths too, which take no access token: whoever knows an address can read it'),
      download_timeout_ms: count(20_000, 'How long a download waits for content that is still being uploaded, at most'),
      remote_cache_lifetime_ms: count(2_592_000_000, 'How long files of other servers are kept after somebody asked for them last; 0: for ever'),
    },
    { default: {} },
  ),
  previews: Type.Object(
    {
      enabled: flag(true, 'Fetch web pages to preview links in messages', 'NEXUS_URL_PREVIEWS'),
      allow_private_addresses: flag(
        false,
        'Preview pages at private addresses: users can then see what is in this network',
        'NEXUS_ALLOW_PRIVATE_ADDRESSES',
      ),
      timeout_ms: count(20_000, 'How long fetching a page and its image may take', { minimum: 100 }),
      page_bytes: count(1_048_576, 'Bytes of a page that are looked at', { minimum: 1024 }),
      image_bytes: count(8_388_608, "Size of a page's image at most", { minimum: 1024 }),
      lifetime_ms: count(3_600_000, 'How long a preview is given out before the page is fetched again'),
      kept_ms: count(2_592_000_000, 'How long previews and their images are kept', { minimum: 3_600_000 }),
    },
    { default: {} },
  ),
  identity: Type.Object(
    {
      servers: list('Identity servers that may be asked when somebody is invited by e-mail address or phone number; empty: whichever the user names'),
      allow_private_addresses: flag(false, 'Ask identity servers at private addresses, since users name them', 'NEXUS_ALLOW_PRIVATE_ADDRESSES'),
      timeout_ms: count(20_000, 'How long an identity server may take to answer', { minimum: 100 }),
    },
    { default: {} },
  ),
  push: Type.Object(
    {
      allow_private_addresses: flag(
        false,
        'Notify push gateways at private addresses, and without TLS: for closed networks and tests, since users name the gateways',
        'NEXUS_ALLOW_PRIVATE_ADDRESSES',
      ),
      timeout_ms: count(30_000, 'How long a push gateway may take to answer', { minimum: 100 }),
      retry_min_ms: count(2_000, 'How long a push gateway that fails is left alone at first', { minimum: 1 }),
      retry_max_ms: count(3_600_000, 'How long a push gateway that fails is left alone at most', { minimum: 1 }),
      give_up_ms: count(86_400_000, 'How old a notification may be that is still sent'),
    },
    { default: {} },
  ),
  search: Type.Object(
    {
      language: text('simple', "PostgreSQL's text search configuration for messages: simple knows words as they are, english and others their stems"),
      max_results: count(100, 'Results in one page at most', { minimum: 1 }),
    },
    { default: {} },
  ),
  limits: Type.Object(
    {
      body_bytes: count(1_048_576, 'Size of a JSON request at most', { minimum: 1024 }),
      sync_timeout_ms: count(300_000, 'How long a sync may wait'),
      sync_timeline_events: count(200, 'Events of one room in a sync at most', { minimum: 1 }),
      page_events: count(1_000, 'Events in a page of messages at most', { minimum: 1 }),
      space_rooms: count(50, 'Rooms in one page of a space, and children of a space told to another server, at most', { minimum: 1 }),
      space_depth: count(10, "How far down a space's tree is followed", { minimum: 0 }),
      to_device_per_sync: count(100, 'To-device messages in one sync at most', { minimum: 1 }),
      headers_timeout_ms: count(30_000, 'How long a client may take to send headers', { minimum: 1000 }),
      request_timeout_ms: count(600_000, 'How long a client may take to send a request', { minimum: 1000 }),
    },
    { default: {} },
  ),
  cache: Type.Object(
    {
      rooms: count(10_000, 'Rooms kept in memory', { minimum: 1 }),
      events: count(10_000, 'Events kept in memory', { minimum: 1 }),
      strings: count(100_000, 'User ids, event types and state keys kept in memory', { minimum: 100 }),
      users: count(20_000, 'Users kept in memory for sync', { minimum: 1 }),
      states: count(100, 'Room states of the past kept in memory', { minimum: 1 }),
      activities: count(200_000, 'Rooms whose newest message is known in memory, for the order of inboxes', { minimum: 1 }),
      events_per_room: count(50, 'Newest events of each room kept with it', { minimum: 2 }),
    },
    { default: {} },
  ),
  rate_limits: Type.Object(
    {
      enabled: flag(true, 'Slow down who asks too much', 'NEXUS_RATE_LIMITS'),
      general: rate(100, 400, 'everything else'),
      login: rate(0.2, 10, 'logging in'),
      registration: rate(0.2, 10, 'registering'),
      message: rate(10, 50, 'sending'),
      room_creation: rate(0.5, 20, 'creating rooms'),
      join: rate(1, 20, 'joining'),
      invite: rate(1, 50, 'inviting'),
      media: rate(20, 100, 'uploading and downloading'),
      heavy: rate(2, 20, 'searching and other hard work'),
      federation: rate(100, 500, 'requests of one other server'),
      federation_heavy: rate(10, 100, 'joins, state and other hard work for one other server'),
    },
    { default: {} },
  ),
  federation: Type.Object(
    {
      enabled: flag(true, 'Talk to other Matrix servers', 'NEXUS_FEDERATION'),
      ca: optional('A certificate authority (PEM file) to trust besides the public ones', 'NEXUS_FEDERATION_CA'),
      allow_private_addresses: flag(
        false,
        'Reach other servers at private addresses: for closed networks and tests, since users can then make this server ask there',
        'NEXUS_ALLOW_PRIVATE_ADDRESSES',
      ),
      delegate: optional(
        'Where other servers reach this one, host:port, told in .well-known/matrix/server; none: server.public_baseurl if that is https',
        'NEXUS_FEDERATION_DELEGATE',
      ),
      presence: flag(true, 'Tell other servers who is online here, and take in what they tell'),
      share_device_names: flag(true, 'Tell other servers the names that users give their devices'),
      allow: list('Servers to talk to, with * and ? as wildcards; empty: all', 'NEXUS_FEDERATION_ALLOW'),
      deny: list('Servers not to talk to, with * and ? as wildcards; goes before allow', 'NEXUS_FEDERATION_DENY'),
      notaries: list('Servers to ask for keys of servers that can not be reached', 'NEXUS_FEDERATION_NOTARIES'),
      old_verify_keys: list('Keys this server signed with before, each "ed25519:name public-key expired-ms"; needed when signing.key is replaced'),
      key_validity_ms: count(86_400_000, 'How long other servers may keep the keys of this one', { minimum: 3_600_000, maximum: 604_800_000 }),
      connections_per_server: count(8, 'Connections to one other server at most', { minimum: 1 }),
      connect_timeout_ms: count(10_000, 'How long connecting to another server may take', { minimum: 100 }),
      idle_timeout_ms: count(30_000, 'How long an answer may stall', { minimum: 100 }),
      request_timeout_ms: count(60_000, 'How long a request to another server may take', { minimum: 100 }),
      key_timeout_ms: count(15_000, 'How long asking for keys may take', { minimum: 100 }),
      join_timeout_ms: count(600_000, "How long fetching a room's state may take", { minimum: 100 }),
      media_timeout_ms: count(300_000, 'How long fetching a file may take', { minimum: 100 }),
      response_bytes: count(16_777_216, 'Size of an answer at most', { minimum: 1024 }),
      state_bytes: count(536_870_912, "Size of an answer with a room's state at most", { minimum: 1024 }),
      media_bytes: count(104_857_600, 'Size of a file from another server at most', { minimum: 1024 }),
      retry_min_ms: count(1_000, 'How long a server that does not answer is left alone at first', { minimum: 1 }),
      retry_max_ms: count(3_600_000, 'How long a server that does not answer is left alone at most', { minimum: 1 }),
      summary_timeout_ms: count(10_000, 'How long asking for a room of a space may take', { minimum: 100 }),
      summary_lifetime_ms: count(300_000, 'How long what other servers tell of rooms in spaces is kept', { minimum: 1 }),
      show_public_rooms: flag(true, 'Other servers may see which rooms are in the public directory'),
      missing_events: count(20, 'Events fetched at once between an event and what is known', { minimum: 1, maximum: 100 }),
      missing_events_rounds: count(5, 'How often they are asked for until they reach what is known', { minimum: 1, maximum: 50 }),
      single_events: count(200, 'Events of a state fetched one by one at most; above that the whole state is fetched', { minimum: 1 }),
      parallel_event_requests: count(8, 'Events fetched from one server at the same time', { minimum: 1 }),
      backfill_events: count(100, 'Older events asked for at once', { minimum: 1, maximum: 1000 }),
      backfill_servers: count(3, 'Servers asked for older events, one after the other', { minimum: 1, maximum: 20 }),
      backfill_timeout_ms: count(10_000, 'How long a client that reads a room waits for older events from other servers'),
      backfill_pause_ms: count(60_000, 'How long a room is left alone after no server gave older events'),
      room_failures: count(5, 'Failures to fetch what is missing of a room after which it is left alone for a while', { minimum: 1 }),
      room_pause_ms: count(600_000, 'How long such a room is left alone'),
      staged_events: count(100, 'Events of one server in one room that are kept until what they follow can be had'),
      staged_retry_min_ms: count(1_000, 'How soon such an event is tried again; doubled with each try', { minimum: 1 }),
      staged_retry_max_ms: count(600_000, 'The longest time between two tries', { minimum: 1 }),
      staged_lifetime_ms: count(86_400_000, 'How long it is tried'),
      remembered_transactions: count(10_000, 'Transactions of other servers whose answers are kept, for when they come again', { minimum: 1 }),
      policy_timeout_ms: count(10_000, "How long a room's policy server may take to look at an event", { minimum: 100 }),
      page_events: count(100, 'Events of a room in one answer to another server at most', { minimum: 1, maximum: 1000 }),
      retry_factor: Type.Number({ default: 2, minimum: 1, maximum: 10, description: 'How much longer after each further failure' }),
    },
    { default: {} },
  ),
  appservices: Type.Object(
    { folder: optional('Folder of registration files (*.yaml); accepted, not used yet', 'NEXUS_APPSERVICES') },
    { default: {} },
  ),
  observability: Type.Object(
    {
      log_level: Type.Union(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
        { default: 'info', description: 'fatal, error, warn, info, debug, trace or silent', env: 'NEXUS_LOG_LEVEL' },
      ),
      metrics: flag(true, 'Serve Prometheus metrics at /metrics, to loopback and private addresses only'),
    },
    { default: {} },
  ),
});

export type Config = Static<typeof configSchema>;
