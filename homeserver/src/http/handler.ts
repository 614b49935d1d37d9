/** What a handler gets and gives. Handlers know nothing of Koa: they unpack, call one operation and return. */
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuthKind, AuthOf, BodyOf, Endpoint, ParamsOf, QueryOf } from '@nexuscomm/spec/endpoint.ts';
import type { ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';

/** Who makes a request: a user, on one of their devices. */
export interface Session {
  readonly userId: UserId;
  /** id of the user in the string table */
  readonly userNid: number;
  readonly deviceId: string;
  /** id of the device's row; transaction ids are scoped to it */
  readonly deviceNid: number;
  readonly isGuest: boolean;
  readonly isAdmin: boolean;
  readonly isLocked: boolean;
  readonly isSuspended: boolean;
}

/** The server that signed a request. */
export interface ServerSession {
  readonly origin: ServerName;
}

export type SessionFor<Auth extends AuthKind> = Auth extends 'user' | 'guest' | 'admin'
  ? Session
  : Auth extends 'optional'
    ? Session | undefined
    : Auth extends 'server'
      ? ServerSession
      : undefined;

export interface Request<E extends Endpoint = Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  readonly session: SessionFor<AuthOf<E>>;
  readonly headers: IncomingHttpHeaders;
  /** address of the client, after trusted proxies are taken off */
  readonly remoteAddress: string;
  /** the query string as sent, without '?' */
  readonly queryString: string;
  /** the access token that was presented, for logout and soft-logout only: never logged */
  readonly accessToken: string | undefined;
  /** the request body, for endpoints with `rawBody` */
  readonly stream: Readable;
  /** aborts when the client goes away */
  readonly signal: AbortSignal;
}

/** JSON that is text already: hot paths splice cached strings instead of building objects. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Any other answer: a status, headers, and a body that is text, bytes or a stream. */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Readable | undefined;
  constructor(reply: { status?: number; headers?: Readonly<Record<string, string>>; body?: string | Uint8Array | Readable }) {
    this.status = reply.status ?? 200;
    this.headers = reply.headers ?? {};
    this.body = reply.body;
  }
}

/** A plain object is answered as JSON with status 200. */
export type Answer = RawJson | Reply | object;

export interface Route {
  readonly endpoint: Endpoint;
  readonly handle: (request: Request) => Promise<Answer>;
}

/** Binds a handler, typed from its declaration, to the endpoint. */
export function handle<E extends Endpoint>(endpoint: E, handler: (request: Request<E>) => Promise<Answer>): Route {
  return { endpoint, handle: handler as unknown as Route['handle'] };
}
