/**
 * Requests to addresses that users name: push gateways and pages to preview. Private addresses are refused after the name
 * was looked up, and what was checked is what is connected to. Redirects are the caller's business.
 */
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { isPrivateAddress } from '@nexuscomm/federation/client/private-addresses.ts';
import type { Resolver } from '@nexuscomm/federation/client/discovery/resolver.ts';
import { Agent, request, type Dispatcher } from 'undici';

export interface OutboundClientOptions {
  readonly resolver: Resolver;
  readonly trust: SecureContext;
  readonly allowPrivateAddresses: boolean;
  /** without TLS too */
  readonly allowPlain: boolean;
  /** for the whole exchange, ms */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** The address is not one that may be asked, or did not answer. `reason` is for logs. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  /** asking again later may help */
  readonly temporary: boolean;
  constructor(reason: string, temporary: boolean, cause?: unknown) {
    super(reason, { cause });
    this.temporary = temporary;
  }
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Must be read to its end or returned from. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** ms that an unused connection is kept */
const KEEP_ALIVE_MS = 10_000;
const MAX_HEADER_BYTES = 32 * 1024;

export class OutboundClient implements AsyncDisposable {
  readonly #options: OutboundClientOptions;
  readonly #agent: Agent;

  constructor(options: OutboundClientOptions) {
    this.#options = options;
    const { trust, timeoutMs } = options;
    this.#agent = new Agent({
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { secureContext: trust, timeout: timeoutMs, lookup: this.#lookup, autoSelectFamily: true },
    });
  }

  /** Throws OutboundError, or the signal's reason. */
  async request(options: {
    method: 'GET' | 'POST';
    url: string;
    headers?: Readonly<Record<string, string>>;
    body?: string;
    signal?: AbortSignal;
  }): Promise<OutboundResponse> {
    const { userAgent, timeoutMs } = this.#options;
    this.#check(options.url);
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try {
      const response = await request(options.url, {
        method: options.method,
        dispatcher: this.#agent,
        headers: { 'user-agent': userAgent, ...options.headers },
        body: options.body ?? null,
        signal,
      });
      return { status: response.statusCode, headers: flat(response.headers), body: readable(response.body, options.signal) };
    } catch (error) {
      throw failureOf(error, options.signal);
    }
  }

  #check(text: string): void {
    const { allowPrivateAddresses, allowPlain } = this.#options;
    const url = URL.parse(text);
    const plain = url?.protocol === 'http:';
    if (!url || (url.protocol !== 'https:' && !(plain && allowPlain))) throw new OutboundError(`${text} is not an address that is asked`, false);
    if (url.username !== '' || url.password !== '') throw new OutboundError('an address with a password is not asked', false);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // Names are checked when they are looked up.
    if (!allowPrivateAddresses && isIP(host) !== 0 && isPrivateAddress(host)) throw new OutboundError(`${host} is not public`, false);
  }

  readonly #lookup = (
    host: string,
    wanted: { all?: boolean | undefined },
    found: (error: NodeJS.ErrnoException | null, address: never, family?: number) => void,
  ): void => {
    this.#addresses(host).then(
      (records) => (wanted.all === true ? found(null, records as never) : found(null, records[0]!.address as never, records[0]!.family)),
      (error: Error) => found(error, '' as never, 0),
    );
  };

  async #addresses(host: string): Promise<{ address: string; family: number }[]> {
    const { resolver, allowPrivateAddresses } = this.#options;
    const addresses = await resolver.addresses(host);
    const allowed = addresses.filter((address) => allowPrivateAddresses || !isPrivateAddress(address));
    if (addresses.length === 0) throw new OutboundError(`${host} has no address`, true);
    if (allowed.length === 0) throw new OutboundError(`${host} is not at a public address`, false);
    return allowed.map((address) => ({ address, family: isIP(address) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}

async function* readable(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(error, signal);
  }
}

function failureOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof OutboundError) return error;
  return new OutboundError(error instanceof Error ? error.message : String(error), true, error);
}
