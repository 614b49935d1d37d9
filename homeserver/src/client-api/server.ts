/** What the server says of itself (endpoints of spec/endpoints/client/server.ts). */
import { BlockList, isIPv6 } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import * as api from '@nexuscomm/spec/endpoints/client/server.ts';
import { forbidden, notFound } from '@nexuscomm/spec/errors.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { Reply, handle, type Route } from '../http/handler.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { HealthReport } from '../observability/health.ts';
import { startPage } from './start-page.ts';

export interface ServerRoutesDeps {
  readonly serverName: ServerName;
  /** where clients reach the server, without a slash at the end */
  readonly baseUrl: string;
  /** false: the server has no address that others know, and clients reach it wherever they found it */
  readonly announced: boolean;
  /** where other servers reach this one, host:port; undefined: where its name says */
  readonly delegate: string | undefined;
  readonly adminContact: string | undefined;
  readonly registration: 'open' | 'token' | 'closed';
  readonly metrics: Metrics;
  readonly serveMetrics: boolean;
  readonly health: () => Promise<HealthReport>;
}

/** Versions of the specification whose endpoints are here. */
const VERSIONS = [
  'r0.6.1',
  'v1.1',
  'v1.2',
  'v1.3',
  'v1.4',
  'v1.5',
  'v1.6',
  'v1.7',
  'v1.8',
  'v1.9',
  'v1.10',
  'v1.11',
  'v1.12',
  'v1.13',
  'v1.14',
  'v1.15',
  'v1.16',
];
/** Features that clients still ask for by the names they had before the specification took them in. */
const UNSTABLE_FEATURES = {
  // our own, docs/api.md
  'io.nexuscomm.inbox': true,
  'org.matrix.e2e_cross_signing': true,
  'org.matrix.msc3440.stable': true,
  'org.matrix.msc3771': true,
  'org.matrix.msc3773': true,
  'org.matrix.msc3916.stable': true,
  'org.matrix.msc3981': true,
  'org.matrix.msc4222': true,
  'uk.tcpip.msc4133.stable': true,
};

const PRIVATE = privateNetworks();

export function serverRoutes(deps: ServerRoutesDeps): Route[] {
  const { serverName, baseUrl, metrics } = deps;
  return [
    handle(api.startPage, async () => startPage({ serverName, baseUrl, registration: deps.registration })),
    handle(api.clientConfig, async ({ headers, stream }) => {
      const config: ResponseOf<typeof api.clientConfig> = {
        homeserver: { base_url: deps.announced ? baseUrl : (originOf(headers.host, stream) ?? baseUrl), server_name: serverName },
        registration: deps.registration,
        name: serverName,
      };
      const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
      return new Reply({ headers: type, body: JSON.stringify(config) });
    }),
    handle(api.health, async () => {
      const report = await deps.health();
      return new Reply({ status: report.status === 'ok' ? 200 : 503, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(report) });
    }),
    handle(api.metrics, async ({ remoteAddress }) => {
      if (!deps.serveMetrics) throw notFound('Metrics are off: set observability.metrics.');
      if (!PRIVATE.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4'))
        throw forbidden('Metrics are for loopback and private addresses only.');
      return new Reply({ headers: { 'Content-Type': metrics.registry.contentType }, body: await metrics.registry.metrics() });
    }),
    handle(api.versions, async () => ({ versions: VERSIONS, unstable_features: UNSTABLE_FEATURES })),
    handle(api.wellKnownClient, async () => ({ 'm.homeserver': { base_url: baseUrl } })),
    handle(api.wellKnownServer, async () => {
      const { delegate } = deps;
      if (delegate === undefined) throw notFound('Other servers reach this one by its name: set federation.delegate to change that.');
      return { 'm.server': delegate };
    }),
    handle(api.wellKnownSupport, async () => {
      const { adminContact } = deps;
      if (adminContact === undefined) throw notFound('This server names no contact: set server.admin_contact.');
      return {
        contacts: [{ role: 'm.role.admin', ...(adminContact.startsWith('@') ? { matrix_id: adminContact } : { email_address: adminContact }) }],
      };
    }),
    // No TURN server is configured, which the specification says with an empty object.
    handle(api.turnServer, async () => ({})),
    handle(api.thirdPartyProtocols, async () => ({})),
    handle(api.thirdPartyLookup, async () => {
      throw notFound('This server knows no bridged networks.');
    }),
    handle(api.policyServer, async () => {
      throw notFound('This server is no policy server.');
    }),
  ];
}

/** The address that a request was sent to. */
function originOf(host: string | undefined, request: Readable): string | undefined {
  const isTls = 'socket' in request && request.socket instanceof TLSSocket;
  const url = `${isTls ? 'https' : 'http'}://${host}`;
  return host !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

function privateNetworks(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  list.addSubnet('169.254.0.0', 16);
  list.addAddress('::1', 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}
