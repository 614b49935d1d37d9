/** How asking another server fails, and what of that a client gets to know. */
import { MatrixError, type ErrCode } from '@nexuscomm/spec/errors.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { ServerName } from '../ports.ts';

export type UnreachableReason =
  /** its name has no address, or DNS does not answer */
  | 'dns'
  | 'refused'
  /** no TLS, or not with the certificate that its name asks for */
  | 'tls'
  | 'timeout'
  /** the connection broke */
  | 'broken off'
  | 'private address'
  | 'too large'
  /** what it answered is not what the endpoint declares */
  | 'bad response'
  /** this server's configuration excludes it */
  | 'not allowed'
  /** it failed lately and is not asked again yet */
  | 'backing off';

/** The server gave no answer that can be used. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly server: ServerName;
  readonly reason: UnreachableReason;

  constructor(server: ServerName, reason: UnreachableReason, detail: string, cause?: unknown) {
    super(`${server} can't be reached (${reason}): ${detail}`, { cause });
    this.server = server;
    this.reason = reason;
  }
}

/** The server answered with an error. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly server: ServerName;
  readonly status: number;
  /** M_UNKNOWN if the answer was no Matrix error */
  readonly errcode: string;
  /** what the answer said, or '' */
  readonly text: string;
  /** the answer, if it was a Matrix error: JSON with an errcode */
  readonly body: JsonObject | undefined;
  /** ms to wait before asking again, if it said so */
  readonly retryAfterMs: number | undefined;

  constructor(server: ServerName, answer: { status: number; body: JsonObject | undefined; retryAfterMs?: number | undefined }) {
    const errcode = typeof answer.body?.['errcode'] === 'string' ? answer.body['errcode'] : 'M_UNKNOWN';
    const text = typeof answer.body?.['error'] === 'string' ? answer.body['error'].slice(0, MAX_TEXT) : '';
    super(`${server} answered ${answer.status} ${errcode}${text === '' ? '' : `: ${text}`}`);
    this.server = server;
    this.status = answer.status;
    this.errcode = errcode;
    this.text = text;
    this.body = answer.body;
    this.retryAfterMs = answer.retryAfterMs;
  }

  /** The server does not know the endpoint (Server-Server API, "Unsupported endpoints"). */
  get isUnknownEndpoint(): boolean {
    return [400, 404, 405].includes(this.status) && (this.errcode === 'M_UNRECOGNIZED' || (this.status !== 400 && this.body === undefined));
  }
}

const MAX_TEXT = 300;

/** Codes that mean to our client what they mean to us, with the status they may come in. */
const PASSED_ON: Partial<Record<ErrCode, number>> = {
  M_FORBIDDEN: 403,
  M_NOT_FOUND: 404,
  M_BAD_STATE: 400,
  M_UNABLE_TO_AUTHORISE_JOIN: 400,
  M_UNABLE_TO_GRANT_JOIN: 400,
  M_INCOMPATIBLE_ROOM_VERSION: 400,
  M_UNSUPPORTED_ROOM_VERSION: 400,
  M_INVALID_PARAM: 400,
  M_LIMIT_EXCEEDED: 429,
  M_TOO_LARGE: 413,
  M_NOT_YET_UPLOADED: 504,
};

/** What a client is told of a RemoteError or Unreachable; undefined for any other error. */
export function clientErrorOf(error: unknown): MatrixError | undefined {
  if (error instanceof Unreachable) return new MatrixError('M_UNKNOWN', 502, `${error.server} can't be reached.`);
  if (!(error instanceof RemoteError)) return undefined;
  const errcode = error.errcode as ErrCode;
  const status = Object.hasOwn(PASSED_ON, errcode) ? PASSED_ON[errcode] : undefined;
  if (status === undefined) return new MatrixError('M_UNKNOWN', 502, `${error.server} failed to answer this.`);
  const version = error.body?.['room_version'];
  const fields: Record<string, unknown> = {
    ...(errcode === 'M_INCOMPATIBLE_ROOM_VERSION' && typeof version === 'string' ? { room_version: version } : {}),
    ...(errcode === 'M_LIMIT_EXCEEDED' && error.retryAfterMs !== undefined ? { retry_after_ms: error.retryAfterMs } : {}),
  };
  return new MatrixError(errcode, status, `${error.server}: ${error.text === '' ? errcode : error.text}`, fields);
}
