/** Reads a request body within its limit and as UTF-8. */
import type { IncomingMessage } from 'node:http';
import { MatrixError } from '@nexuscomm/spec/errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

export function tooLarge(limit: number): MatrixError {
  return new MatrixError('M_TOO_LARGE', 413, `The request is larger than ${limit} bytes.`);
}

export async function readText(request: IncomingMessage, limit: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // A refusal half-way must still reach the client, so the connection outlives the reading.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof MatrixError) throw error;
    throw new MatrixError('M_NOT_JSON', 400, 'The request body broke off.');
  }
  try {
    return decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  } catch {
    throw new MatrixError('M_NOT_JSON', 400, 'The request body is not UTF-8.');
  }
}
