/** Fetches web pages and images for previews: within bounds, and no private addresses, redirects included. */
import { OutboundError, type OutboundClient, type OutboundResponse } from '../outbound/outbound-client.ts';
import { PageReader, charsetOf, type PageFacts } from './read-page.ts';

export type Fetched =
  | { readonly kind: 'page'; readonly facts: PageFacts; readonly url: string }
  | { readonly kind: 'image'; readonly bytes: Buffer; readonly url: string }
  | { readonly kind: 'other'; readonly url: string };

export interface FetchLimits {
  readonly pageBytes: number;
  readonly imageBytes: number;
}

const MAX_REDIRECTS = 5;
/** bytes that the encoding is looked for in */
const CHARSET_BYTES = 2_048;
const HEADERS = { 'accept-encoding': 'identity', 'accept-language': 'en, *;q=0.5' };

/** Throws OutboundError. */
export async function fetchForPreview(client: OutboundClient, url: string, limits: FetchLimits, signal: AbortSignal): Promise<Fetched> {
  const { response, url: last } = await followRedirects(client, url, 'text/html, application/xhtml+xml, image/*;q=0.9, */*;q=0.5', signal);
  const type = mediaType(response);
  if (type === 'text/html' || type === 'application/xhtml+xml') return { kind: 'page', facts: await readPage(response, limits.pageBytes), url: last };
  if (type.startsWith('image/')) return { kind: 'image', bytes: await readAll(response.body, limits.imageBytes), url: last };
  for await (const _chunk of response.body) break;
  return { kind: 'other', url: last };
}

/** Throws OutboundError. */
export async function fetchImage(client: OutboundClient, url: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const { response } = await followRedirects(client, url, 'image/*', signal);
  return readAll(response.body, maxBytes);
}

async function followRedirects(
  client: OutboundClient,
  first: string,
  accept: string,
  signal: AbortSignal,
): Promise<{ response: OutboundResponse; url: string }> {
  let url = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await client.request({ method: 'GET', url, headers: { ...HEADERS, accept }, signal });
    const { location } = response.headers;
    if (response.status >= 200 && response.status < 300) return { response, url };
    for await (const _chunk of response.body) break;
    const next = location === undefined ? null : URL.parse(location, url);
    if (response.status < 300 || response.status > 399 || !next)
      throw new OutboundError(`${url} answered ${response.status}`, response.status >= 500);
    url = next.href;
  }
  throw new OutboundError(`${first} redirects too often`, false);
}

const mediaType = ({ headers }: OutboundResponse): string => (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();

/** What a page says in its first bytes: the rest is not read. */
async function readPage(response: OutboundResponse, maxBytes: number): Promise<PageFacts> {
  const reader = new PageReader();
  let decoder: TextDecoder | undefined;
  let held: Uint8Array = new Uint8Array();
  let size = 0;
  const decode = (bytes: Uint8Array): void => {
    decoder ??= new TextDecoder(charsetOf(response.headers['content-type'], bytes));
    reader.write(decoder.decode(bytes, { stream: true }));
  };
  for await (const chunk of response.body) {
    const rest = chunk.subarray(0, maxBytes - size);
    size += rest.length;
    if (decoder) decode(rest);
    else {
      held = Buffer.concat([held, rest]);
      if (held.length >= CHARSET_BYTES) decode(held);
    }
    if (size >= maxBytes) break;
  }
  if (!decoder) decode(held);
  return reader.end();
}

async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundError(`it has more than ${maxBytes} bytes`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
