/** A federation client on real TLS over loopback. */
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import { Backoff } from '../client/backoff.ts';
import { createDialer } from '../client/dial.ts';
import type { Resolver } from '../client/discovery/resolver.ts';
import { FederationClient, type ClientLimits } from '../client/federation-client.ts';
import { createRequestSigner } from '../client/sign-request.ts';
import { UndiciTransport } from '../client/undici-transport.ts';
import type { ServerAllowed, ServerName } from '../ports.ts';
import { realClock, silentLog, testKey } from './fakes.ts';
import type { TestAuthority } from './tls-server.ts';

export interface TestClient extends AsyncDisposable {
  readonly client: FederationClient;
  readonly backoff: Backoff;
  readonly transport: UndiciTransport;
}

export interface TestClientOptions {
  readonly authority: TestAuthority;
  readonly resolver: Resolver;
  readonly serverName?: string;
  readonly key?: SigningKey;
  readonly allowed?: ServerAllowed;
  readonly requestTimeoutMs?: number;
  readonly limits?: Partial<ClientLimits>;
}

export function createTestClient(options: TestClientOptions): TestClient {
  const { authority, resolver, key = testKey(1), requestTimeoutMs = 5_000 } = options;
  const serverName = (options.serverName ?? 'here.example') as ServerName;
  const clock = realClock;
  const dial = createDialer({ resolver, trust: authority.trust, clock, settings: { connectTimeoutMs: 2_000, allowPrivateAddresses: true } });
  const transport = new UndiciTransport({
    dial,
    resolver,
    clock,
    log: silentLog,
    random: () => 0,
    userAgent: 'test',
    settings: { connectionsPerServer: 2, idleTimeoutMs: 2_000 },
  });
  const backoff = new Backoff({ now: Date.now, random: () => 0 });
  const client = new FederationClient({
    serverName,
    transport,
    signer: createRequestSigner(serverName, key),
    backoff,
    allowed: options.allowed ?? (() => true),
    clock,
    limits: { requestTimeoutMs, responseBytes: 100_000 },
    clientLimits: {
      joinTimeoutMs: 10_000,
      stateBytes: 50_000_000,
      keyTimeoutMs: 2_000,
      mediaBytes: 100_000,
      mediaTimeoutMs: 2_000,
      ...options.limits,
    },
  });
  return { client, backoff, transport, [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
}
