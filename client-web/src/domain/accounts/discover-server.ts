/** From what a person types (`@alice:example.org`, `example.org`, a URL) to a homeserver (spec: "Server discovery", client side). */
import { matrixRequest, RequestFailed } from '../http/matrix-request.ts';

export interface DiscoveredServer {
  readonly baseUrl: string;
  readonly name: string;
  readonly versions: readonly string[];
  readonly unstableFeatures: Readonly<Record<string, boolean>>;
  readonly loginTypes: readonly string[];
}

export class DiscoveryFailed extends Error {
  override readonly name = 'DiscoveryFailed';
  /** i18n key under `errors.discovery` */
  readonly reason: 'invalid' | 'unreachable' | 'not-matrix' | 'too-old' | 'insecure';
  constructor(reason: DiscoveryFailed['reason'], options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

const DISCOVERY_TIMEOUT_MS = 10_000;
/** The oldest version whose API this client uses (authenticated media). */
const OLDEST = [1, 11] as const;

/** The server part of a user id, a bare name, or a URL; undefined if it is none. */
export function serverOf(input: string): { name: string; url: string | undefined } | undefined {
  const text = input.trim();
  const fromUser = /^@[^:\s]+:(\S+)$/.exec(text);
  const name = fromUser ? fromUser[1]! : text;
  if (/^https?:\/\//i.test(name)) {
    try {
      const url = new URL(name);
      return { name: url.host, url: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
    } catch {
      return undefined;
    }
  }
  return /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?$/i.test(name) ? { name: name.toLowerCase(), url: undefined } : undefined;
}

export async function discoverServer(input: string): Promise<DiscoveredServer> {
  const server = serverOf(input);
  if (server === undefined) throw new DiscoveryFailed('invalid');
  const candidates = server.url === undefined ? await candidatesOf(server.name) : [server.url];
  let last: unknown;
  for (const baseUrl of candidates) {
    if (isSecurePage() && baseUrl.startsWith('http:') && !isLocal(baseUrl)) {
      last = new DiscoveryFailed('insecure');
      continue;
    }
    try {
      return await probe(baseUrl, server.name);
    } catch (error) {
      last = error;
    }
  }
  if (last instanceof DiscoveryFailed) throw last;
  throw new DiscoveryFailed(last instanceof RequestFailed && last.code === 'NOT_MATRIX' ? 'not-matrix' : 'unreachable', { cause: last });
}

/** Browsers let a secure page, the desktop client's too, ask secure servers only. */
const isSecurePage = (): boolean => /^(https|nexuscomm):$/.test(globalThis.location?.protocol ?? '');

async function candidatesOf(name: string): Promise<string[]> {
  const local = isLocal(`http://${name}`);
  // A name on this machine rarely has a certificate.
  const bare = local ? [`http://${name}`, `https://${name}`] : [`https://${name}`];
  for (const base of bare) {
    try {
      const found = await matrixRequest(base, '/.well-known/matrix/client', { timeoutMs: DISCOVERY_TIMEOUT_MS });
      const told = (found['m.homeserver'] as { base_url?: unknown } | undefined)?.base_url;
      if (typeof told === 'string' && /^https?:\/\//i.test(told)) return [told.replace(/\/+$/, ''), ...bare];
    } catch {
      // No well-known: the name itself may answer.
    }
  }
  return bare;
}

async function probe(baseUrl: string, name: string): Promise<DiscoveredServer> {
  const found = await matrixRequest(baseUrl, '/_matrix/client/versions', { timeoutMs: DISCOVERY_TIMEOUT_MS });
  const versions = Array.isArray(found['versions']) ? found['versions'].filter((version) => typeof version === 'string') : [];
  if (versions.length === 0) throw new DiscoveryFailed('not-matrix');
  if (!versions.some(isNewEnough)) throw new DiscoveryFailed('too-old');
  const login = await matrixRequest(baseUrl, '/_matrix/client/v3/login', { timeoutMs: DISCOVERY_TIMEOUT_MS });
  const flows = Array.isArray(login['flows']) ? (login['flows'] as { type?: unknown }[]) : [];
  return {
    baseUrl,
    name,
    versions,
    unstableFeatures: (found['unstable_features'] as Record<string, boolean> | undefined) ?? {},
    loginTypes: flows.map((flow) => flow.type).filter((type) => typeof type === 'string'),
  };
}

function isNewEnough(version: string): boolean {
  const parts = /^v(\d+)\.(\d+)$/.exec(version);
  if (!parts) return false;
  const [major, minor] = [Number(parts[1]), Number(parts[2])];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.');
}
