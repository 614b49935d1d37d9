/** Events for tests: hashed as the room version asks, so that other servers' code takes them, but not signed. */
import { encodeBase64 } from '../../base64.ts';
import { tweetnaclCrypto } from '../../crypto-tweetnacl.ts';
import type { RoomEvent } from '../../events/event.ts';
import { contentHash, eventIdOf, referenceHash } from '../../events/event-hashes.ts';
import { eventFromStored } from '../../events/parse-event.ts';
import type { EventId, RoomId } from '../../identifiers/types.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { RoomVersion } from '../../room-versions.ts';

export interface TestEventFields {
  /** absent for the create event of a version 12 room */
  readonly roomId?: string;
  readonly type: string;
  readonly stateKey?: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly redacts?: string;
  readonly originServerTs?: number;
  readonly depth?: number;
  readonly prevEvents?: readonly RoomEvent[];
  readonly authEvents?: readonly RoomEvent[];
  /** versions 1 and 2 only */
  readonly eventId?: string;
}

export function makeEvent(version: RoomVersion, fields: TestEventFields): RoomEvent {
  const refer = (events: readonly RoomEvent[] = []): JsonValue =>
    version.eventIdFormat === 'random'
      ? events.map(({ eventId, json }) => [eventId, { sha256: encodeBase64(referenceHash(json, version, tweetnaclCrypto)) }])
      : events.map(({ eventId }) => eventId);
  const unhashed: JsonObject = {
    type: fields.type,
    sender: fields.sender,
    content: fields.redacts !== undefined && version.updatedRedactionRules ? { ...fields.content, redacts: fields.redacts } : fields.content,
    depth: fields.depth ?? 1,
    origin_server_ts: fields.originServerTs ?? 1,
    prev_events: refer(fields.prevEvents),
    auth_events: refer(fields.authEvents),
    ...(fields.roomId === undefined ? {} : { room_id: fields.roomId }),
    ...(fields.stateKey === undefined ? {} : { state_key: fields.stateKey }),
    ...(fields.redacts === undefined || version.updatedRedactionRules ? {} : { redacts: fields.redacts }),
    ...(version.eventIdFormat === 'random' ? { event_id: fields.eventId } : {}),
  };
  const json: JsonObject = { ...unhashed, hashes: { sha256: contentHash(unhashed, tweetnaclCrypto) }, signatures: {} };
  const eventId: EventId = eventIdOf(json, version, tweetnaclCrypto);
  return eventFromStored({ eventId, roomId: (fields.roomId ?? `!${eventId.slice(1)}`) as RoomId, json, version });
}
