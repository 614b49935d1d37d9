/** Events in the form of before /sync, where they stand in one list: each names its room, presence its user. */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Reader } from '../rooms/room-reader.ts';
import type { LiveMembership } from './user-live.ts';

/** What a user was shown of rooms that this server is not in, by room number: id, and stripped events as a JSON list. */
export type Outside = (userNid: number, roomNids: readonly number[]) => Promise<Map<number, { roomId: string; events: string }>>;

interface ShownEvent {
  readonly type: string;
  readonly state_key: string;
  readonly sender: string;
  readonly content: JsonObject;
}

/** An event as JSON text with the room that it belongs to. */
export const withRoomId = (json: string, roomId: string): string => `${json.slice(0, -1)},"room_id":${JSON.stringify(roomId)}}`;

/** Old clients look for the user of a presence event in its content. */
export function withUserId(json: string): string {
  const event = JSON.parse(json) as { readonly sender: string; readonly content: JsonObject };
  return JSON.stringify({ ...event, content: { user_id: event.sender, ...event.content } });
}

/** The reader's own membership events, as far as they were shown, in rooms that this server is not in, by room id. */
export async function outsideMembers(
  outside: Outside,
  reader: Reader,
  memberships: readonly LiveMembership[],
  ignored: ReadonlySet<string>,
): Promise<Map<string, string>> {
  if (memberships.length === 0) return new Map();
  const shown = await outside(
    reader.userNid,
    memberships.map(({ roomNid }) => roomNid),
  );
  const found = new Map<string, string>();
  for (const { roomId, events } of shown.values()) {
    // The last one: what comes before it is what the inviting server shows of the room, whatever that is.
    const own = (JSON.parse(events) as ShownEvent[]).findLast((event) => event.type === 'm.room.member' && event.state_key === reader.userId);
    const isUnwanted = own?.content['membership'] === 'invite' && ignored.has(own.sender);
    if (own && !isUnwanted) found.set(roomId, withRoomId(JSON.stringify(own), roomId));
  }
  return found;
}
