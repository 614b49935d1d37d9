/** The one mapping of errors to responses. What is not meant for clients is logged and answered without details. */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { ConnectionLost, StorageFull } from '../storage/database.ts';

export interface ErrorResponse {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
  /** not the client's doing: to be logged */
  readonly unexpected: boolean;
}

const UNAVAILABLE_RETRY_S = 5;

export function errorResponse(error: unknown): ErrorResponse {
  if (error instanceof MatrixError) {
    const retry = error.fields['retry_after_ms'];
    const headers: Record<string, string> = typeof retry === 'number' ? { 'Retry-After': String(Math.ceil(retry / 1000)) } : {};
    return { status: error.status, body: error.toJSON(), headers, unexpected: false };
  }
  if (error instanceof ConnectionLost || error instanceof StorageFull) {
    const what = error instanceof StorageFull ? 'The server has no room to store more.' : "The server's database is not reachable.";
    return {
      status: 503,
      body: { errcode: 'M_UNKNOWN', error: `${what} Nothing was changed that was not confirmed; try again soon.` },
      headers: { 'Retry-After': String(UNAVAILABLE_RETRY_S) },
      unexpected: true,
    };
  }
  return { status: 500, body: { errcode: 'M_UNKNOWN', error: 'The server failed to do this.' }, headers: {}, unexpected: true };
}
