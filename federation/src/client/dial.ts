/** Opens a TLS connection to a server: resolves, refuses private addresses, connects to what was checked, verifies. */
import { isIP, type TcpSocketConnectOpts } from 'node:net';
import { checkServerIdentity, connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';
import type { Clock, ServerName } from '../ports.ts';
import type { Resolver } from './discovery/resolver.ts';
import { Unreachable, type UnreachableReason } from './errors.ts';
import { Pace } from '../pace.ts';
import { isPrivateAddress } from './private-addresses.ts';
import { withDeadline } from './with-deadline.ts';

export interface DialSettings {
  /** for address lookup, TCP and TLS together */
  readonly connectTimeoutMs: number;
  readonly allowPrivateAddresses: boolean;
}

export interface DialTarget {
  /** for messages */
  readonly server: ServerName;
  /** a name, or an IP address without brackets */
  readonly host: string;
  readonly port: number;
  /** the name, or IP address, that the certificate must be valid for */
  readonly tlsName: string;
}

export type Dial = (target: DialTarget) => Promise<TLSSocket>;

/** ms before the next address of a name is tried as well */
const NEXT_ADDRESS_MS = 1_000;
/** connections that are begun before others get a turn: a TLS handshake takes a millisecond */
const BEGUN_AT_ONCE = 4;

/** `trust` holds the roots that certificates are checked against. Throws Unreachable. */
export function createDialer(deps: { resolver: Resolver; trust: SecureContext; clock: Clock; settings: DialSettings }): Dial {
  const { resolver, trust, clock, settings } = deps;
  const pace = new Pace(BEGUN_AT_ONCE);
  return (target) => {
    const { server, host, port } = target;
    const expired = (): Unreachable => new Unreachable(server, 'timeout', `no connection to ${host}:${port} within ${settings.connectTimeoutMs} ms`);
    return withDeadline({ clock, ms: settings.connectTimeoutMs, expired }, async (signal) => {
      const addresses = await addressesOf(resolver, target, settings.allowPrivateAddresses);
      await pace.turn();
      signal.throwIfAborted();
      return openTls({ target, addresses, trust, signal });
    });
  };
}

async function addressesOf(resolver: Resolver, { server, host }: DialTarget, allowPrivate: boolean): Promise<readonly string[]> {
  const found =
    isIP(host) === 0
      ? await resolver.addresses(host).catch((error: unknown) => {
          throw new Unreachable(server, 'dns', `looking up ${host} failed: ${error instanceof Error ? error.message : String(error)}`, error);
        })
      : [host];
  if (found.length === 0) throw new Unreachable(server, 'dns', `${host} has no address`);
  const allowed = allowPrivate ? found : found.filter((address) => !isPrivateAddress(address));
  if (allowed.length === 0) {
    const hint = 'set federation.allow_private_addresses if servers on local networks are to be reached';
    throw new Unreachable(server, 'private address', `${host} is at ${found.join(', ')}, which is not public (${hint})`);
  }
  return allowed;
}

function openTls(options: { target: DialTarget; addresses: readonly string[]; trust: SecureContext; signal: AbortSignal }): Promise<TLSSocket> {
  const { target, addresses, trust, signal } = options;
  const { host, port, tlsName, server } = target;
  const records = addresses.map((address) => ({ address, family: isIP(address) }));
  const connection: ConnectionOptions & TcpSocketConnectOpts = {
    host,
    port,
    // Only addresses that were checked: the name is not resolved a second time.
    lookup: (_host, _options, found) => found(null, records),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    // SNI has no IP addresses.
    servername: isIP(tlsName) === 0 ? tlsName : '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(tlsName, certificate),
    secureContext: trust,
    ALPNProtocols: ['http/1.1'],
  };
  return new Promise((done, fail) => {
    const socket = connect(connection);
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const giveUp = (reason: unknown): void => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      fail(reason);
    };
    const onAbort = (): void => giveUp(signal.reason);
    const onError = (error: NodeJS.ErrnoException): void => giveUp(connectFailure(server, `${host}:${port}`, error));
    const onClose = (): void => giveUp(new Unreachable(server, 'broken off', `${host}:${port} closed the connection before TLS was set up`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once('secureConnect', () => {
      settle();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      done(socket);
    });
  });
}

const KEEP_ALIVE_MS = 60_000;
const REFUSED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function connectFailure(server: ServerName, where: string, error: NodeJS.ErrnoException): Unreachable {
  const code = error.code ?? '';
  const reason: UnreachableReason = REFUSED.has(code) ? 'refused' : code === 'ETIMEDOUT' ? 'timeout' : BROKEN.has(code) ? 'broken off' : 'tls';
  const why = reason === 'tls' ? ` (${error.message}); a certificate of an own authority is trusted with federation.ca` : '';
  return new Unreachable(server, reason, `${where}: ${code === '' ? error.message : code}${why}`, error);
}
