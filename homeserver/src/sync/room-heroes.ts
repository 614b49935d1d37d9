/** The members that a room without a name is called by (Client-Server API, "RoomSummary": `m.heroes`). */
import { INVITE, JOIN, type Member } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { stateKeyText } from '../rooms/state-key.ts';

const HEROES = 5;

/** The first who are there besides the user, or if there is nobody, the first who were. */
export function roomHeroes(room: Room, userNid: number): Member[] {
  const present: Member[] = [];
  const gone: Member[] = [];
  for (const member of room.members.values()) {
    if (member.userNid === userNid) continue;
    (member.membership === JOIN || member.membership === INVITE ? present : gone).push(member);
  }
  return (present.length > 0 ? present : gone).toSorted((a, b) => a.since - b.since).slice(0, HEROES);
}

/** The room has a name or an address to be called by; an empty one is none. */
export async function isNamed(engine: RoomEngine, room: Room): Promise<boolean> {
  const [name, alias] = await engine.strings.ids([stateKeyText('m.room.name', ''), stateKeyText('m.room.canonical_alias', '')]);
  const events = await engine.events.byNids([name!, alias!].flatMap((key) => room.state.get(key) ?? []));
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  return [...events.values()].some(({ content }) => isText(content['name']) || isText(content['alias']));
}
