/** Puts together what talking to other servers takes: client, keys, and who may sign requests to this one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '@nexuscomm/federation/client/backoff.ts';
import { createDialer } from '@nexuscomm/federation/client/dial.ts';
import type { Resolver } from '@nexuscomm/federation/client/discovery/resolver.ts';
import { FederationClient } from '@nexuscomm/federation/client/federation-client.ts';
import type { Transport } from '@nexuscomm/federation/client/transport.ts';
import { createRequestSigner } from '@nexuscomm/federation/client/sign-request.ts';
import { UndiciTransport } from '@nexuscomm/federation/client/undici-transport.ts';
import { EventChecker } from '@nexuscomm/federation/keys/check-events.ts';
import { createKeyFetcher } from '@nexuscomm/federation/keys/fetch-keys.ts';
import { OwnKeys } from '@nexuscomm/federation/keys/key-document.ts';
import { KeyRing } from '@nexuscomm/federation/keys/key-ring.ts';
import { createNotary, type AskNotary } from '@nexuscomm/federation/keys/notary.ts';
import { createRequestVerifier, type VerifyRequest } from '@nexuscomm/federation/keys/verify-request.ts';
import type { Clock, KeyStore, Log, ServerAllowed } from '@nexuscomm/federation/ports.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import type { Config } from '../config/schema.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { createNodeResolver } from './node-resolver.ts';
import { parseOldVerifyKey } from './old-verify-key.ts';
import { createServerFilter } from './server-filter.ts';
import { softwareVersion } from './software-version.ts';
import { trustedRoots } from './trusted-roots.ts';

export interface FederationTransportDeps {
  readonly settings: Config['federation'];
  readonly serverName: ServerName;
  readonly signingKey: SigningKey;
  readonly keyStore: KeyStore;
  readonly log: Log;
  /** the machine's, unless a test brings its own */
  readonly clock?: Clock;
  readonly resolver?: Resolver;
  readonly random?: () => number;
  /** how requests reach other servers; absent: HTTPS, as the specification says */
  readonly transport?: Transport;
}

export interface FederationTransport extends AsyncDisposable {
  readonly client: FederationClient;
  readonly keyRing: KeyRing;
  readonly own: OwnKeys;
  readonly eventChecker: EventChecker;
  readonly verifyRequest: VerifyRequest;
  readonly askNotary: AskNotary;
  readonly backoff: Backoff;
  /** discovery and connections, for status and retry commands */
  readonly network: UndiciTransport;
  readonly allowed: ServerAllowed;
  readonly clock: Clock;
}

const CRYPTO_MODULE = { url: new URL('../crypto/node-crypto.ts', import.meta.url).href, name: 'nodeCrypto' };

export const systemClock: Clock = {
  now: Date.now,
  wait: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : undefined);
  },
};

export function createFederationTransport(deps: FederationTransportDeps): FederationTransport {
  const { settings, serverName, signingKey, keyStore, log, clock = systemClock, resolver = createNodeResolver(), random = Math.random } = deps;
  const crypto = nodeCrypto;
  const now = (): number => clock.now();
  const allowed: ServerAllowed = settings.enabled ? createServerFilter(settings) : () => false;
  const backoff = new Backoff({
    settings: { minMs: settings.retry_min_ms, maxMs: settings.retry_max_ms, factor: settings.retry_factor },
    now,
    random,
  });
  const dial = createDialer({
    resolver,
    trust: trustedRoots(settings.ca),
    clock,
    settings: { connectTimeoutMs: settings.connect_timeout_ms, allowPrivateAddresses: settings.allow_private_addresses },
  });
  const network = new UndiciTransport({
    dial,
    resolver,
    clock,
    log,
    random,
    userAgent: `NexusComm/${softwareVersion}`,
    settings: { connectionsPerServer: settings.connections_per_server, idleTimeoutMs: settings.idle_timeout_ms },
  });
  const client = new FederationClient({
    serverName,
    transport: deps.transport ?? network,
    signer: createRequestSigner(serverName, signingKey),
    backoff,
    allowed,
    clock,
    limits: { requestTimeoutMs: settings.request_timeout_ms, responseBytes: settings.response_bytes },
    clientLimits: {
      joinTimeoutMs: settings.join_timeout_ms,
      stateBytes: settings.state_bytes,
      keyTimeoutMs: settings.key_timeout_ms,
      mediaBytes: settings.media_bytes,
      mediaTimeoutMs: settings.media_timeout_ms,
    },
  });
  const own = new OwnKeys({
    serverName,
    signingKey,
    oldKeys: settings.old_verify_keys.map(parseOldVerifyKey).filter((key) => key !== undefined),
    validityMs: settings.key_validity_ms,
    now,
  });
  const keyRing: KeyRing = new KeyRing({
    own,
    store: keyStore,
    clock,
    log,
    fetch: createKeyFetcher({
      client,
      notaries: settings.notaries as ServerName[],
      keysOfNotary: async (notary) => {
        const needs = [{ server: notary, keyIds: [], ts: now(), enforceValidity: true }];
        return (await keyRing.keysFor(needs)).get(notary) ?? [];
      },
      crypto,
      clock,
      log,
    }),
  });
  const eventChecker = new EventChecker({ keyRing, crypto, cryptoModule: CRYPTO_MODULE });
  return {
    client,
    keyRing,
    own,
    eventChecker,
    verifyRequest: createRequestVerifier({ serverName, keyRing, crypto, clock, log, allowed, onVerified: (origin) => backoff.markUp(origin) }),
    askNotary: createNotary({ own, keyRing, clock, allowed }),
    backoff,
    network,
    allowed,
    clock,
    [Symbol.asyncDispose]: async () => {
      await network[Symbol.asyncDispose]();
      await eventChecker[Symbol.asyncDispose]();
    },
  };
}
