/** The Authorization header of signed requests (Server-Server API, "Request Authentication"). */
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '../ports.ts';

export interface XMatrix {
  readonly origin: ServerName;
  /** undefined: the sender is older than v1.3 of the specification */
  readonly destination: string | undefined;
  readonly keyId: string;
  /** Base64 */
  readonly signature: string;
}

const SCHEME = /[ \t]*X-Matrix +/iy;
/**
 * A parameter up to the comma after it. Quoted values may escape characters; others may have whatever separates nothing,
 * since older servers quote neither colons nor Base64.
 */
const PARAMETER = /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))[ \t]*(,|$)/y;
const EMPTY = /[ \t]*(?:,|$)/y;

/**
 * All credentials of the headers: one for each key that signed. A proxy may have joined several headers with commas.
 * undefined: one of them is not of that form.
 */
export function parseXMatrix(headers: readonly string[]): XMatrix[] | undefined {
  const found: XMatrix[] = [];
  for (const header of headers) {
    for (let at = 0; at < header.length;) {
      const scheme = match(SCHEME, header, at);
      if (!scheme) return undefined;
      const read = readParameters(header, at + scheme[0].length);
      const credentials = read && credentialsOf(read.parameters);
      if (!credentials) return undefined;
      found.push(credentials);
      at = read.end;
    }
  }
  return found;
}

/** Reads to the end, or to the next scheme. undefined: malformed, or a name that comes twice. */
function readParameters(header: string, start: number): { parameters: Map<string, string>; end: number } | undefined {
  const parameters = new Map<string, string>();
  let at = start;
  while (at < header.length && !match(SCHEME, header, at)) {
    const empty = match(EMPTY, header, at);
    const parameter = empty ? undefined : match(PARAMETER, header, at);
    if (parameter) {
      const name = parameter[1]!.toLowerCase();
      if (parameters.has(name)) return undefined;
      parameters.set(name, parameter[2]?.replaceAll(/\\(.)/g, '$1') ?? parameter[3]!);
    } else if (!empty) return undefined;
    at += (empty ?? parameter)![0].length;
  }
  return { parameters, end: at };
}

function credentialsOf(parameters: ReadonlyMap<string, string>): XMatrix | undefined {
  const origin = parameters.get('origin');
  const keyId = parameters.get('key');
  const signature = parameters.get('sig') ?? parameters.get('signature');
  if (origin === undefined || !isServerName(origin) || keyId === undefined || signature === undefined) return undefined;
  return { origin, destination: parameters.get('destination'), keyId, signature };
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
