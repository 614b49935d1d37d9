/** Makes a signed event of a draft and decides whether the room allows it. */
import { randomBytes } from 'node:crypto';
import type { CryptoProvider, SigningKey } from '@nexuscomm/spec/crypto.ts';
import { buildEvent, type RoomEventReference } from '@nexuscomm/spec/events/build-event.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { checkEventSize } from '@nexuscomm/spec/events/size-limits.ts';
import type { EventId, RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { HeadPlace } from './room.ts';

/** An event that a local user wants to send. */
export interface EventDraft {
  readonly sender: UserId;
  readonly type: string;
  readonly stateKey?: string;
  readonly content: JsonObject;
  /** for m.room.redaction: the event to redact */
  readonly redacts?: string;
  /** ms since the epoch; now, if absent (application services may set it) */
  readonly originServerTs?: number;
}

/** The state that decides on an event. */
export type StateLookup = (type: string, stateKey: string) => RoomEvent | undefined;

/** Depth is bounded by what canonical JSON can carry (Server-Server API, "depth"). */
const MAX_DEPTH = 2 ** 53 - 1;

export function composeEvent(options: {
  version: RoomVersion;
  /** absent for the create event of a room whose id is its hash */
  roomId: RoomId | undefined;
  head: HeadPlace;
  prevEvents: readonly RoomEventReference[];
  authEvents: readonly RoomEvent[];
  draft: EventDraft;
  crypto: CryptoProvider;
  signingKey: SigningKey;
  serverName: ServerName;
  now: () => number;
}): RoomEvent {
  const { version, roomId, head, prevEvents, authEvents, draft, crypto, signingKey, serverName, now } = options;
  const event = buildEvent({
    version,
    crypto,
    key: signingKey,
    serverName,
    fields: {
      roomId,
      type: draft.type,
      stateKey: draft.stateKey,
      sender: draft.sender,
      content: draft.content,
      redacts: draft.redacts as EventId | undefined,
      originServerTs: draft.originServerTs ?? now(),
      depth: Math.min(head.depth + 1, MAX_DEPTH),
      prevEvents,
      authEvents,
      eventId: version.eventIdFormat === 'random' ? (`$${randomBytes(18).toString('base64url')}:${serverName}` as EventId) : undefined,
    },
  });
  checkEventSize(event.json);
  return event;
}
