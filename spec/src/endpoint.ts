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
  | 'none' | 'general' | 'login' | 'registration' | 'message' | 'room_creation' | 'join' | 'invite' | 'media' | 'heavy';

export interface EndpointSpec<Params extends TObject, Query extends TObject, Body extends TSchema, Response extends TSchema> {
  readonly method: HttpMethod;
  /** With `{name}` placeholders; `/v3/` paths also answer under `/r0/`. */
  readonly path: string;
  /** Further paths that mean the same, for example unstable prefixes. They have the same placeholders. */
  readonly aliases?: readonly string[];
  readonly auth: AuthKind;
  readonly rateLimit: RateLimitClass;
  readonly params?: Params;
  readonly query?: Query;
  /** JSON request body. `Type.Unknown()` or absent: not validated; see `rawBody`. */
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

export type Endpoint<
  Params extends TObject = TObject, Query extends TObject = TObject, Body extends TSchema = TSchema, Response extends TSchema = TSchema,
> = EndpointSpec<Params, Query, Body, Response>;

export type ParamsOf<E> = E extends EndpointSpec<infer P, TObject, TSchema, TSchema> ? (TObject extends P ? Record<string, string> : Static<P>) : never;
export type QueryOf<E> = E extends EndpointSpec<TObject, infer Q, TSchema, TSchema> ? (TObject extends Q ? Record<string, never> : Static<Q>) : never;
export type BodyOf<E> = E extends EndpointSpec<TObject, TObject, infer B, TSchema> ? (TSchema extends B ? unknown : Static<B>) : never;

/** Declares an endpoint; keeps the literal types, so that handlers are typed from it. */
export function endpoint<
  const Params extends TObject = TObject, const Query extends TObject = TObject, const Body extends TSchema = TSchema,
  const Response extends TSchema = TSchema,
>(spec: EndpointSpec<Params, Query, Body, Response>): EndpointSpec<Params, Query, Body, Response> {
  return spec;
}
