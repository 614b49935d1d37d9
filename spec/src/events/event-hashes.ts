/** Content hashes, reference hashes and event ids (Server-Server API, "Calculating the content hash for an event"). */
import { encodeBase64 } from '../base64.ts';
import { encodeCanonicalJson, type NumberRule } from '../canonical-json.ts';
import type { CryptoProvider } from '../crypto.ts';
import type { EventId } from '../identifiers/types.ts';
import type { JsonObject } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import { redactEventJson } from './redact-event.ts';

/** Room versions 1-5 must be read though they have numbers that canonical JSON has not (fragment "Canonical JSON" there). */
export const numbersOf = ({ strictCanonicalJson }: RoomVersion): NumberRule => (strictCanonicalJson ? 'strict' : 'lenient');

/** The unpadded Base64 that belongs in `hashes.sha256`. `numbers` is numbersOf the room version, for what others sent. */
export function contentHash(json: JsonObject, crypto: CryptoProvider, numbers?: NumberRule): string {
  const { unsigned: _unsigned, signatures: _signatures, hashes: _hashes, ...hashed } = json;
  return encodeBase64(crypto.sha256(encodeCanonicalJson(hashed, numbers)));
}

/** SHA-256 of the redacted event without signatures and `unsigned`; covers the content through its hash. */
export function referenceHash(json: JsonObject, version: RoomVersion, crypto: CryptoProvider): Uint8Array {
  const { signatures: _signatures, unsigned: _unsigned, age_ts: _ageTs, ...hashed } = redactEventJson(json, version);
  return crypto.sha256(encodeCanonicalJson(hashed, numbersOf(version)));
}

/** The event's id: its own in versions 1 and 2, else made from the reference hash. */
export function eventIdOf(json: JsonObject, version: RoomVersion, crypto: CryptoProvider): EventId {
  if (version.eventIdFormat === 'random') return json['event_id'] as EventId;
  const alphabet = version.eventIdFormat === 'base64' ? 'base64' : 'base64url';
  return `$${encodeBase64(referenceHash(json, version, crypto), alphabet)}` as EventId;
}
