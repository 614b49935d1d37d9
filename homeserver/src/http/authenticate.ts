/** Finds out who makes a request (Client-Server API, "Client authentication"; Server-Server API, "Request Authentication"). */
import type { IncomingHttpHeaders } from 'node:http';
import type { Endpoint } from '@nexuscomm/spec/endpoint.ts';
import { MatrixError, forbidden } from '@nexuscomm/spec/errors.ts';
import type { ServerSession, Session } from './handler.ts';

/** What is behind an access token. */
export type TokenState =
  | { readonly kind: 'session'; readonly session: Session }
  /** the client may get a new one with its refresh token */
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

export type SessionLookup = (accessToken: string) => Promise<TokenState>;

/** A request that a server is to have signed (Server-Server API, "Request Authentication"). */
export interface SignedRequest {
  readonly method: string;
  /** path and query string, as sent */
  readonly uri: string;
  /** all Authorization headers */
  readonly authorization: readonly string[];
  /** Reads the body; '' without one. Called only once the headers have passed. */
  readonly body: () => Promise<string>;
}

/** Throws M_UNAUTHORIZED for a wrong signature, M_FORBIDDEN for a server that this one does not talk to. */
export type VerifyServer = (request: SignedRequest) => Promise<ServerSession>;

export function accessTokenOf(headers: IncomingHttpHeaders, search: URLSearchParams): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return search.get('access_token') ?? undefined;
}

/** For endpoints of clients. */
export async function authenticate(endpoint: Endpoint, token: string | undefined, lookup: SessionLookup): Promise<Session | undefined> {
  const kind = endpoint.auth;
  if (kind === 'none' || (kind === 'optional' && token === undefined)) return undefined;
  if (token === undefined) throw new MatrixError('M_MISSING_TOKEN', 401, 'This request needs an access token.');
  const state = await lookup(token);
  if (state.kind === 'unknown') throw new MatrixError('M_UNKNOWN_TOKEN', 401, 'The access token is not known. Log in again.', { soft_logout: false });
  if (state.kind === 'expired') throw new MatrixError('M_UNKNOWN_TOKEN', 401, 'The access token has expired.', { soft_logout: true });
  const { session } = state;
  if (session.isLocked && endpoint.whileLocked !== true) throw userLocked();
  if (session.isSuspended && endpoint.whileSuspended === false) throw userSuspended();
  if (session.isGuest && (kind === 'user' || kind === 'admin')) {
    throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 403, 'Guests can not do this: register first.');
  }
  if (kind === 'admin' && !session.isAdmin) throw forbidden('Only administrators of this server can do this.');
  return session;
}

export const userLocked = (): MatrixError => new MatrixError('M_USER_LOCKED', 401, 'This account has been locked.', { soft_logout: true });

export const userSuspended = (): MatrixError => new MatrixError('M_USER_SUSPENDED', 403, 'You can not do this while your account is suspended.');
