/** Reads the fixtures of spec/fixtures/auth-rules, whose files describe their format, and makes events of them. */
import { readFileSync } from 'node:fs';
import type { RoomEvent } from '../../events/event.ts';
import type { JsonObject } from '../../json.ts';
import { roomVersions, type RoomVersion } from '../../room-versions.ts';
import { makeEvent } from '../../state-resolution/testing/make-event.ts';
import { stateKeyOf } from '../../state-resolution/state-map.ts';
import type { AuthState } from '../verdict.ts';

export interface FixtureEvent {
  readonly versions?: string;
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly redacts?: string;
  readonly event_id?: string;
  readonly room_id?: string;
  readonly prev_events?: readonly [];
  readonly after_create?: boolean;
}
export interface AuthCase {
  readonly name: string;
  readonly versions: string;
  readonly with?: readonly FixtureEvent[];
  readonly without?: readonly (readonly [string, string])[];
  readonly event: FixtureEvent;
  readonly allowed: boolean;
  readonly rule?: string | Readonly<Record<string, string>>;
}

export function readFixture<Fixture>(name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/auth-rules/${name}`, import.meta.url), 'utf8')) as Fixture;
}

/** '8' or '8-11' */
function covers(range: string, version: RoomVersion): boolean {
  const [first, last = first] = range.split('-').map(Number);
  return Number(version.id) >= first! && Number(version.id) <= last!;
}

/** Each case for each of its room versions. */
export function forVersions<Case extends { readonly versions: string }>(cases: readonly Case[]): { version: RoomVersion; case: Case }[] {
  return cases.flatMap((item) =>
    Object.values(roomVersions)
      .filter((version) => covers(item.versions, version))
      .map((version) => ({ version, case: item })),
  );
}

export function ruleOf({ rule }: Pick<AuthCase, 'rule'>, version: RoomVersion): string | undefined {
  if (rule === undefined || typeof rule === 'string') return rule;
  return Object.entries(rule).find(([range]) => covers(range, version))?.[1];
}

export interface FixtureRoom {
  readonly state: ReadonlyMap<string, RoomEvent>;
  readonly lookup: AuthState;
  make(event: FixtureEvent): RoomEvent;
}

export function fixtureRoom(version: RoomVersion, base: readonly FixtureEvent[], changes: Pick<AuthCase, 'with' | 'without'> = {}): FixtureRoom {
  const state = new Map<string, RoomEvent>();
  let serial = 0;
  let create: RoomEvent | undefined;
  const room = '!room:a.example';
  const make = (event: FixtureEvent): RoomEvent => {
    const isCreate = event.type === 'm.room.create';
    const other = makeEvent(version, {
      roomId: room,
      type: 'org.example.other',
      sender: '@alice:a.example',
      content: {},
      eventId: '$other:a.example',
    });
    const prevEvent = event.after_create === true ? create! : other;
    return makeEvent(version, {
      roomId: event.room_id ?? (version.hashedRoomId ? (isCreate ? undefined : (create?.roomId ?? room)) : room),
      type: event.type,
      stateKey: event.state_key,
      sender: event.sender,
      content: event.content,
      redacts: event.redacts,
      eventId: event.event_id ?? `$${serial++}:${event.sender.split(':')[1]}`,
      prevEvents: event.prev_events ?? [prevEvent],
    });
  };
  // Put in place first, so that a changed create event names the room.
  const given = new Map<string, FixtureEvent>();
  for (const event of [...base, ...(changes.with ?? [])]) {
    if (event.versions === undefined || covers(event.versions, version)) given.set(stateKeyOf(event.type, event.state_key!), event);
  }
  for (const [key, event] of given) {
    const made = make(event.type === 'm.room.create' ? { ...event, prev_events: [] } : event);
    if (event.type === 'm.room.create') create = made;
    state.set(key, made);
  }
  for (const [type, stateKey] of changes.without ?? []) state.delete(stateKeyOf(type, stateKey));
  return { state, lookup: (type, stateKey) => state.get(stateKeyOf(type, stateKey)), make };
}
