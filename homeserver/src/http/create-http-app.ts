/**
 * The HTTP side of the server, and the only code that knows Koa. A radix tree finds the route; from its declaration come
 * authentication, rate limit, parsing and validation; one mapper turns errors into responses.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import createRouter, { type HTTPMethod } from 'find-my-way';
import Koa, { type Context } from 'koa';
import type { Endpoint } from '@nexuscomm/spec/endpoint.ts';
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { parseEventJson, parseJson } from '@nexuscomm/spec/parse-json.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { accessTokenOf, authenticate, type SessionLookup, type VerifyServer } from './authenticate.ts';
import { errorResponse } from './error-response.ts';
import { RawJson, Reply, type Answer, type Request, type Route, type ServerSession, type Session } from './handler.ts';
import type { RateLimiter } from './rate-limit.ts';
import { readText } from './read-body.ts';
import { serveClient, type ClientFiles } from './serve-client.ts';
import { decodePathParameter, parseQuery, validateBody } from './validate.ts';

export interface HttpAppOptions {
  readonly routes: readonly Route[];
  /** the web client to serve; its paths go before the routes */
  readonly client?: ClientFiles | undefined;
  readonly lookup: SessionLookup;
  readonly verifyServer: VerifyServer;
  readonly rateLimiter: RateLimiter;
  readonly bodyBytes: number;
  /** entries of X-Forwarded-For to believe */
  readonly trustedProxies: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** a session made a request from an address: for "last seen" */
  readonly onSeen: (session: Session, remoteAddress: string, userAgent: string) => void;
}

/** Client-Server API, "Web Browser Clients"; and what a client at another origin takes to play media and to wait as it is told. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'X-Requested-With, Content-Type, Authorization, Range, If-None-Match',
  'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Disposition, Content-Range, ETag, Retry-After',
} as const;
/** How long browsers may keep the answer to a preflight request (s): Chromium's most. It would else go before every request. */
const PREFLIGHT_LIFETIME_S = 7_200;
const JSON_TYPE = 'application/json';

export function createHttpApp(options: HttpAppOptions): Koa {
  const { logger, metrics } = options;
  const router = mountRoutes(options.routes);
  const app = new Koa();
  app.silent = true;
  app.use(async (context) => {
    const started = performance.now();
    context.set(CORS);
    let route: Route | undefined;
    let isClient = false;
    let session: Session | ServerSession | undefined;
    try {
      if (context.method === 'OPTIONS') {
        context.status = 204;
        context.set('Access-Control-Max-Age', String(PREFLIGHT_LIFETIME_S));
        return;
      }
      isClient = options.client !== undefined && serveClient(context, options.client);
      if (isClient) return;
      const found = findRoute(router, context);
      route = found.route;
      const request = await readRequest(options, context, found);
      session = request.session as Session | ServerSession | undefined;
      answer(context, await route.handle(request));
    } catch (error) {
      const response = errorResponse(error);
      context.status = response.status;
      context.set(response.headers);
      context.set('Content-Type', JSON_TYPE);
      context.body = JSON.stringify(response.body);
      if (response.unexpected) logger.error({ err: error, route: route?.endpoint.path }, 'request failed');
      // The rest of a body that nobody will read is let go, so that the client gets to reading the answer.
      if (!context.req.complete) context.req.resume();
    } finally {
      const seconds = (performance.now() - started) / 1000;
      const template = route?.endpoint.path ?? (isClient ? 'web client' : 'unknown');
      metrics.requests.observe({ route: template, method: context.method, status: `${Math.floor(context.status / 100)}xx` }, seconds);
      logger.debug({ method: context.method, route: template, status: context.status, ms: Math.round(seconds * 1000), ...whoOf(session) }, 'request');
    }
  });
  return app;
}

type Router = ReturnType<typeof createRouter<never>>;
interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE'] as const;

function mountRoutes(routes: readonly Route[]): Router {
  const router = createRouter({ caseSensitive: true, maxParamLength: 2048, querystringParser: () => ({}) });
  for (const route of routes) {
    for (const path of pathsOf(route.endpoint)) router.on(route.endpoint.method as HTTPMethod, path, () => {}, route);
  }
  return router as Router;
}

/** Older clients ask under r0 for what is under v3; a path ending in `/{x}` also answers without the last part. */
function pathsOf(endpoint: Endpoint): string[] {
  const paths = [endpoint.path, ...(endpoint.aliases ?? [])];
  const older = paths.filter((path) => path.includes('/v3/')).map((path) => path.replace('/v3/', '/r0/'));
  return [...paths, ...older].map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
}

