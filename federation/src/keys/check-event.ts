/** Checks 1-3 of "Checks performed on receipt of a PDU" (Server-Server API): format, signatures, hash. Pure: keys are at hand. */
import { decodeBase64, encodeBase64 } from '@nexuscomm/spec/base64.ts';
import { CanonicalJsonError, encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import type { CryptoProvider } from '@nexuscomm/spec/crypto.ts';
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { contentHash, numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import { EventFormatError, parseEvent } from '@nexuscomm/spec/events/parse-event.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import { checkReceivedEventSize } from '@nexuscomm/spec/events/size-limits.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { signedText } from '@nexuscomm/spec/signatures.ts';
import type { EventId, RoomId, ServerName } from '../ports.ts';
import { isUsable, type KeySet } from './key-ring.ts';
import { requiredSigners, signingKeyIds } from './required-signers.ts';

export type CheckResult =
  /** `redacted`: the hash is wrong, so only the redacted form counts */
  | { readonly kind: 'checked'; readonly eventId: EventId; readonly roomId: RoomId; readonly redacted: boolean }
  /** `eventId` is known if the event has the format of its room version */
  | { readonly kind: 'dropped'; readonly reason: string; readonly eventId: EventId | undefined };

export interface CheckOptions {
  readonly json: JsonObject;
  readonly version: RoomVersion;
  readonly keys: KeySet;
  readonly crypto: CryptoProvider;
}

export function checkEvent(options: CheckOptions): CheckResult {
  const { json, version, crypto } = options;
  let eventId: EventId | undefined;
  try {
    // 1.
    const event = parseEvent({ json, version, crypto });
    ({ eventId } = event);
    checkReceivedEventSize(json, version, encodeCanonicalJson(json, numbersOf(version)));
    // 2.
    const problem = signatureProblem(options);
    if (problem !== undefined) return { kind: 'dropped', reason: problem, eventId };
    // 3.
    return { kind: 'checked', eventId, roomId: event.roomId, redacted: !hashIsRight(json, version, crypto) };
  } catch (error) {
    // What has no canonical form, or is too large, is no valid event.
    if (error instanceof EventFormatError || error instanceof CanonicalJsonError || error instanceof MatrixError) {
      return { kind: 'dropped', reason: error.message, eventId };
    }
    throw error;
  }
}

/** Of each server that must sign, all signatures under known keys must be right, and there must be one. */
function signatureProblem({ json, version, keys, crypto }: CheckOptions): string | undefined {
  const text = signedText(redactEventJson(json, version), numbersOf(version));
  const ts = json['origin_server_ts'] as number;
  for (const server of requiredSigners(json, version)) {
    let verified = 0;
    for (const keyId of signingKeyIds(json, server)) {
      const key = keys.get(server)?.find((known) => known.keyId === keyId);
      if (!key || !isUsable(key, ts, version.enforceKeyValidity)) continue;
      const signature = decodeBase64(String(signatureOf(json, server, keyId)));
      if (signature?.length !== SIGNATURE_BYTES || !crypto.verify(key.publicKey, text, signature))
        return `the signature of ${server} under ${keyId} is wrong`;
      verified++;
    }
    if (verified === 0) return `there is no signature of ${server} under a key that is known and was valid then`;
  }
  return undefined;
}
const SIGNATURE_BYTES = 64;

const signatureOf = (json: JsonObject, server: ServerName, keyId: string): unknown =>
  ((json['signatures'] as JsonObject)[server] as JsonObject)[keyId];

function hashIsRight(json: JsonObject, version: RoomVersion, crypto: CryptoProvider): boolean {
  // Decoded first, since it may come with padding.
  const told = decodeBase64((json['hashes'] as JsonObject)['sha256'] as string);
  return told !== undefined && encodeBase64(told) === contentHash(json, crypto, numbersOf(version));
}
