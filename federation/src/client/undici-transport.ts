/** Requests over HTTPS: discovers the server, keeps a few connections to each, maps what goes wrong to Unreachable. */
import { LRUCache } from 'lru-cache';
import { Client, Pool, type Dispatcher } from 'undici';
import type { Clock, Log, ServerName } from '../ports.ts';
import type { Dial } from './dial.ts';
import { discoverServer, type DiscoveryDeps, type ServerRoute } from './discovery/discover-server.ts';
import type { Resolver } from './discovery/resolver.ts';
import { WellKnown, type WellKnownSettings } from './discovery/well-known.ts';
import { Unreachable, type UnreachableReason } from './errors.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

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
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_REDIRECTS = 5;
const HTTPS_PORT = 443;

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

  async get(url: string, server: ServerName, signal: AbortSignal): Promise<TransportResponse> {
    let next = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await this.#getOnce(next, server, signal);
      const { location } = response.headers;
      if (response.status < 300 || response.status > 399 || location === undefined) return response;
      for await (const _chunk of response.body) break;
      if (!URL.canParse(location, next)) throw new Unreachable(server, 'bad response', `${next} redirects to something that is no address`);
      next = new URL(location, next).href;
    }
    throw new Unreachable(server, 'bad response', `${url} redirects more than ${MAX_REDIRECTS} times`);
  }

  async #getOnce(url: string, server: ServerName, signal: AbortSignal): Promise<TransportResponse> {
    const { protocol, hostname, port, origin, pathname, search } = new URL(url);
    if (protocol !== 'https:') throw new Unreachable(server, 'bad response', `${url} is not an https address`);
    const { dial, settings, userAgent } = this.#deps;
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const client = new Client(origin, {
      headersTimeout: 0,
      bodyTimeout: settings.idleTimeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: (_options, callback) => {
        dial({ server, host, port: port === '' ? HTTPS_PORT : Number(port), tlsName: host }).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
    const close = (): void => void client.destroy().catch(() => {});
    try {
      const headers = { 'user-agent': userAgent, accept: '*/*' };
      const response = await send(server, client, { method: 'GET', path: `${pathname}${search}`, headers, body: null, signal });
      return { ...response, body: thenDo(response.body, close) };
    } catch (error) {
      close();
      throw error;
    }
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

async function send(server: ServerName, dispatcher: Dispatcher, options: Omit<Dispatcher.RequestOptions, 'origin'>): Promise<TransportResponse> {
  try {
    const response = await dispatcher.request(options);
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
    return { status: response.statusCode, headers, body: readBody(server, response.body, options.signal as AbortSignal) };
  } catch (error) {
    throw failureOf(server, error, options.signal as AbortSignal);
  }
}

async function* readBody(server: ServerName, body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(server, error, signal);
  }
}

async function* thenDo(body: AsyncIterable<Uint8Array>, act: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    act();
  }
}

const REASONS: Readonly<Record<string, UnreachableReason>> = {
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too large',
};

function failureOf(server: ServerName, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof Unreachable) return error;
  const { code = '', name, message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  const reason = REASONS[code] ?? (name === 'HTTPParserError' ? 'bad response' : 'broken off');
  return new Unreachable(server, reason, code === '' ? message : `${code} ${message}`, error);
}
