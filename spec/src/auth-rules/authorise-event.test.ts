import { describe, expect, test } from '@jest/globals';
import { authoriseEvent } from './authorise-event.ts';
import { fixtureRoom, forVersions, readFixture, ruleOf, type AuthCase, type FixtureEvent } from './testing/auth-fixtures.ts';

interface Fixture {
  readonly base: readonly FixtureEvent[];
  readonly cases: readonly AuthCase[];
}

describe.each(['create.json', 'any-event.json', 'member.json', 'power-levels.json'])('%s', (file) => {
  const { base, cases } = readFixture<Fixture>(file);
  test.each(forVersions(cases))('version $version.id: $case.name', ({ version, case: item }) => {
    const room = fixtureRoom(version, base, item);
    const verdict = authoriseEvent({ version, event: room.make(item.event), state: room.lookup });
    const { allowed } = verdict;
    expect({ allowed, rule: verdict.allowed ? undefined : verdict.rule }).toEqual({ allowed: item.allowed, rule: ruleOf(item, version) });
  });
});
