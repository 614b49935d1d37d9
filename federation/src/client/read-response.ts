/** Reads what a server answered, within a size; large answers are parsed as they come, so that nothing else has to wait. */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import { parseJson } from '@nexuscomm/spec/parse-json.ts';
import type { ServerName } from '../ports.ts';
import { RemoteError, Unreachable } from './errors.ts';
import { JsonStreamParser } from './json-stream-parser.ts';
import type { TransportResponse } from './transport.ts';

/** bytes that are parsed in one go: a few ms */
const PARSED_AT_ONCE = 512 * 1024;
/** ms that parsing may hold up everything else */
const SLICE_MS = 3;
/** bytes of an error that are looked at */
const MAX_ERROR_BYTES = 64 * 1024;

/** The answer's bytes. Throws Unreachable ('too large') before more than `maxBytes` are held. */
export async function* boundedBody(response: TransportResponse, server: ServerName, maxBytes: number): AsyncGenerator<Uint8Array> {
  const tooLarge = (): Unreachable => new Unreachable(server, 'too large', `its answer has more than ${maxBytes} bytes`);
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes || Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    yield chunk;
  }
}

export async function readJson(response: TransportResponse, server: ServerName, maxBytes: number): Promise<JsonValue> {
  try {
    return await parseBody(boundedBody(response, server, maxBytes));
  } catch (error) {
    if (error instanceof MatrixError) throw new Unreachable(server, 'bad response', 'its answer is not JSON', error);
    throw error;
  }
}

async function parseBody(body: AsyncIterable<Uint8Array>): Promise<JsonValue> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let parser: JsonStreamParser | undefined;
  let sliceStart = performance.now();
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= PARSED_AT_ONCE) continue;
    parser ??= new JsonStreamParser();
    // All that was held so far, and then each chunk as it comes.
    for (const held of chunks.splice(0)) {
      parser.push(held);
      if (performance.now() - sliceStart < SLICE_MS) continue;
      await new Promise((resume) => setImmediate(resume));
      sliceStart = performance.now();
    }
  }
  return parser ? parser.end() : parseJson(Buffer.concat(chunks).toString('utf8'));
}

/** The error that an answer other than 2xx stands for. */
export async function readRemoteError(response: TransportResponse, server: ServerName): Promise<RemoteError> {
  const body = await readJson(response, server, MAX_ERROR_BYTES).catch((error: unknown) => {
    if (error instanceof Unreachable && (error.reason === 'bad response' || error.reason === 'too large')) return undefined;
    throw error;
  });
  const isMatrixError = isJsonObject(body) && typeof body['errcode'] === 'string';
  const inBody = isMatrixError ? body['retry_after_ms'] : undefined;
  const inHeader = Number(response.headers['retry-after'] ?? Number.NaN) * 1000;
  return new RemoteError(server, {
    status: response.status,
    body: isMatrixError ? body : undefined,
    retryAfterMs: Number.isFinite(inHeader) ? inHeader : typeof inBody === 'number' ? inBody : undefined,
  });
}
