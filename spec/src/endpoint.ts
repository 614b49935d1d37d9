/**
 * The declaration of an HTTP endpoint. Routing, parsing, validation, the rate-limit class, metric labels and typed
 * clients all come from it; it is data, so it also runs where no server does.
 */
import type { Static, TObject, TSchema } from 'typebox';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

/**
 * Who may call.
 * - none: no credentials are looked at.
 * - optional: a session when a token is given (a bad token is still refused).
 * - guest: any user, guests included (Client-Server API, "Guest access").
 * - user: any user but guests.
 * - server: signed by another server (federation).
 * - admin: a user who administers this server.
 */
export type AuthKind = 'none' | 'optional' | 'guest' | 'user' | 'server' | 'admin';

/** Each class is a named setting under `rate_limits` in the configuration. */
export type RateLimitClass =
  | 'none'
  | 'general'
  | 'login'
  | 'registration'
  | 'message'
  | 'room_creation'
  | 'join'
  | 'invite'
  | 'media'
  | 'heavy'
  /** these two count by the server that signed a request, or by address where requests are not signed */
  | 'federation'
  | 'federation_heavy';

export interface EndpointSpec<Auth extends AuthKind, Params extends TObject, Query extends TObject, Body extends TSchema, Response extends TSchema> {
  readonly method: HttpMethod;
  /** With `{name}` placeholders; `/v3/` paths also answer under `/r0/`. */
  readonly path: string;
  /** Further paths that mean the same, for example unstable prefixes. They have the same placeholders. */
  readonly aliases?: readonly string[];
  readonly auth: Auth;
  readonly rateLimit: RateLimitClass;
  /** Users whose account is locked may call it (Client-Server API, "Account locking"). */
  readonly whileLocked?: boolean;
  /** false: users whose account is suspended may not call it (Client-Server API, "Account suspension"). */
  readonly whileSuspended?: boolean;
  readonly params?: Params;
  /** Query strings are converted to the schema's types (integers, booleans, arrays of strings) before validation. */
  readonly query?: Query;
  /** JSON request body. Absent: no body is read. `Type.Unknown()`: any JSON. */
  readonly body?: Body;
  /** The body is handed over as a stream (media uploads). */
  readonly rawBody?: boolean;
  /** The body may be missing or empty, and then counts as `{}`. */
  readonly bodyOptional?: boolean;
  /** The body becomes event content: numbers are checked in the source text (no floats, no -0, safe integers). */
  readonly canonicalBody?: boolean;
  /** Largest body in bytes, if not the configured default. */
  readonly maxBodyBytes?: number;
  readonly response?: Response;
}

export type Endpoint = EndpointSpec<AuthKind, TObject, TObject, TSchema, TSchema>;

type Declared<S extends TSchema, General, Otherwise> = General extends S ? Otherwise : Static<S>;
export type ParamsOf<E> = E extends EndpointSpec<AuthKind, infer P, TObject, TSchema, TSchema> ? Declared<P, TObject, Record<string, string>> : never;
export type QueryOf<E> = E extends EndpointSpec<AuthKind, TObject, infer Q, TSchema, TSchema> ? Declared<Q, TObject, Record<string, never>> : never;
export type BodyOf<E> = E extends EndpointSpec<AuthKind, TObject, TObject, infer B, TSchema> ? Declared<B, TSchema, unknown> : never;
export type ResponseOf<E> = E extends EndpointSpec<AuthKind, TObject, TObject, TSchema, infer R> ? Declared<R, TSchema, unknown> : never;
export type AuthOf<E> = E extends EndpointSpec<infer A, TObject, TObject, TSchema, TSchema> ? A : never;

/** Declares an endpoint; keeps the literal types, so that handlers are typed from it. */
export function endpoint<
  const Auth extends AuthKind,
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Response extends TSchema = TSchema,
>(spec: EndpointSpec<Auth, Params, Query, Body, Response>): EndpointSpec<Auth, Params, Query, Body, Response> {
  return spec;
}
