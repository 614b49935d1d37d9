/** Signs requests to other servers (Server-Server API, "Request Authentication"). */
import { encodeLenientJson } from '@nexuscomm/spec/lenient-json.ts';
import { encodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { SigningKey } from '@nexuscomm/spec/crypto.ts';
import type { ServerName } from '../ports.ts';

export interface RequestToSign {
  /** whom it goes to, by the name before any delegation */
  readonly server: ServerName;
  readonly method: string;
  /** path and query string */
  readonly target: string;
  /** JSON value; undefined: no body */
  readonly content: unknown;
  /** false for endpoints that take no signature */
  readonly signed: boolean;
}

export interface SignedParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export type RequestSigner = (request: RequestToSign) => SignedParts;

export function createRequestSigner(serverName: ServerName, key: SigningKey): RequestSigner {
  return ({ server, method, target, content, signed }) => {
    // Encoded once: what is signed is what is sent.
    const body = content === undefined ? undefined : encodeLenientJson(content);
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (signed) {
      const signature = encodeBase64(key.sign(requestText({ method, uri: target, origin: serverName, destination: server, content: body })));
      headers['authorization'] = `X-Matrix origin="${serverName}",destination="${server}",key="${key.keyId}",sig="${signature}"`;
    }
    return { headers, body };
  };
}

/**
 * The text that a request's signature is made over: an object in canonical form. `content` is canonical JSON already, so it
 * is put in as it is; the other members sort around it.
 */
export function requestText(request: {
  method: string;
  uri: string;
  origin: string;
  /** undefined: servers before v1.3 of the specification left it out */
  destination: string | undefined;
  content: string | undefined;
}): string {
  const { method, uri, origin, destination, content } = request;
  const members = [
    ...(content === undefined ? [] : [`"content":${content}`]),
    ...(destination === undefined ? [] : [`"destination":${JSON.stringify(destination)}`]),
    `"method":${JSON.stringify(method)}`,
    `"origin":${JSON.stringify(origin)}`,
    `"uri":${JSON.stringify(uri)}`,
  ];
  return `{${members.join(',')}}`;
}
