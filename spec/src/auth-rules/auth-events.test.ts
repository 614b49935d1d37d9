import { describe, expect, test } from '@jest/globals';
import type { RoomEvent } from '../events/event.ts';
import { stateKeyOf } from '../state-resolution/state-map.ts';
import { authEventKeys } from './auth-event-keys.ts';
import { checkAuthEvents } from './check-auth-events.ts';
import { fixtureRoom, forVersions, readFixture, ruleOf, type FixtureEvent } from './testing/auth-fixtures.ts';

interface Fixture {
  readonly base: readonly FixtureEvent[];
  readonly selections: readonly {
    readonly name: string;
    readonly versions: string;
    readonly event: FixtureEvent;
    readonly selected: readonly (readonly [string, string])[];
  }[];
  readonly cases: readonly {
    readonly name: string;
    readonly versions: string;
    readonly event: FixtureEvent;
    readonly auth_events: readonly (readonly [string, string] | FixtureEvent)[];
    readonly rejected?: readonly number[];
    readonly allowed: boolean;
    readonly rule?: string;
  }[];
}

const { base, selections, cases } = readFixture<Fixture>('auth-events.json');

describe('authEventKeys', () => {
  test.each(forVersions(selections))('version $version.id: $case.name', ({ version, case: { event, selected } }) => {
    const keys = authEventKeys(version, { type: event.type, stateKey: event.state_key, sender: event.sender, content: event.content });
    const sorted = (pairs: typeof selected): string[] => pairs.map(([type, stateKey]) => stateKeyOf(type, stateKey)).toSorted();
    expect(sorted(keys)).toEqual(sorted(selected));
  });
});

describe('checkAuthEvents', () => {
  test.each(forVersions(cases))('version $version.id: $case.name', ({ version, case: item }) => {
    const room = fixtureRoom(version, base);
    const authEvents = item.auth_events.map((auth): RoomEvent => ('type' in auth ? room.make(auth) : room.lookup(auth[0], auth[1])!));
    const rejected = new Set(item.rejected?.map((place) => authEvents[place]));
    const verdict = checkAuthEvents({ version, event: room.make(item.event), authEvents, isRejected: (event) => rejected.has(event) });
    const { allowed } = verdict;
    expect({ allowed, rule: verdict.allowed ? undefined : verdict.rule }).toEqual({ allowed: item.allowed, rule: ruleOf(item, version) });
  });

  test('create events name none', () => {
    for (const { version } of forVersions([{ versions: '1-12' }])) {
      const room = fixtureRoom(version, base);
      expect(checkAuthEvents({ version, event: room.lookup('m.room.create', '')!, authEvents: [], isRejected: () => true }).allowed).toBe(true);
    }
  });
});
