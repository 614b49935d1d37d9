/** What somebody who is invited, or knocks, is shown of a room (Client-Server API, "Stripped state"). */
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';
import type { StoredEvent } from './stored-event.ts';

const TYPES = ['m.room.create', 'm.room.name', 'm.room.avatar', 'm.room.topic', 'm.room.join_rules', 'm.room.canonical_alias', 'm.room.encryption'];

/** The room's own part of it: without the membership that it is shown with. */
export async function strippedState(engine: RoomEngine, room: Room): Promise<StoredEvent[]> {
  const keys = await engine.strings.ids(TYPES.map((type) => stateKeyText(type, '')));
  return [...(await engine.events.byNids(keys.flatMap((key) => room.state.get(key) ?? []))).values()];
}