/** Finds by the raw path, since an encoded slash belongs to its parameter; parameters are decoded afterwards. */
function findRoute(router: Router, context: Context): FoundRoute {
  const raw = context.req.url ?? '/';
  const end = raw.indexOf('?');
  // find-my-way decodes what it finds: doubled percent signs keep parameters as they were sent.
  const path = (end === -1 ? raw : raw.slice(0, end)).replaceAll('%', '%25');
  const method = context.method === 'HEAD' ? 'GET' : context.method;
  const found = router.find(method as HTTPMethod, path);
  if (found) {
    const params: Record<string, string> = {};
    for (const [name, text] of Object.entries(found.params)) params[name] = decodePathParameter(name, text ?? '');
    return { route: found.store as Route, params };
  }
  const others = METHODS.filter((other) => router.find(other, path) !== null);
  if (others.length === 0) throw new MatrixError('M_UNRECOGNIZED', 404, 'There is nothing at this path.');
  context.set('Allow', others.join(', '));
  throw new MatrixError('M_UNRECOGNIZED', 405, `This path takes ${others.join(', ')}.`);
}

const whoOf = (session: Session | ServerSession | undefined): object =>
  session === undefined ? {} : 'origin' in session ? { origin: session.origin } : { user: session.userId };

/** One for all: making the usual DOMException for each request, with its stack, took a tenth of the server's time. */
const CLOSED = new DOMException('The request is over.', 'AbortError');

async function readRequest(options: HttpAppOptions, context: Context, { route, params }: FoundRoute): Promise<Request> {
  const { endpoint } = route;
  const remoteAddress = addressOf(context.req, options.trustedProxies);
  const search = new URLSearchParams(context.querystring);
  const { session, accessToken, text } =
    endpoint.auth === 'server'
      ? await admitServer(options, context.req, endpoint)
      : await admitUser(options, context.req, { endpoint, search, remoteAddress });
  const aborted = new AbortController();
  context.res.once('close', () => aborted.abort(CLOSED));
  return {
    params,
    query: endpoint.query ? parseQuery(endpoint.query, search) : {},
    body: endpoint.body && !endpoint.rawBody ? parseBody(endpoint, text ?? (await readBody(options, context.req, endpoint))) : undefined,
    session,
    headers: context.req.headers,
    remoteAddress,
    queryString: context.querystring,
    accessToken,
    stream: context.req,
    signal: aborted.signal,
  } as unknown as Request;
}

/** Who asks, and the body if it had to be read to know that. */
interface Admitted {
  readonly session: Session | ServerSession | undefined;
  readonly accessToken: string | undefined;
  readonly text: string | undefined;
}

async function admitUser(
  options: HttpAppOptions,
  request: IncomingMessage,
  { endpoint, search, remoteAddress }: { endpoint: Endpoint; search: URLSearchParams; remoteAddress: string },
): Promise<Admitted> {
  const accessToken = accessTokenOf(request.headers, search);
  const session = await authenticate(endpoint, accessToken, options.lookup);
  if (endpoint.rateLimit !== 'none') await options.rateLimiter.consume(endpoint.rateLimit, session?.userId ?? remoteAddress);
  if (session) options.onSeen(session, remoteAddress, request.headers['user-agent'] ?? '');
  return { session, accessToken, text: undefined };
}

/** The signature covers the body, so the body is read first; it counts whether or not the endpoint wants one. */
async function admitServer(options: HttpAppOptions, request: IncomingMessage, endpoint: Endpoint): Promise<Admitted> {
  let text = '';
  const session = await options.verifyServer({
    method: request.method ?? 'GET',
    uri: request.url ?? '/',
    authorization: request.headersDistinct['authorization'] ?? [],
    body: async () => (text = await readBody(options, request, endpoint)),
  });
  await options.rateLimiter.consume(endpoint.rateLimit, session.origin);
  return { session, accessToken: undefined, text };
}

function readBody(options: HttpAppOptions, request: IncomingMessage, endpoint: Endpoint): Promise<string> {
  return readText(request, endpoint.maxBodyBytes ?? options.bodyBytes);
}

function parseBody(endpoint: Endpoint, text: string): unknown {
  if (text === '' && endpoint.bodyOptional) return {};
  const body = endpoint.canonicalBody ? parseEventJson(text) : parseJson(text);
  validateBody(endpoint.body!, body);
  return body;
}

function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const socket = request.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return socket;
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim());
  const claimed = forwarded.at(-trustedProxies) ?? '';
  return isIP(claimed) === 0 ? socket : claimed;
}

function answer(context: Context, result: Answer): void {
  if (result instanceof Reply) {
    context.body = result.body ?? '';
    context.status = result.status;
    context.set(result.headers); // after the body, for which Koa makes up headers of its own
    return;
  }
  context.status = 200;
  context.set('Content-Type', JSON_TYPE);
  context.body = result instanceof RawJson ? result.text : JSON.stringify(result);
}
