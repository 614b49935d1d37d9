/**
 * A request to another server, made from the endpoint's declaration: target, signature, limits, backoff, and an answer that
 * is checked against what is declared.
 */
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from '@nexuscomm/spec/endpoint.ts';
import type { Clock, ServerAllowed, ServerName } from '../ports.ts';
import type { Backoff } from './backoff.ts';
import { RemoteError, Unreachable } from './errors.ts';
import { readJson, readRemoteError } from './read-response.ts';
import type { RequestSigner } from './sign-request.ts';
import type { Transport, TransportResponse } from './transport.ts';
import { withDeadline } from './with-deadline.ts';

export interface CallLimits {
  /** for a whole request, unless it says otherwise */
  readonly requestTimeoutMs: number;
  /** bytes of an answer, unless the request says otherwise */
  readonly responseBytes: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** for all of it, the reading of the answer included */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** ask although the server failed lately */
  readonly ignoreBackoff?: boolean;
}

export interface CallDeps {
  readonly transport: Transport;
  readonly signer: RequestSigner;
  readonly backoff: Backoff;
  readonly allowed: ServerAllowed;
  readonly clock: Clock;
  readonly limits: CallLimits;
}

export interface CallParts<E> {
  readonly params?: ParamsOf<E>;
  readonly query?: QueryOf<E>;
  readonly body?: BodyOf<E>;
}

/** Asks and reads JSON. Throws RemoteError or Unreachable. */
export async function callEndpoint<E extends Endpoint>(
  deps: CallDeps,
  server: ServerName,
  endpoint: E,
  parts: CallParts<E>,
  options: CallOptions = {},
): Promise<ResponseOf<E>> {
  const { clock, limits } = deps;
  const ms = options.timeoutMs ?? limits.requestTimeoutMs;
  const expired = (): Unreachable => new Unreachable(server, 'timeout', `no whole answer within ${ms} ms`);
  return withDeadline({ clock, ms, signal: options.signal, expired }, (signal) =>
    requestEndpoint(deps, { server, endpoint, parts, signal, ignoreBackoff: options.ignoreBackoff }, async (response) => {
      const value = await readJson(response, server, options.maxBytes ?? limits.responseBytes);
      if (endpoint.response) checkResponse(server, endpoint, endpoint.response, value);
      return value as ResponseOf<E>;
    }),
  );
}

export interface EndpointRequest {
  readonly server: ServerName;
  readonly endpoint: Endpoint;
  readonly parts: CallParts<Endpoint>;
  readonly signal: AbortSignal;
  readonly ignoreBackoff?: boolean | undefined;
}

/** Asks and hands over a successful answer. Throws RemoteError, Unreachable, or the signal's reason. */
export async function requestEndpoint<T>(deps: CallDeps, request: EndpointRequest, read: (response: TransportResponse) => Promise<T>): Promise<T> {
  const { backoff, clock, transport } = deps;
  const { server, endpoint, signal } = request;
  if (!deps.allowed(server)) throw new Unreachable(server, 'not allowed', 'the configuration excludes it (federation.allow, federation.deny)');
  if (!request.ignoreBackoff && backoff.isDown(server)) {
    throw new Unreachable(server, 'backing off', `it failed lately (${backoff.state(server)?.reason}) and is not asked yet`);
  }
  const startedAt = clock.now();
  try {
    const { method } = endpoint;
    const target = targetOf(endpoint, request.parts);
    const { headers, body } = deps.signer({ server, method, target, content: request.parts.body, signed: endpoint.auth === 'server' });
    const response = await transport.request({ server, method, target, headers, body, signal });
    if (response.status < 200 || response.status > 299) throw await readRemoteError(response, server);
    const result = await read(response);
    backoff.markUp(server);
    return result;
  } catch (error) {
    const happened: unknown = signal.aborted ? signal.reason : error;
    const reason = failureOf(happened);
    if (reason === undefined) backoff.markUp(server);
    else if (reason !== '') backoff.markFailed(server, reason, startedAt);
    throw happened;
  }
}

/** Why the server counts as failing; undefined if it is up, '' if that says nothing. */
function failureOf(error: unknown): string | undefined {
  // A gateway that answers in the server's place does not speak Matrix.
  if (error instanceof RemoteError) return error.status >= 500 && error.body === undefined ? `status ${error.status}` : undefined;
  if (error instanceof Unreachable) return error.reason === 'too large' || error.reason === 'bad response' ? '' : error.reason;
  return '';
}

/** Path and query string, as they are signed and sent. */
export function targetOf(endpoint: Endpoint, parts: CallParts<Endpoint>): string {
  const params = (parts.params ?? {}) as Readonly<Record<string, string>>;
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((parts.query ?? {}) as Readonly<Record<string, unknown>>)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) search.append(name, String(item));
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

const validators = new WeakMap<TSchema, { Check(value: unknown): boolean }>();

function checkResponse(server: ServerName, endpoint: Endpoint, schema: TSchema, value: unknown): void {
  let validator = validators.get(schema);
  if (!validator) {
    validator = Compile(schema as TObject);
    validators.set(schema, validator);
  }
  if (!validator.Check(value))
    throw new Unreachable(server, 'bad response', `what it answered to ${endpoint.path} is not what the specification says`);
}
