/** Single events that other servers ask this one to sign or to take in: what is wrong with one is told in the answer. */
import type { EventChecking } from '@nexuscomm/federation/ports.ts';
import { CanonicalJsonError, encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import { badJson, forbidden } from '@nexuscomm/spec/errors.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { numbersOf } from '@nexuscomm/spec/events/event-hashes.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';

/** M_BAD_JSON for what has no canonical form, which servers must refuse since room version 6 ("Canonical JSON" there). */
export function requireCanonical(json: JsonObject, version: RoomVersion): void {
  try {
    encodeCanonicalJson(json, numbersOf(version));
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw badJson(`The event is not canonical JSON: ${error.message}.`);
    throw error;
  }
}

/** The event, with its form, signatures and hash checked; M_FORBIDDEN if they are not as they should be. */
export async function checkedEvent(checker: EventChecking, json: JsonObject, version: RoomVersion): Promise<RoomEvent> {
  const [verdict] = await checker.check([json], version);
  if (verdict?.kind !== 'checked') throw forbidden(`The event is not well made: ${verdict?.reason ?? 'it is missing'}.`);
  return verdict.checked.event;
}
