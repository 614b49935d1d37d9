/** Puts together what answers requests over HTTP: the routes, and the files of the web client. */
import type { Config } from '../config/schema.ts';
import type { FederationTransport } from '../federation/transport.ts';
import { createHttpApp } from '../http/create-http-app.ts';
import type { Route } from '../http/handler.ts';
import { listen, type Listeners } from '../http/listen.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import { loadClient } from '../http/serve-client.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Federation } from './federation.ts';
import type { Users } from './users.ts';

export interface RequestsDeps {
  readonly settings: Pick<Config, 'client' | 'limits' | 'server'>;
  readonly routes: readonly Route[];
  readonly users: Pick<Users, 'sessions' | 'lastSeen'>;
  readonly transport: Pick<FederationTransport, 'verifyRequest'>;
  readonly outbound: Federation['outbound'];
  readonly rateLimiter: RateLimiter;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface Requests {
  /** the web client is served at the root */
  readonly hasClient: boolean;
  /** From now on requests are taken in. */
  openPorts(): Promise<Listeners>;
}

export async function createRequests(deps: RequestsDeps): Promise<Requests> {
  const { settings, routes, users, transport, outbound, rateLimiter, metrics, logger } = deps;
  const { server, limits } = settings;
  const client = await loadClient(settings.client);
  const app = createHttpApp({
    routes,
    client,
    rateLimiter,
    logger,
    metrics,
    lookup: users.sessions.lookup,
    verifyServer: async (request) => {
      const session = await transport.verifyRequest(request);
      outbound.onRequestFrom(session.origin);
      return session;
    },
    bodyBytes: limits.body_bytes,
    trustedProxies: server.trusted_proxies,
    onSeen: (session, address, userAgent) => users.lastSeen.record(session, address, userAgent),
  });
  return {
    hasClient: client !== undefined,
    openPorts: () =>
      listen(app.callback(), {
        bind: server.bind,
        port: server.port,
        tlsPort: server.tls_port,
        tlsCert: server.tls_cert,
        tlsKey: server.tls_key,
        headersTimeoutMs: limits.headers_timeout_ms,
        requestTimeoutMs: limits.request_timeout_ms,
      }),
  };
}
