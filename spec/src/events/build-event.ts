/** Building an event: fields, content hash, signature, id (Server-Server API, "Signing events"). */
import { encodeBase64 } from '../base64.ts';
import type { CryptoProvider, SigningKey } from '../crypto.ts';
import type { EventId, RoomId, ServerName, UserId } from '../identifiers/types.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';
import { signedText } from '../signatures.ts';
import type { RoomEvent } from './event.ts';
import { contentHash, numbersOf, referenceHash } from './event-hashes.ts';
import { parseEvent } from './parse-event.ts';
import { redactEventJson } from './redact-event.ts';

export interface EventFields {
  /** absent for the create event of a room whose id is that event's hash (version 12) */
  readonly roomId: RoomId | undefined;
  readonly type: string;
  readonly stateKey?: string | undefined;
  readonly sender: UserId;
  readonly content: JsonObject;
  readonly redacts?: EventId | undefined;
  /** ms since the epoch */
  readonly originServerTs: number;
  readonly depth: number;
  readonly prevEvents: readonly RoomEventReference[];
  readonly authEvents: readonly RoomEventReference[];
  /** versions 1 and 2 only */
  readonly eventId?: EventId | undefined;
}

/** An event to refer to; versions 1 and 2 also name its reference hash, so they need the event itself. */
export type RoomEventReference = Pick<RoomEvent, 'eventId' | 'json'>;

export function buildEvent(options: {
  version: RoomVersion;
  crypto: CryptoProvider;
  key: SigningKey;
  serverName: ServerName;
  fields: EventFields;
}): RoomEvent {
  const { version, crypto, key, serverName, fields } = options;
  const refer = (references: readonly RoomEventReference[]): JsonValue =>
    version.eventIdFormat === 'random'
      ? references.map(({ eventId, json }) => [eventId, { sha256: encodeBase64(referenceHash(json, version, crypto)) }])
      : references.map(({ eventId }) => eventId);
  const content = fields.redacts !== undefined && version.updatedRedactionRules ? { ...fields.content, redacts: fields.redacts } : fields.content;
  const unhashed: JsonObject = {
    type: fields.type,
    sender: fields.sender,
    content,
    depth: fields.depth,
    prev_events: refer(fields.prevEvents),
    auth_events: refer(fields.authEvents),
    origin_server_ts: fields.originServerTs,
    ...(fields.roomId === undefined ? {} : { room_id: fields.roomId }),
    ...(fields.stateKey === undefined ? {} : { state_key: fields.stateKey }),
    ...(fields.redacts === undefined || version.updatedRedactionRules ? {} : { redacts: fields.redacts }),
    ...(version.eventIdFormat === 'random' ? { event_id: fields.eventId } : {}),
    ...(version.updatedRedactionRules ? {} : { origin: serverName }),
  };
  const hashed: JsonObject = { ...unhashed, hashes: { sha256: contentHash(unhashed, crypto) } };
  const redacted = redactEventJson(hashed, version);
  const text = signedText(redacted);
  const json: JsonObject = { ...hashed, signatures: { [serverName]: { [key.keyId]: encodeBase64(key.sign(text)) } } };
  const eventId = version.eventIdFormat === 'random' ? fields.eventId! : hashId(text, version, crypto);
  return {
    eventId,
    roomId: fields.roomId ?? (`!${eventId.slice(1)}` as RoomId),
    type: fields.type,
    stateKey: fields.stateKey,
    sender: fields.sender,
    content,
    originServerTs: fields.originServerTs,
    depth: fields.depth,
    prevEvents: fields.prevEvents.map((reference) => reference.eventId),
    authEvents: fields.authEvents.map((reference) => reference.eventId),
    redacts: fields.redacts,
    json,
  };
}

/** The signed text of a redacted event is what the reference hash is made over: it need not be encoded twice. */
function hashId(signed: string, version: RoomVersion, crypto: CryptoProvider): EventId {
  return `$${encodeBase64(crypto.sha256(signed), version.eventIdFormat === 'base64' ? 'base64' : 'base64url')}` as EventId;
}

/** Hashes, signs and parses an event whose other fields are there. Throws EventFormatError if they are not as they must be. */
export function sealEvent(options: {
  json: JsonObject;
  version: RoomVersion;
  crypto: CryptoProvider;
  key: SigningKey;
  serverName: ServerName;
}): RoomEvent {
  const { json, version, crypto, key, serverName } = options;
  const hashed: JsonObject = { ...json, hashes: { sha256: contentHash(json, crypto) } };
  return parseEvent({ json: signEvent(hashed, version, serverName, key), version, crypto });
}

/** The event signed by one more server, over its redacted form. */
export function signEvent(json: JsonObject, version: RoomVersion, serverName: ServerName, key: SigningKey): JsonObject {
  const signature = encodeBase64(key.sign(signedText(redactEventJson(json, version), numbersOf(version))));
  const signatures = (json['signatures'] ?? {}) as JsonObject;
  const own = (signatures[serverName] ?? {}) as JsonObject;
  return { ...json, signatures: { ...signatures, [serverName]: { ...own, [key.keyId]: signature } } };
}
