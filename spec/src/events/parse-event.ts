/** Reading events: what other servers send is checked against the format of the room's version, our own is taken as it is. */
import { CanonicalJsonError, encodeCanonicalJson } from '../canonical-json.ts';
import type { CryptoProvider } from '../crypto.ts';
import { MatrixError } from '../errors.ts';
import { isEventId, isRoomId, isUserId } from '../identifiers/parse.ts';
import type { EventId, RoomId } from '../identifiers/types.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import type { RoomEvent } from './event.ts';
import { eventIdOf, numbersOf } from './event-hashes.ts';
import { checkReceivedEventSize } from './size-limits.ts';

/** The event does not have the format of its room version (Server-Server API, "Checks performed on receipt of a PDU", 1). */
export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

/** Predecessors and auth events that an event may name (room version pages, "Event format"). */
const MAX_PREV_EVENTS = 20;
const MAX_AUTH_EVENTS = 10;

/** Parses an event as received. Throws EventFormatError with the reason. Hashes and signatures are checked elsewhere. */
export function parseEvent(options: { json: JsonObject; version: RoomVersion; crypto: CryptoProvider }): RoomEvent {
  const { json, version, crypto } = options;
  requireForm(json, version);
  const require = (holds: boolean, reason: string): void => {
    if (!holds) throw new EventFormatError(reason);
  };
  require(typeof json['type'] === 'string', 'type is not a string');
  require(typeof json['sender'] === 'string' && isUserId(json['sender']), 'sender is not a user id');
  require(isJsonObject(json['content']), 'content is not an object');
  require(json['state_key'] === undefined || typeof json['state_key'] === 'string', 'state_key is not a string');
  require(Number.isSafeInteger(json['origin_server_ts']), 'origin_server_ts is not an integer');
  require(Number.isSafeInteger(json['depth']) && (json['depth'] as number) >= 0, 'depth is not a positive integer');
  require(isJsonObject(json['hashes']) && typeof json['hashes']['sha256'] === 'string', 'hashes.sha256 is missing');
  require(isJsonObject(json['signatures']), 'signatures is not an object');
  const prevEvents = readReferences(json['prev_events'], version);
  const authEvents = readReferences(json['auth_events'], version);
  require(prevEvents !== undefined && prevEvents.length <= MAX_PREV_EVENTS, 'prev_events is not a list of at most 20 event ids');
  require(authEvents !== undefined && authEvents.length <= MAX_AUTH_EVENTS, 'auth_events is not a list of at most 10 event ids');
  if (version.eventIdFormat === 'random') require(typeof json['event_id'] === 'string' && isEventId(json['event_id']), 'event_id is not an event id');
  const eventId = eventIdOf(json, version, crypto);
  const derivesRoomId = version.hashedRoomId && json['type'] === 'm.room.create' && json['state_key'] === '';
  if (derivesRoomId) require(json['room_id'] === undefined, 'a create event of this room version has no room_id');
  else require(typeof json['room_id'] === 'string' && isRoomId(json['room_id']), 'room_id is not a room id');
  const roomId = derivesRoomId ? (`!${eventId.slice(1)}` as RoomId) : (json['room_id'] as RoomId);
  return readEvent({ eventId, roomId, json, version });
}

/**
 * Canonical JSON as strict as the version asks, and the size limits. `unsigned` does not count: it is not the same on
 * all servers, which must agree on the event.
 */
function requireForm({ unsigned: _unsigned, ...json }: JsonObject, version: RoomVersion): void {
  try {
    checkReceivedEventSize(json, version, encodeCanonicalJson(json, numbersOf(version)));
  } catch (error) {
    if (error instanceof CanonicalJsonError || error instanceof MatrixError) throw new EventFormatError(error.message);
    throw error;
  }
}

/** Reads an event that was checked when it was stored. */
export function eventFromStored(stored: { eventId: EventId; roomId: RoomId; json: JsonObject; version: RoomVersion }): RoomEvent {
  return readEvent(stored);
}

function readEvent({ eventId, roomId, json, version }: { eventId: EventId; roomId: RoomId; json: JsonObject; version: RoomVersion }): RoomEvent {
  const content = json['content'] as JsonObject;
  const redacts = version.updatedRedactionRules ? content['redacts'] : json['redacts'];
  const isRedaction = json['type'] === 'm.room.redaction';
  return {
    eventId,
    roomId,
    type: json['type'] as string,
    stateKey: json['state_key'] as string | undefined,
    sender: json['sender'] as RoomEvent['sender'],
    content,
    originServerTs: json['origin_server_ts'] as number,
    depth: json['depth'] as number,
    prevEvents: readReferences(json['prev_events'], version) ?? [],
    authEvents: readReferences(json['auth_events'], version) ?? [],
    redacts: isRedaction && typeof redacts === 'string' ? (redacts as EventId) : undefined,
    json,
  };
}

/** Event ids; in versions 1 and 2 they come in pairs with hashes. */
function readReferences(value: JsonValue | undefined, version: RoomVersion): EventId[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ids = version.eventIdFormat === 'random' ? value.map((pair) => (Array.isArray(pair) ? pair[0] : undefined)) : value;
  return ids.every((id) => typeof id === 'string' && isEventId(id)) ? (ids as EventId[]) : undefined;
}
