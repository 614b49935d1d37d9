/** From a server name to where and how it is reached (Server-Server API, "Resolving server names"; steps as numbered there). */
import { isIP } from 'node:net';
import type { Clock, Log, ServerName } from '../../ports.ts';
import { Unreachable } from '../errors.ts';
import { orderSrv } from './order-srv.ts';
import type { Resolver, SrvRecord } from './resolver.ts';
import type { WellKnown } from './well-known.ts';

export interface Target {
  /** a host name, or an IP address without brackets */
  readonly host: string;
  readonly port: number;
}

export interface ServerRoute {
  /** in the order to try them */
  readonly targets: readonly Target[];
  readonly hostHeader: string;
  /** the name, or IP address, that the certificate must be valid for */
  readonly tlsName: string;
  /** ms since the epoch: look again after that */
  readonly validUntil: number;
}

export interface DiscoveryDeps {
  readonly resolver: Resolver;
  readonly wellKnown: WellKnown;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

const DEFAULT_PORT = 8448;
/** ms that SRV records count: node:dns does not tell how long they may be kept */
const SRV_LIFETIME_MS = 5 * 60_000;
/** ms that a route without any lookup counts */
const FIXED_LIFETIME_MS = 24 * 3_600_000;

/** Throws Unreachable. */
export async function discoverServer(deps: DiscoveryDeps, server: ServerName): Promise<ServerRoute> {
  const { host, port } = splitServerName(server);
  const now = deps.clock.now();
  // 1. and 2.
  if (isIP(host) !== 0 || port !== undefined) return directRoute(server, server, now + FIXED_LIFETIME_MS);
  // 3.
  const { delegatedTo, validUntil } = await deps.wellKnown.lookUp(host);
  if (delegatedTo !== undefined) {
    const delegated = splitServerName(delegatedTo);
    // 3.1. and 3.2.
    if (isIP(delegated.host) !== 0 || delegated.port !== undefined) return directRoute(server, delegatedTo, validUntil);
  }
  // 3.3. to 3.5., and 4. to 6.: the same for either name.
  const name = delegatedTo ?? host;
  const srv = await findSrv(deps, server, name);
  const targets = srv === undefined ? [{ host: name, port: DEFAULT_PORT }] : srv.map((record) => ({ host: record.name, port: record.port }));
  return { targets, hostHeader: name, tlsName: name, validUntil: Math.min(validUntil, now + SRV_LIFETIME_MS) };
}

/** A name that says itself where the server is: with a port, or an IP address. */
function directRoute(server: ServerName, name: string, validUntil: number): ServerRoute {
  const { host, port = DEFAULT_PORT } = splitServerName(name);
  if (port < 1 || port > 65_535) throw new Unreachable(server, 'dns', `${port} is not a port`);
  return { targets: [{ host, port }], hostHeader: name, tlsName: host, validUntil };
}

/** undefined: there is no such record, by either name. */
async function findSrv(deps: DiscoveryDeps, server: ServerName, name: string): Promise<SrvRecord[] | undefined> {
  for (const service of ['_matrix-fed._tcp', '_matrix._tcp']) {
    // The certificate must be for the same name with or without SRV, so going on without it risks nothing.
    const records = await deps.resolver.srv(`${service}.${name}`).catch((error: unknown) => {
      deps.log.debug({ server, name: `${service}.${name}`, reason: error instanceof Error ? error.message : error }, 'DNS did not answer for SRV');
      return [];
    });
    if (records.length === 0) continue;
    const usable = orderSrv(records, deps.random).filter((record) => record.name !== '' && record.name !== '.');
    if (usable.length === 0) throw new Unreachable(server, 'dns', `its SRV record ${service} says that there is no such service`);
    return usable;
  }
  return undefined;
}

/** The host without brackets, and the port if there is one. */
export function splitServerName(name: string): { readonly host: string; readonly port: number | undefined } {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(name);
  if (!match) return { host: name, port: undefined };
  return { host: match[1] ?? match[2] ?? '', port: match[3] === undefined ? undefined : Number(match[3]) };
}
