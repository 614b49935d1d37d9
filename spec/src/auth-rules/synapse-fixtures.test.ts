/**
 * The cases of the fixtures through an installed Synapse, so that what the fixtures expect is not only our own reading of
 * the rules. See ../state-resolution/synapse-differential.test.ts for how it is found and why cases are left out.
 */
import { afterAll, expect, test } from '@jest/globals';
import { roomVersions, type RoomVersion } from '../room-versions.ts';
import { findSynapsePeer } from '../state-resolution/testing/synapse-peer.ts';
import { fixtureRoom, forVersions, readFixture, type AuthCase, type FixtureEvent } from './testing/auth-fixtures.ts';

interface Fixture {
  readonly base: readonly FixtureEvent[];
  readonly cases: readonly AuthCase[];
}

/** Cases in which Synapse does other than the rules say, or looks at them elsewhere. */
const DISPUTED = new Set([
  'redaction of nothing',
  // For Synapse a room federates only if m.federate is absent or true.
  'rooms federate unless m.federate is false itself',
  'm.federate null means nothing',
  // Synapse looks at it when it receives the event, not when it asks the state.
  'the room id is the hash of another create event',
  'a room id with a server name in version 12',
]);

const peer = await findSynapsePeer();

afterAll(() => peer?.[Symbol.asyncDispose]());

const compared = peer ? test : test.skip;

compared.each(
  ['create.json', 'any-event.json', 'member.json', 'power-levels.json'].flatMap((file) =>
    Object.values(roomVersions).map((version) => ({ file, version })),
  ),
)('$file, version $version.id', async ({ file, version }: { file: string; version: RoomVersion }) => {
  const { base, cases } = readFixture<Fixture>(file);
  for (const { case: item } of forVersions(cases).filter((each) => each.version === version && !DISPUTED.has(each.case.name))) {
    const room = fixtureRoom(version, base, item);
    const events = [...room.state.values()];
    const question = { event: room.make(item.event).json, state: events.map(({ eventId }) => eventId) };
    const answer = await peer!.ask({ roomVersion: version.id, events: events.map(({ json }) => json), verdicts: [question] });
    expect({ name: item.name, allowed: answer.verdicts[0] }).toMatchObject({ name: item.name, allowed: { allowed: item.allowed } });
  }
});
