/** One HTTP request to a server by its name. The real one is undici-transport.ts; simulations bring their own. */
import type { HttpMethod } from '@nexuscomm/spec/endpoint.ts';
import type { ServerName } from '../ports.ts';

export interface TransportRequest {
  readonly server: ServerName;
  readonly method: HttpMethod;
  /** path and query string */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** ends the request and the reading of its answer */
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  /** names in lower case; of repeated ones the first */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Must be read to its end or returned from, or else the connection stays taken. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  /** Throws Unreachable, or the signal's reason. Never follows redirects. */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** GET of any https address, for media that a server redirects to. Follows redirects, never signs. */
  get(url: string, server: ServerName, signal: AbortSignal): Promise<TransportResponse>;
}
