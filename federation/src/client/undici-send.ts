/** One request by undici, with what goes wrong as Unreachable. */
import type { Dispatcher } from 'undici';
import type { ServerName } from '../ports.ts';
import { Unreachable, type UnreachableReason } from './errors.ts';
import type { TransportResponse } from './transport.ts';

export async function send(
  server: ServerName,
  dispatcher: Dispatcher,
  options: Omit<Dispatcher.RequestOptions, 'origin'>,
): Promise<TransportResponse> {
  try {
    const response = await dispatcher.request(options);
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
    return { status: response.statusCode, headers, body: readBody(server, response.body, options.signal as AbortSignal) };
  } catch (error) {
    throw failureOf(server, error, options.signal as AbortSignal);
  }
}

async function* readBody(server: ServerName, body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(server, error, signal);
  }
}

const REASONS: Readonly<Record<string, UnreachableReason>> = {
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too large',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'too large',
};

function failureOf(server: ServerName, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof Unreachable) return error;
  const { code = '', name, message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  const reason = REASONS[code] ?? (name === 'HTTPParserError' ? 'bad response' : 'broken off');
  return new Unreachable(server, reason, code === '' ? message : `${code} ${message}`, error);
}
