/** Size limits of events (Client-Server API, "Size limits"). */
import { encodeCanonicalJson } from '../canonical-json.ts';
import { MatrixError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** Bytes of a whole event in canonical JSON, signatures included. */
export const MAX_EVENT_BYTES = 65_536;
/** Bytes of each identifier in it. */
export const MAX_FIELD_BYTES = 255;

const encoder = new TextEncoder();
const LIMITED = ['sender', 'room_id', 'type', 'state_key', 'event_id'];

/** Throws M_TOO_LARGE if the event or one of its identifiers is too long. */
export function checkEventSize(json: JsonObject, canonical: string = encodeCanonicalJson(json)): void {
  for (const field of LIMITED) {
    const value = json[field];
    if (typeof value === 'string' && value.length * 3 > MAX_FIELD_BYTES && encoder.encode(value).length > MAX_FIELD_BYTES) {
      throw new MatrixError('M_TOO_LARGE', 413, `The event's ${field} is longer than ${MAX_FIELD_BYTES} bytes.`);
    }
  }
  if (canonical.length * 3 > MAX_EVENT_BYTES && encoder.encode(canonical).length > MAX_EVENT_BYTES) {
    throw new MatrixError('M_TOO_LARGE', 413, `The event is larger than ${MAX_EVENT_BYTES} bytes.`);
  }
}
