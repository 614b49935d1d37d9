/** The state events of rooms that an inbox shows: of rooms that this server is in, or of what somebody was shown of others. */
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { stateKeyText } from '../rooms/state-key.ts';
import { sql, type Queryable } from '../storage/database.ts';

/** Content of state events by type, those with an empty state key. */
export type RoomFacts = Readonly<Partial<Record<FactType, JsonObject>>>;

const TYPES = [
  'm.room.create',
  'm.room.name',
  'm.room.canonical_alias',
  'm.room.avatar',
  'm.room.topic',
  'm.room.encryption',
  'm.room.history_visibility',
  'm.room.power_levels',
  'io.element.functional_members',
] as const;
type FactType = (typeof TYPES)[number];

/** What somebody who is invited or knocks may know. */
const FOR_OUTSIDERS: ReadonlySet<string> = new Set<FactType>([
  'm.room.create',
  'm.room.name',
  'm.room.canonical_alias',
  'm.room.avatar',
  'm.room.topic',
  'm.room.encryption',
]);

const selectBridges = sql(
  'inbox_bridges',
  `select c.room_nid, c.nid from current_state c
   where c.type in (select id from str where v in ('m.bridge', 'uk.half-shot.bridge')) and c.room_nid = any($1::int8[])`,
);

/** Keys of the facts in rooms' states, by type. */
export async function factKeys(engine: RoomEngine): Promise<ReadonlyMap<FactType, number>> {
  const keys = await engine.strings.ids(TYPES.map((type) => stateKeyText(type, '')));
  return new Map(TYPES.map((type, i) => [type, keys[i]!]));
}

/** `contentOf` gives the content of an event by its number. */
export function factsOf(
  room: Room,
  keys: ReadonlyMap<FactType, number>,
  contentOf: (nid: number) => JsonObject | undefined,
  isOutsider: boolean,
): RoomFacts {
  const facts: Partial<Record<FactType, JsonObject>> = {};
  for (const [type, key] of keys) {
    if (isOutsider && !FOR_OUTSIDERS.has(type)) continue;
    const nid = room.state.get(key);
    const content = nid === undefined ? undefined : contentOf(nid);
    if (content) facts[type] = content;
  }
  return facts;
}

/** Stripped events of a room that this server is not in: facts, and members' contents by user id. */
export function factsShown(json: string): { facts: RoomFacts; members: ReadonlyMap<string, JsonObject> } {
  const facts: Partial<Record<FactType, JsonObject>> = {};
  const members = new Map<string, JsonObject>();
  for (const event of JSON.parse(json) as readonly unknown[]) {
    if (!isJsonObject(event) || !isJsonObject(event['content'])) continue;
    const { type, state_key: stateKey, content } = event;
    if (type === 'm.room.member' && typeof stateKey === 'string') members.set(stateKey, content);
    else if (stateKey === '' && typeof type === 'string' && FOR_OUTSIDERS.has(type)) facts[type as FactType] = content;
  }
  return { facts, members };
}

/** Numbers of the state events that name a bridge (MSC2346), by room. */
export async function bridgeEvents(db: Queryable, roomNids: readonly number[]): Promise<Map<number, number[]>> {
  if (roomNids.length === 0) return new Map();
  const rows = await db.query<{ room_nid: number; nid: number }>(selectBridges, [roomNids]);
  return new Map([...Map.groupBy(rows, (row) => row.room_nid)].map(([roomNid, events]) => [roomNid, events.map(({ nid }) => nid)]));
}

/** The network behind a bridge, from the content of its state event. */
export function networkOf(content: JsonObject | undefined): { id: string; name: string } | undefined {
  const protocol = content?.['protocol'];
  if (!isJsonObject(protocol) || typeof protocol['id'] !== 'string') return undefined;
  const { id, displayname: name } = protocol;
  return { id, name: typeof name === 'string' && name !== '' ? name : id };
}
