/** POST .../upgrade: a new room of another version takes the place of this one (Client-Server API, "Room upgrades"). */
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import { MatrixError, forbidden } from '@nexuscomm/spec/errors.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import { findRoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { RoomAliases } from './aliases.ts';
import { BAN } from './membership.ts';
import type { Memberships } from './memberships.ts';
import type { PublicDirectory } from './public-directory.ts';
import type { Room } from './room.ts';
import type { EventDraft } from './compose-event.ts';
import type { RoomEngine } from './room-engine.ts';

/** The level of who makes a room. */
const ADMIN = 100;

/** State that the new room takes over; members other than bans come by themselves. */
const TRANSFERRED = [
  'm.room.server_acl',
  'm.room.encryption',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.guest_access',
  'm.room.history_visibility',
  'm.room.join_rules',
  'm.room.power_levels',
];

export interface UpgradeDeps {
  readonly engine: RoomEngine;
  readonly memberships: Memberships;
  readonly aliases: RoomAliases;
  readonly directory: PublicDirectory;
}

export async function upgradeRoom(
  deps: UpgradeDeps,
  user: { userId: UserId; userNid: number },
  room: Room,
  request: { new_version: string; additional_creators?: readonly string[] },
): Promise<Room> {
  const { engine } = deps;
  const version = findRoomVersion(request.new_version);
  if (!version)
    throw new MatrixError('M_UNSUPPORTED_ROOM_VERSION', 400, `This server does not know room version ${request.new_version.slice(0, 40)}.`);
  if (!room.isJoined(user.userNid)) throw forbidden('You are not in this room.');
  const [create, powerLevels] = await Promise.all([engine.stateEvent(room, 'm.room.create', ''), engine.stateEvent(room, 'm.room.power_levels', '')]);
  const levels = readPowerLevels({ version: room.version, create: create?.event, powerLevels: powerLevels?.event });
  if (levels.userLevel(user.userId) < levels.eventLevel('m.room.tombstone', true)) throw forbidden('You may not upgrade this room.');

  const tip = room.head.tips[0]?.eventId;
  const { creator: _creator, room_version: _version, predecessor: _predecessor, additional_creators: _additional, ...kept } = create?.content ?? {};
  const additional = version.privilegedCreators ? (request.additional_creators ?? []) : [];
  const creation: JsonObject = {
    ...kept,
    ...(version.implicitRoomCreator ? {} : { creator: user.userId }),
    ...(additional.length > 0 ? { additional_creators: additional } : {}),
    room_version: version.id,
    predecessor: { room_id: room.roomId, ...(tip === undefined ? {} : { event_id: tip }) },
  };
  const transferred: EventDraft[] = [];
  let newLevels: JsonObject = {};
  for (const type of TRANSFERRED) {
    const event = await engine.stateEvent(room, type, '');
    if (!event) continue;
    if (type === 'm.room.power_levels') newLevels = withNumbers(event.content);
    else transferred.push({ sender: user.userId, type, stateKey: '', content: event.content });
  }
  if (!version.privilegedCreators && create) newLevels = withCreators(newLevels, creatorsOf(room, create.event));
  const bans = await bansOf(deps, user.userId, room);
  const ownProfile = await deps.memberships.profileContent(user.userId);
  const creators = [user.userId, ...additional];
  const replacement = await engine.create({
    version,
    create: { sender: user.userId, type: 'm.room.create', stateKey: '', content: creation },
    initial: () => [
      { sender: user.userId, type: 'm.room.member', stateKey: user.userId, content: { ...ownProfile, membership: 'join' } },
      {
        sender: user.userId,
        type: 'm.room.power_levels',
        stateKey: '',
        content: startingLevels(newLevels, user.userId, version.privilegedCreators ? creators : undefined),
      },
      ...transferred,
      ...bans,
      ...(version.privilegedCreators ? [] : [{ sender: user.userId, type: 'm.room.power_levels', stateKey: '', content: newLevels }]),
    ],
  });
  await engine.send(room, {
    sender: user.userId,
    type: 'm.room.tombstone',
    stateKey: '',
    content: { body: 'This room has been replaced', replacement_room: replacement.roomId },
  });
  await moveDirectory(deps, user.userId, room, replacement);
  await restrictOldRoom(deps, user.userId, room, powerLevels?.content ?? {});
  return replacement;
}

