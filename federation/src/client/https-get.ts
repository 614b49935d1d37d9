/** GET of any https address, following redirects; every step is refused at private addresses like any connection. */
import { Client } from 'undici';
import type { ServerName } from '../ports.ts';
import type { Dial } from './dial.ts';
import { Unreachable } from './errors.ts';
import type { TransportResponse } from './transport.ts';
import { send } from './undici-send.ts';

export interface HttpsGetDeps {
  readonly dial: Dial;
  readonly userAgent: string;
  readonly idleTimeoutMs: number;
}

export interface HttpsGetRequest {
  readonly url: string;
  /** on whose behalf, for messages */
  readonly server: ServerName;
  readonly signal: AbortSignal;
}

export const MAX_HEADER_BYTES = 64 * 1024;
const MAX_REDIRECTS = 5;
const HTTPS_PORT = 443;

/** Throws Unreachable, or the signal's reason. */
export async function httpsGet(deps: HttpsGetDeps, request: HttpsGetRequest): Promise<TransportResponse> {
  const { server } = request;
  let { url } = request;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await getOnce(deps, { ...request, url });
    const { location } = response.headers;
    if (response.status < 300 || response.status > 399 || location === undefined) return response;
    // Begun and left, so that the connection is let go.
    for await (const _chunk of response.body) break;
    if (!URL.canParse(location, url)) throw new Unreachable(server, 'bad response', `${url} redirects to something that is no address`);
    url = new URL(location, url).href;
  }
  throw new Unreachable(server, 'bad response', `${request.url} redirects more than ${MAX_REDIRECTS} times`);
}

async function getOnce({ dial, userAgent, idleTimeoutMs }: HttpsGetDeps, { url, server, signal }: HttpsGetRequest): Promise<TransportResponse> {
  const { protocol, hostname, port, origin, pathname, search } = URL.canParse(url) ? new URL(url) : new URL('none:');
  if (protocol !== 'https:') throw new Unreachable(server, 'bad response', `${url} is not an https address`);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const client = new Client(origin, {
    headersTimeout: 0,
    bodyTimeout: idleTimeoutMs,
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

async function* thenDo(body: AsyncIterable<Uint8Array>, act: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    act();
  }
}
