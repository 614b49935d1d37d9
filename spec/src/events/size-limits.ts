/** Size limits of events (Client-Server API, "Size limits"). */
import { encodeCanonicalJson } from '../canonical-json.ts';
import { MatrixError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

/** Bytes of a whole event in canonical JSON, signatures included. */
export const MAX_EVENT_BYTES = 65_536;
/** Bytes of each identifier in it. */
export const MAX_FIELD_BYTES = 255;

const encoder = new TextEncoder();
const LIMITED = ['sender', 'room_id', 'type', 'state_key', 'event_id'];

/** Until room version 11 servers counted the characters of identifiers, so rooms have events with more bytes. */
const countsCharacters = (version: RoomVersion): boolean => !version.updatedRedactionRules;

/** As checkEventSize, for an event that another server made: old rooms hold what is only just too long. */
export function checkReceivedEventSize(json: JsonObject, version: RoomVersion, canonical: string): void {
  checkSize(json, canonical, countsCharacters(version) ? characterCount : byteLength);
}

/** Throws M_TOO_LARGE if the event or one of its identifiers is too long. */
export function checkEventSize(json: JsonObject, canonical: string = encodeCanonicalJson(json)): void {
  checkSize(json, canonical, byteLength);
}

/** Unicode code points. */
function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const byteLength = (text: string): number => encoder.encode(text).length;

function checkSize(json: JsonObject, canonical: string, lengthOf: (text: string) => number): void {
  for (const field of LIMITED) {
    const value = json[field];
    if (typeof value === 'string' && value.length * 3 > MAX_FIELD_BYTES && lengthOf(value) > MAX_FIELD_BYTES) {
      throw new MatrixError('M_TOO_LARGE', 413, `The event's ${field} is longer than ${MAX_FIELD_BYTES} bytes.`);
    }
  }
  if (canonical.length * 3 > MAX_EVENT_BYTES && encoder.encode(canonical).length > MAX_EVENT_BYTES) {
    throw new MatrixError('M_TOO_LARGE', 413, `The event is larger than ${MAX_EVENT_BYTES} bytes.`);
  }
}
