/** Fetches media of another server's users (Server-Server API, "Content Repository"): multipart/mixed, with the file or a redirect to it. */
import { legacyDownload, legacyThumbnail } from '@nexuscomm/spec/endpoints/client/media.ts';
import { downloadMedia, thumbnailMedia } from '@nexuscomm/spec/endpoints/federation/media.ts';
import type { ServerName } from '../ports.ts';
import { requestEndpoint, type CallOptions } from './call-endpoint.ts';
import { RemoteError, Unreachable } from './errors.ts';
import type { FederationClientDeps } from './federation-client.ts';
import { MultipartError, boundaryOf, readMultipart, type Part } from './read-multipart.ts';
import { boundedBody } from './read-response.ts';
import type { TransportResponse } from './transport.ts';
import { openDeadline, type Deadline } from './with-deadline.ts';

export interface MediaRequest {
  readonly mediaId: string;
  /** how long the server may wait for content that is still being uploaded, ms */
  readonly waitMs?: number;
}
export interface ThumbnailRequest extends MediaRequest {
  readonly width: number;
  readonly height: number;
  readonly method?: 'crop' | 'scale';
  readonly animated?: boolean;
}

export interface RemoteMedia {
  readonly contentType: string | undefined;
  readonly contentDisposition: string | undefined;
  /** Ends with Unreachable if it breaks off or is too large. Returning from it early lets the connection go. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** bytes that the form may take besides the file */
const OVERHEAD = 128 * 1024;

export async function fetchMedia(
  deps: FederationClientDeps,
  server: ServerName,
  request: MediaRequest | ThumbnailRequest,
  options: CallOptions = {},
): Promise<RemoteMedia> {
  const { mediaId, waitMs, ...size } = request as MediaRequest & Partial<ThumbnailRequest>;
  const isThumbnail = 'width' in size;
  const ms = options.timeoutMs ?? deps.clientLimits.mediaTimeoutMs;
  const maxBytes = options.maxBytes ?? deps.clientLimits.mediaBytes;
  const expired = (): Unreachable => new Unreachable(server, 'timeout', `the file did not come within ${ms} ms`);
  // Open until the file has been read, which is after this function returns.
  const deadline = openDeadline({ clock: deps.clock, ms, signal: options.signal, expired });
  const { signal } = deadline;
  const common = { server, signal, ignoreBackoff: options.ignoreBackoff };
  const query = { ...size, timeout_ms: waitMs };
  const current = (): Promise<RemoteMedia> => {
    const endpoint = isThumbnail ? thumbnailMedia : downloadMedia;
    return requestEndpoint(deps, { ...common, endpoint, parts: { params: { mediaId }, query } as never }, async (response) => {
      const { part, rest } = await filePart(response, server, maxBytes + OVERHEAD);
      const { location } = part.headers;
      if (location === undefined) return mediaOf(server, part.headers, bounded(server, rest, maxBytes), deadline);
      for await (const _chunk of rest) break;
      const redirected = await deps.transport.get(location, server, signal);
      if (redirected.status !== 200) throw new RemoteError(server, { status: redirected.status, body: undefined });
      return mediaOf(server, redirected.headers, boundedBody(redirected, server, maxBytes), deadline);
    });
  };
  // Servers of before v1.11. They must not pass the question on to yet another server.
  const older = (): Promise<RemoteMedia> => {
    const endpoint = isThumbnail ? legacyThumbnail : legacyDownload;
    const parts = { params: { serverName: server, mediaId }, query: { ...query, allow_remote: false } } as never;
    return requestEndpoint(deps, { ...common, endpoint, parts }, async (response) =>
      mediaOf(server, response.headers, boundedBody(response, server, maxBytes), deadline),
    );
  };
  try {
    return await current().catch((error: unknown) => {
      if (error instanceof RemoteError && error.isUnknownEndpoint) return older();
      throw error;
    });
  } catch (error) {
    deadline.end();
    throw error instanceof MultipartError ? new Unreachable(server, 'bad response', error.message, error) : error;
  }
}

/** The second of two parts; `rest` yields its bytes and lets go of the answer when it ends. */
async function filePart(
  response: TransportResponse,
  server: ServerName,
  maxBytes: number,
): Promise<{ part: Part; rest: AsyncGenerator<Uint8Array> }> {
  const boundary = boundaryOf(response.headers['content-type']);
  const source = boundedBody(response, server, maxBytes);
  if (boundary === undefined) {
    for await (const _chunk of source) break;
    throw new Unreachable(server, 'bad response', 'it answered with something other than multipart/mixed');
  }
  const parts = readMultipart(source, boundary);
  const metadata = await parts.next();
  if (!metadata.done) for await (const _chunk of metadata.value.body);
  const file = await parts.next();
  if (file.done) throw new MultipartError('there is no second part');
  return { part: file.value, rest: thenLetGo(file.value.body, parts) };
}

async function* thenLetGo(body: AsyncIterable<Uint8Array>, parts: AsyncGenerator<Part>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    await parts.return(undefined);
  }
}

async function* bounded(server: ServerName, body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Unreachable(server, 'too large', `the file has more than ${maxBytes} bytes`);
    yield chunk;
  }
}

function mediaOf(
  server: ServerName,
  headers: Readonly<Record<string, string | undefined>>,
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
): RemoteMedia {
  return { contentType: headers['content-type'], contentDisposition: headers['content-disposition'], body: within(server, body, deadline) };
}

async function* within(server: ServerName, body: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw error instanceof MultipartError ? new Unreachable(server, 'broken off', error.message, error) : error;
  } finally {
    deadline.end();
  }
}
