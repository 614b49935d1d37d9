import { describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../json.ts';
import { roomVersions, type RoomVersion } from '../room-versions.ts';
import { makeEvent } from '../state-resolution/testing/make-event.ts';
import { creatorsOf, readLevel, readPowerLevels, type PowerLevels } from './power-levels.ts';
import { forVersions, readFixture } from './testing/auth-fixtures.ts';

interface Fixture {
  readonly cases: readonly { readonly versions: string; readonly value: JsonValue; readonly level: number | null }[];
}

const alice = '@alice:a.example';
const bob = '@bob:b.example';
const carol = '@carol:a.example';

function createOf(version: RoomVersion, content: JsonObject): ReturnType<typeof makeEvent> {
  return makeEvent(version, {
    roomId: version.hashedRoomId ? undefined : '!r:a.example',
    type: 'm.room.create',
    stateKey: '',
    sender: alice,
    content,
    eventId: '$c:a.example',
  });
}

function levelsOf(version: RoomVersion, content: JsonObject | undefined, createContent: JsonObject = { creator: alice }): PowerLevels {
  const create = createOf(version, createContent);
  const powerLevels =
    content &&
    makeEvent(version, { roomId: create.roomId, type: 'm.room.power_levels', stateKey: '', sender: alice, content, eventId: '$p:a.example' });
  return readPowerLevels({ version, create, powerLevels });
}

test.each(forVersions(readFixture<Fixture>('power-level-values.json').cases))(
  'version $version.id: $case.value',
  ({ version, case: { value, level } }) => {
    expect(readLevel(value, version)).toBe(level ?? undefined);
  },
);

test('a float beyond a double is no level', () => {
  expect(readLevel(JSON.parse('1e400') as number, roomVersions[1])).toBeUndefined();
});

describe.each(Object.values(roomVersions))('version $id', (version) => {
  test('defaults without the event', () => {
    const levels = levelsOf(version, undefined);
    expect(levels).toMatchObject({ ban: 50, kick: 50, redact: 50, invite: 0, stateDefault: 50, eventsDefault: 0, usersDefault: 0 });
    expect(levels.userLevel(alice)).toBe(version.privilegedCreators ? Number.POSITIVE_INFINITY : 100);
    expect(levels.userLevel(bob)).toBe(0);
    expect([levels.eventLevel('m.room.topic', true), levels.eventLevel('m.room.message', false), levels.notificationLevel('room')]).toEqual([
      50, 0, 50,
    ]);
  });

  test('defaults with an empty event', () => {
    const levels = levelsOf(version, {});
    expect(levels).toMatchObject({ ban: 50, kick: 50, redact: 50, invite: 0, stateDefault: 50, eventsDefault: 0, usersDefault: 0 });
    expect(levels.userLevel(alice)).toBe(version.privilegedCreators ? Number.POSITIVE_INFINITY : 0);
  });

  test('what the event says', () => {
    const levels = levelsOf(version, {
      users: { [bob]: 75 },
      users_default: 5,
      events: { 'm.room.topic': 30 },
      events_default: 10,
      state_default: 20,
      notifications: { room: 60 },
      ban: 1,
      kick: 2,
      redact: 3,
      invite: 4,
    });
    expect(levels).toMatchObject({ ban: 1, kick: 2, redact: 3, invite: 4, stateDefault: 20, eventsDefault: 10, usersDefault: 5 });
    expect([levels.userLevel(bob), levels.userLevel(carol)]).toEqual([75, 5]);
    expect(levels.eventLevel('m.room.topic', true)).toBe(30);
    expect(levels.eventLevel('m.room.topic', false)).toBe(30);
    expect([levels.eventLevel('m.room.name', true), levels.eventLevel('m.room.message', false)]).toEqual([20, 10]);
    expect([levels.notificationLevel('room'), levels.notificationLevel('other')]).toEqual([60, 50]);
  });

  test('names of Object.prototype are no entries', () => {
    const levels = levelsOf(version, { users: {}, events: {} });
    expect(levels.userLevel('constructor')).toBe(0);
    expect(levels.eventLevel('toString', true)).toBe(50);
  });

  test('creators', () => {
    const expected = version.privilegedCreators ? [alice, carol] : version.implicitRoomCreator ? [alice] : [bob];
    expect(creatorsOf(version, createOf(version, { creator: bob, additional_creators: [carol, 5] }))).toEqual(expected);
    expect(creatorsOf(version, undefined)).toEqual([]);
  });
});

test('floats are cut off before version 6', () => {
  const [create, powerLevels] = [createOf(roomVersions[5], { creator: alice }), createOf(roomVersions[5], {})];
  const levels = readPowerLevels({
    version: roomVersions[5],
    create,
    powerLevels: { ...powerLevels, content: { users: { [bob]: 50.57 }, ban: 49.9 } },
  });
  expect([levels.userLevel(bob), levels.ban]).toEqual([50, 49]);
});

test('additional creators of version 12 have unlimited power whatever the event says', () => {
  const levels = levelsOf(roomVersions[12], { users: { [bob]: 1 } }, { additional_creators: [bob] });
  expect(levels.userLevel(bob)).toBe(Number.POSITIVE_INFINITY);
});
