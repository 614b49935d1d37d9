/** Who signed a request (Server-Server API, "Request Authentication"). */
import { decodeBase64 } from '@nexuscomm/spec/base64.ts';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { MatrixError, forbidden } from '@nexuscomm/spec/errors.ts';
import { canonicaliseJsonText } from '@nexuscomm/spec/lenient-json.ts';
import { requestText } from '../client/sign-request.ts';
import type { Clock, Log, ServerAllowed, ServerName } from '../ports.ts';
import { isUsable, type KeyRing } from './key-ring.ts';
import { parseXMatrix, type XMatrix } from './x-matrix.ts';

export interface ReceivedRequest {
  readonly method: string;
  /** path and query string, as sent */
  readonly uri: string;
  /** all Authorization headers */
  readonly authorization: readonly string[];
  /** Reads the body; '' without one. Called only once the headers have passed. */
  readonly body: () => Promise<string>;
}

export interface VerifyRequestDeps {
  readonly serverName: ServerName;
  readonly keyRing: KeyRing;
  readonly crypto: CryptoProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly allowed: ServerAllowed;
  /** the server is up, since it sends requests */
  readonly onVerified: (origin: ServerName) => void;
}

/** Throws M_UNAUTHORIZED, M_FORBIDDEN for a server that configuration excludes, or what reading the body throws. */
export type VerifyRequest = (request: ReceivedRequest) => Promise<{ readonly origin: ServerName }>;

/** signatures of one request that are looked at */
const MAX_SIGNATURES = 8;

const unauthorized = (message: string): MatrixError => new MatrixError('M_UNAUTHORIZED', 401, message);

export function createRequestVerifier(deps: VerifyRequestDeps): VerifyRequest {
  return async (request) => {
    const credentials = admit(deps, request.authorization);
    const { origin } = credentials[0]!;
    const body = await request.body();
    const content = body === '' ? undefined : canonicaliseJsonText(body);
    if (!(await hasValidSignature(deps, credentials, { method: request.method, uri: request.uri, content }))) {
      deps.log.debug({ origin, uri: request.uri, keys: credentials.map(({ keyId }) => keyId) }, 'refused a request: wrong signature or unknown key');
      throw unauthorized(`The request is not signed with a valid key of ${origin}, or that key could not be fetched.`);
    }
    deps.onVerified(origin);
    return { origin };
  };
}

/** Checks what can be checked before the body is read. */
function admit({ serverName, allowed }: VerifyRequestDeps, authorization: readonly string[]): XMatrix[] {
  if (authorization.length === 0) throw unauthorized('This request must be signed by a server.');
  const credentials = parseXMatrix(authorization);
  if (!credentials || credentials.length === 0) throw unauthorized('The Authorization header is not of the X-Matrix form.');
  const [{ origin }] = credentials as [XMatrix];
  if (credentials.some((other) => other.origin !== origin)) throw unauthorized('The signatures are of several servers.');
  if (credentials.some(({ destination }) => destination !== undefined && destination !== serverName)) {
    throw unauthorized(`The request is meant for another server: this is ${serverName}.`);
  }
  if (!allowed(origin)) throw forbidden(`This server does not federate with ${origin}.`);
  return credentials.slice(0, MAX_SIGNATURES);
}

async function hasValidSignature(
  { keyRing, crypto, clock }: VerifyRequestDeps,
  credentials: readonly XMatrix[],
  request: { method: string; uri: string; content: string | undefined },
): Promise<boolean> {
  const ts = clock.now();
  const { origin } = credentials[0]!;
  const keyIds = credentials.map(({ keyId }) => keyId);
  const keys = (await keyRing.keysFor([{ server: origin, keyIds, ts, enforceValidity: true }], { ignoreBackoff: true })).get(origin) ?? [];
  return credentials.some(({ keyId, signature, destination }) => {
    // Old keys sign events only.
    const key = keys.find((known) => known.keyId === keyId && known.expiredTs === undefined && isUsable(known, ts, true));
    const bytes = key && decodeBase64(signature);
    return bytes?.length === SIGNATURE_BYTES && crypto.verify(key!.publicKey, requestText({ ...request, origin, destination }), bytes);
  });
}
const SIGNATURE_BYTES = 64;