/** Levels that older rooms have as text are numbers in newer ones (room version 10). */
function withNumbers(levels: JsonObject): JsonObject {
  const numbers = (value: JsonValue | undefined): JsonValue | undefined => {
    if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
    return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, numbers(one)!])) : value;
  };
  return numbers(levels) as JsonObject;
}

/** Whoever has all power in the old room without being named in its levels (room version 12). */
function creatorsOf({ version }: Room, { sender, content }: RoomEvent): readonly string[] {
  if (!version.privilegedCreators) return [];
  const { additional_creators: others } = content;
  return [sender, ...(Array.isArray(others) ? others.filter((one) => typeof one === 'string') : [])];
}

function withCreators(levels: JsonObject, creators: readonly string[]): JsonObject {
  if (creators.length === 0) return levels;
  const level = highestOf(levels);
  const users = levels['users'] as JsonObject | undefined;
  return { ...levels, users: { ...users, ...Object.fromEntries(creators.map((creator) => [creator, level])) } };
}

/** As much as anything in the room takes, or anybody there has. */
function highestOf(levels: JsonObject): number {
  const numbersOf = (values: JsonValue | undefined): number[] =>
    isJsonObject(values) ? Object.values(values).filter((level) => typeof level === 'number') : [];
  return Math.max(ADMIN, ...[levels, levels['users'], levels['events'], levels['notifications']].flatMap(numbersOf));
}

/** The upgrading user needs enough power for the transfer; version 12 creators must not be named. */
function startingLevels(levels: JsonObject, userId: string, creators: readonly string[] | undefined): JsonObject {
  const users = { ...(levels['users'] as JsonObject | undefined) } as Record<string, JsonValue>;
  if (creators) {
    for (const creator of creators) delete users[creator];
    return { ...levels, users };
  }
  // All that is there may be set again afterwards, their own level of before too.
  return { ...levels, users: { ...users, [userId]: highestOf(levels) } };
}

async function bansOf({ engine }: UpgradeDeps, sender: UserId, room: Room): Promise<EventDraft[]> {
  const banned = [...room.members.values()].filter((member) => member.membership === BAN);
  const events = await engine.events.byNids(banned.map((member) => member.nid));
  return [...events.values()].map((stored) => ({ sender, type: 'm.room.member', stateKey: stored.event.stateKey!, content: stored.content }));
}

async function moveDirectory({ engine, aliases, directory }: UpgradeDeps, sender: UserId, room: Room, replacement: Room): Promise<void> {
  await aliases.move(room.roomId, replacement.roomId);
  const canonical = await engine.stateEvent(room, 'm.room.canonical_alias', '');
  if (canonical) {
    await whereAllowed(engine.send(room, { sender, type: 'm.room.canonical_alias', stateKey: '', content: {} }));
    await whereAllowed(engine.send(replacement, { sender, type: 'm.room.canonical_alias', stateKey: '', content: canonical.content }));
  }
  if (await directory.isPublished(room.nid)) {
    await directory.publish(room.nid, false);
    await directory.publish(replacement.nid, true);
  }
}

/** Where the sender may, speaking and inviting in the old room is left to moderators. */
async function restrictOldRoom({ engine }: UpgradeDeps, sender: UserId, room: Room, levels: JsonObject): Promise<void> {
  const usersDefault = typeof levels['users_default'] === 'number' ? levels['users_default'] : 0;
  const muted = Math.max(50, usersDefault + 1);
  await whereAllowed(
    engine.send(room, { sender, type: 'm.room.power_levels', stateKey: '', content: { ...levels, events_default: muted, invite: muted } }),
  );
}

/** What comes after the tombstone: the upgrade has happened, also where the sender may not do all of this. */
async function whereAllowed(sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
  }
}
