/** Reads multipart bodies as they come (RFC 2046, section 5.1). */

export interface Part {
  /** names in lower case */
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end before the next part is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

export class MultipartError extends Error {
  override readonly name = 'MultipartError';
}

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_BOUNDARY = 200;
const CRLF = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** The boundary that a Content-Type of multipart/mixed names. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/mixed\b/i.test(contentType ?? '')) return undefined;
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType!);
  const boundary = match?.[1] ?? match?.[2];
  return boundary === undefined || boundary.length > MAX_BOUNDARY ? undefined : boundary;
}

/** Throws MultipartError if the body is not of that form, or ends early. */
export async function* readMultipart(source: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const input = source[Symbol.asyncIterator]();
  // A first delimiter at the very start then looks like all others.
  let held: Buffer = CRLF;

  async function more(): Promise<void> {
    const { done, value } = await input.next();
    if (done) throw new MultipartError('the body ends in the middle of a part');
    held = Buffer.concat([held, value]);
  }

  async function* upToDelimiter(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = held.indexOf(delimiter);
      if (at !== -1) {
        const found = held.subarray(0, at);
        held = held.subarray(at + delimiter.length);
        if (found.length > 0) yield found;
        return;
      }
      const sure = held.length - delimiter.length + 1;
      if (sure > 0) {
        const passed = held.subarray(0, sure);
        held = held.subarray(sure);
        yield passed;
      }
      await more();
    }
  }

  async function upTo(mark: Buffer): Promise<string> {
    for (;;) {
      const at = held.indexOf(mark);
      if (at !== -1) {
        const text = held.toString('latin1', 0, at);
        held = held.subarray(at + mark.length);
        return text;
      }
      if (held.length > MAX_HEADER_BYTES) throw new MultipartError('a part has too long headers');
      await more();
    }
  }

  try {
    for await (const _preamble of upToDelimiter());
    for (;;) {
      while (held.length < 2) await more();
      if (held.toString('latin1', 0, 2) === '--') return;
      // White space may follow the delimiter; headers may be missing.
      await upTo(CRLF);
      while (held.length < CRLF.length) await more();
      const bare = held.subarray(0, CRLF.length).equals(CRLF);
      const text = await upTo(bare ? CRLF : BLANK_LINE);
      yield { headers: parseHeaders(text), body: upToDelimiter() };
    }
  } finally {
    await input.return?.();
  }
}

function parseHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return headers;
}
