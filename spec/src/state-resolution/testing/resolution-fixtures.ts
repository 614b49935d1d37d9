/** Reads the fixtures of spec/fixtures/state-resolution, whose files describe their format, and makes events of them. */
import { readFileSync } from 'node:fs';
import type { RoomEvent } from '../../events/event.ts';
import type { EventId } from '../../identifiers/types.ts';
import type { JsonObject } from '../../json.ts';
import type { RoomVersion } from '../../room-versions.ts';
import { stateKeyOf, type StateMap } from '../state-map.ts';
import { makeEvent } from './make-event.ts';

export interface ResolutionCase {
  readonly why: string;
  readonly versions: string;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly state_key: string;
    readonly sender: string;
    readonly content: JsonObject;
    readonly ts: number;
    readonly depth: number;
    readonly auth: readonly string[];
    readonly rejected?: boolean;
  }[];
  readonly sets: readonly (readonly string[])[];
  readonly missing?: readonly string[];
  readonly peer?: boolean;
  readonly expected: readonly string[];
}

export function readResolutionCases(file: string): readonly ResolutionCase[] {
  const text = readFileSync(new URL(`../../../fixtures/state-resolution/${file}`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { cases: readonly ResolutionCase[] }).cases;
}

export interface ResolutionRoom {
  /** in the order of the fixture; also those that are missing for the resolution */
  readonly events: readonly RoomEvent[];
  readonly stateSets: readonly StateMap[];
  readonly lookup: (id: EventId) => RoomEvent | undefined;
  readonly isRejected: (event: RoomEvent) => boolean;
  /** the fixture's names of a state's events, sorted */
  readonly namesOf: (ids: Iterable<EventId>) => string[];
}

export function resolutionRoom(version: RoomVersion, { events, sets, missing = [] }: ResolutionCase): ResolutionRoom {
  const made = new Map<string, RoomEvent>();
  const names = new Map<EventId, string>();
  const known = new Map<EventId, RoomEvent>();
  const rejected = new Set<EventId>();
  let roomId = version.hashedRoomId ? undefined : '!room:a.example';
  for (const { id, type, state_key: stateKey, sender, content, ts, depth, auth, rejected: isRejected } of events) {
    const authEvents = auth.map((name) => made.get(name)!).filter((event) => !version.hashedRoomId || event.type !== 'm.room.create');
    const event = makeEvent(version, {
      roomId,
      type,
      stateKey,
      sender,
      content: version.privilegedCreators && type === 'm.room.power_levels' ? withoutCreator(content, events[0]!.sender) : content,
      originServerTs: ts,
      depth,
      eventId: `$${id}:a.example`,
      authEvents,
    });
    roomId ??= event.roomId;
    made.set(id, event);
    names.set(event.eventId, id);
    if (!missing.includes(id)) known.set(event.eventId, event);
    if (isRejected === true) rejected.add(event.eventId);
  }
  const stateSetOf = (ids: readonly string[]): StateMap =>
    new Map(ids.map((id) => made.get(id)!).map(({ type, stateKey, eventId }) => [stateKeyOf(type, stateKey!), eventId]));
  return {
    events: [...made.values()],
    stateSets: sets.map(stateSetOf),
    lookup: (id) => known.get(id),
    isRejected: (event) => rejected.has(event.eventId),
    namesOf: (ids) => [...ids].map((id) => names.get(id) ?? id).toSorted(),
  };
}

function withoutCreator(content: JsonObject, creator: string): JsonObject {
  const { [creator]: _creator, ...users } = content['users'] as JsonObject;
  return { ...content, users };
}
