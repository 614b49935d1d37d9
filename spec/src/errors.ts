/** Matrix errors: the standard error response of the client-server API and its codes. */

/** Codes this server answers with (Client-Server API, "Standard error response"). */
export type ErrCode =
  | 'M_FORBIDDEN'
  | 'M_UNKNOWN_TOKEN'
  | 'M_MISSING_TOKEN'
  | 'M_USER_LOCKED'
  | 'M_USER_SUSPENDED'
  | 'M_BAD_JSON'
  | 'M_NOT_JSON'
  | 'M_NOT_FOUND'
  | 'M_LIMIT_EXCEEDED'
  | 'M_UNRECOGNIZED'
  | 'M_UNKNOWN'
  | 'M_UNAUTHORIZED'
  | 'M_USER_DEACTIVATED'
  | 'M_USER_IN_USE'
  | 'M_INVALID_USERNAME'
  | 'M_ROOM_IN_USE'
  | 'M_INVALID_ROOM_STATE'
  | 'M_THREEPID_IN_USE'
  | 'M_THREEPID_NOT_FOUND'
  | 'M_THREEPID_AUTH_FAILED'
  | 'M_THREEPID_DENIED'
  | 'M_SERVER_NOT_TRUSTED'
  | 'M_UNSUPPORTED_ROOM_VERSION'
  | 'M_INCOMPATIBLE_ROOM_VERSION'
  | 'M_BAD_STATE'
  | 'M_GUEST_ACCESS_FORBIDDEN'
  | 'M_CAPTCHA_NEEDED'
  | 'M_CAPTCHA_INVALID'
  | 'M_MISSING_PARAM'
  | 'M_INVALID_PARAM'
  | 'M_TOO_LARGE'
  | 'M_EXCLUSIVE'
  | 'M_RESOURCE_LIMIT_EXCEEDED'
  | 'M_CANNOT_LEAVE_SERVER_NOTICE_ROOM'
  | 'M_WEAK_PASSWORD'
  | 'M_UNABLE_TO_AUTHORISE_JOIN'
  | 'M_UNABLE_TO_GRANT_JOIN'
  | 'M_DUPLICATE_ANNOTATION'
  | 'M_NOT_YET_UPLOADED'
  | 'M_CANNOT_OVERWRITE_MEDIA'
  | 'M_WRONG_ROOM_KEYS_VERSION'
  | 'M_BAD_ALIAS'
  | 'M_UNKNOWN_POS'
  | 'M_THREEPID_MEDIUM_NOT_SUPPORTED'
  | 'M_INVALID_SIGNATURE'
  | 'M_PROFILE_TOO_LARGE'
  | 'M_KEY_TOO_LARGE'
  | 'M_URL_NOT_SET'
  | 'M_NOT_JOINED'
  | 'M_APPSERVICE_LOGIN_UNSUPPORTED'
  | 'M_UNREACHABLE';

/**
 * An error whose code and message may be shown to the client that asked.
 * `fields` are the further members of the response body (for example `soft_logout`, `retry_after_ms`).
 */
export class MatrixError extends Error {
  override readonly name = 'MatrixError';
  readonly errcode: ErrCode;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(errcode: ErrCode, status: number, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.errcode = errcode;
    this.status = status;
    this.fields = fields;
  }

  /** The response body. */
  toJSON(): Record<string, unknown> {
    return { ...this.fields, errcode: this.errcode, error: this.message };
  }
}

export const forbidden = (message: string): MatrixError => new MatrixError('M_FORBIDDEN', 403, message);
export const notFound = (message: string): MatrixError => new MatrixError('M_NOT_FOUND', 404, message);
export const badJson = (message: string): MatrixError => new MatrixError('M_BAD_JSON', 400, message);
export const invalidParam = (message: string): MatrixError => new MatrixError('M_INVALID_PARAM', 400, message);
export const missingParam = (message: string): MatrixError => new MatrixError('M_MISSING_PARAM', 400, message);
