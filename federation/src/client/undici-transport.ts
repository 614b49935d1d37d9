/** Requests over HTTPS: discovers the server, keeps a few connections to each, maps what goes wrong to Unreachable. */
import { LRUCache } from 'lru-cache';
import { Pool } from 'undici';
import type { Clock, Log, ServerName } from '../ports.ts';
import type { Dial } from './dial.ts';
import { discoverServer, type DiscoveryDeps, type ServerRoute } from './discovery/discover-server.ts';
import type { Resolver } from './discovery/resolver.ts';
import { WellKnown, type WellKnownSettings } from './discovery/well-known.ts';
import { Unreachable } from './errors.ts';
import { MAX_HEADER_BYTES, httpsGet } from './https-get.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';
import { send } from './undici-send.ts';

export interface UndiciTransportDeps {
  readonly dial: Dial;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly userAgent: string;
  readonly settings: { readonly connectionsPerServer: number; readonly idleTimeoutMs: number; readonly wellKnown?: WellKnownSettings };
}

interface Destination {
  readonly route: ServerRoute;
  readonly pool: Pool;
}

/** servers that connections are kept for */
const MAX_DESTINATIONS = 2_000;
/** ms that an unused connection is kept */
const KEEP_CONNECTION_MS = 60_000;

export class UndiciTransport implements Transport, AsyncDisposable {
  readonly #deps: UndiciTransportDeps;
  readonly wellKnown: WellKnown;
  readonly #discovery: DiscoveryDeps;
  readonly #underWay = new Map<ServerName, Promise<Destination>>();
  readonly #destinations = new LRUCache<ServerName, Destination>({
    max: MAX_DESTINATIONS,
    // Requests under way are finished first.
    dispose: ({ pool }) => void pool.close().catch(() => {}),
  });

  constructor(deps: UndiciTransportDeps) {
    this.#deps = deps;
    const { clock, log, resolver, random, settings } = deps;
    const wellKnownOptions = { clock, log, get: this.get.bind(this) };
    this.wellKnown = new WellKnown(settings.wellKnown ? { ...wellKnownOptions, settings: settings.wellKnown } : wellKnownOptions);
    this.#discovery = { resolver, wellKnown: this.wellKnown, clock, log, random };
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    try {
      return await this.#once(request);
    } catch (error) {
      // The server may have closed a kept connection just when it was used again; POST alone may not be repeated.
      const again = error instanceof Unreachable && error.reason === 'broken off' && request.method !== 'POST' && !request.signal.aborted;
      if (!again) throw error;
      return this.#once(request);
    }
  }

  /** Where and how the server is reached, for operators. Throws Unreachable. */
  discover(server: ServerName): Promise<ServerRoute> {
    return discoverServer(this.#discovery, server);
  }

  /** Looks everything up anew the next time. */
  forget(server: ServerName): void {
    this.wellKnown.forget(server);
    this.#destinations.delete(server);
  }

  async #once({ server, method, target, headers, body, signal }: TransportRequest): Promise<TransportResponse> {
    const { route, pool } = await this.#destination(server);
    signal.throwIfAborted();
    const sent = { ...headers, host: route.hostHeader, 'user-agent': this.#deps.userAgent };
    return send(server, pool, { method, path: target, headers: sent, body: body ?? null, signal });
  }

  async #destination(server: ServerName): Promise<Destination> {
    const known = this.#destinations.get(server);
    if (known && this.#deps.clock.now() < known.route.validUntil) return known;
    let finding = this.#underWay.get(server);
    if (!finding) {
      finding = this.#find(server, known).finally(() => this.#underWay.delete(server));
      this.#underWay.set(server, finding);
    }
    return finding;
  }

  async #find(server: ServerName, known: Destination | undefined): Promise<Destination> {
    const route = await this.discover(server);
    // The same way as before: its connections are still good.
    const same = known !== undefined && known.route.hostHeader === route.hostHeader && sameTargets(known.route, route);
    const destination = { route, pool: same ? known.pool : this.#openPool(server, route) };
    if (same) this.#destinations.set(server, destination, { noDisposeOnSet: true });
    else this.#destinations.set(server, destination);
    return destination;
  }

  #openPool(server: ServerName, route: ServerRoute): Pool {
    const { dial, settings } = this.#deps;
    return new Pool(`https://${route.hostHeader}`, {
      connections: settings.connectionsPerServer,
      pipelining: 1,
      keepAliveTimeout: KEEP_CONNECTION_MS,
      // The whole request has a deadline of its own; this is for a body that stalls.
      headersTimeout: 0,
      bodyTimeout: settings.idleTimeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: (_options, callback) => {
        connectAny(dial, server, route).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  get(url: string, server: ServerName, signal: AbortSignal): Promise<TransportResponse> {
    const { dial, userAgent, settings } = this.#deps;
    return httpsGet({ dial, userAgent, idleTimeoutMs: settings.idleTimeoutMs }, { url, server, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pools = [...this.#destinations.values()].map(({ pool }) => pool);
    await Promise.all(pools.map((pool) => pool.destroy()));
    this.#destinations.clear();
  }
}

function sameTargets(a: ServerRoute, b: ServerRoute): boolean {
  const text = (route: ServerRoute): string =>
    route.targets
      .map(({ host, port }) => `${host}:${port}`)
      .toSorted()
      .join();
  return a.tlsName === b.tlsName && text(a) === text(b);
}

/** The first target that takes a connection. */
async function connectAny(dial: Dial, server: ServerName, route: ServerRoute): Promise<Awaited<ReturnType<Dial>>> {
  let failure: unknown;
  for (const { host, port } of route.targets.slice(0, MAX_TARGETS)) {
    try {
      return await dial({ server, host, port, tlsName: route.tlsName });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
/** SRV targets that are tried at most */
const MAX_TARGETS = 5;
