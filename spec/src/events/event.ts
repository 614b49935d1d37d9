/** A room event as the core sees it, whatever the wire form of its room version. */
import type { EventId, RoomId, UserId } from '../identifiers/types.ts';
import type { JsonObject } from '../json.ts';

/**
 * A parsed PDU. `json` is the whole signed wire object; the other members are read from it once.
 * `prevEvents` and `authEvents` are plain ids for every room version (versions 1 and 2 carry [id, hashes] pairs on
 * the wire). In version 12 the room id of `m.room.create` is derived from its event id and `authEvents` does not name
 * the create event.
 */
export interface RoomEvent {
  readonly eventId: EventId;
  readonly roomId: RoomId;
  readonly type: string;
  /** undefined: not a state event. */
  readonly stateKey: string | undefined;
  readonly sender: UserId;
  readonly content: JsonObject;
  /** milliseconds since the Unix epoch, as claimed by the origin */
  readonly originServerTs: number;
  readonly depth: number;
  readonly prevEvents: readonly EventId[];
  readonly authEvents: readonly EventId[];
  /** The event this one redacts: top level before version 11, `content.redacts` since. */
  readonly redacts: EventId | undefined;
  readonly json: JsonObject;
}
