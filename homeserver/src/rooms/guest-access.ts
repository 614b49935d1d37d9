/** Whether a room takes guests (Client-Server API, "Guest Access"). */
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';

export const GUEST_ACCESS = 'm.room.guest_access';

/** By the state that is committed. Without the event, or with another value, guests stay out. */
export async function takesGuests(engine: RoomEngine, room: Room): Promise<boolean> {
  return (await engine.stateEvent(room, GUEST_ACCESS, ''))?.content['guest_access'] === 'can_join';
}
