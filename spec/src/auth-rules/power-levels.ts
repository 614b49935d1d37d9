/** Power levels (Client-Server API, `m.room.power_levels`; room version pages): what users have and what acts need. */
import type { RoomEvent } from '../events/event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

export interface PowerLevels {
  /** Infinity for the creators of a version 12 room. */
  userLevel(userId: string): number;
  /** What sending an event of the type needs; memberships and third-party invites have rules of their own. */
  eventLevel(type: string, isState: boolean): number;
  /** What notifying everybody needs, for example with the key `room`. */
  notificationLevel(key: string): number;
  readonly ban: number;
  readonly kick: number;
  readonly invite: number;
  readonly redact: number;
  readonly stateDefault: number;
  readonly eventsDefault: number;
  readonly usersDefault: number;
}

/** Levels that hold where a power levels event says nothing, or where there is none. */
export const DEFAULT_LEVELS = { ban: 50, kick: 50, redact: 50, invite: 0, state_default: 50, events_default: 0, users_default: 0 } as const;
/** What the creator has in a room without power levels, before version 12. */
const CREATOR_LEVEL = 100;
const DEFAULT_NOTIFICATION_LEVEL = 50;

/** An integer in base 10 with an optional sign and white space around it. */
const INTEGER_TEXT = /^\s*[+-]?\d+\s*$/;

/**
 * Reads a level; undefined if it is none. Before version 10 strings count as the integers they spell and the fraction of
 * a float is cut off; since then only integers count.
 */
export function readLevel(value: JsonValue | undefined, version: RoomVersion): number | undefined {
  if (version.integerPowerLevels) return Number.isInteger(value) ? (value as number) : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  return typeof value === 'string' && INTEGER_TEXT.test(value) ? Number(value) : undefined;
}

/** Who created the room: its sender (version 11 on) or `content.creator`, and from version 12 on `additional_creators`. */
export function creatorsOf(version: RoomVersion, create: RoomEvent | undefined): readonly string[] {
  if (!create) return [];
  if (!version.implicitRoomCreator) return typeof create.content['creator'] === 'string' ? [create.content['creator']] : [];
  const additional = version.privilegedCreators ? create.content['additional_creators'] : undefined;
  return [create.sender, ...(Array.isArray(additional) ? additional.filter((user) => typeof user === 'string') : [])];
}

export function readPowerLevels(options: { version: RoomVersion; create: RoomEvent | undefined; powerLevels: RoomEvent | undefined }): PowerLevels {
  const { version, create, powerLevels } = options;
  const creators = creatorsOf(version, create);
  const content: JsonObject = powerLevels?.content ?? {};
  const part = (name: string): JsonObject => (isJsonObject(content[name]) ? content[name] : {});
  const users = part('users');
  const events = part('events');
  const notifications = part('notifications');
  const read = (object: JsonObject, key: string): number | undefined => (Object.hasOwn(object, key) ? readLevel(object[key], version) : undefined);
  const level = (name: keyof typeof DEFAULT_LEVELS): number => read(content, name) ?? DEFAULT_LEVELS[name];
  const usersDefault = level('users_default');
  const eventsDefault = level('events_default');
  const stateDefault = level('state_default');
  return {
    userLevel: (userId) => {
      if (version.privilegedCreators && creators.includes(userId)) return Number.POSITIVE_INFINITY;
      if (!powerLevels) return creators.includes(userId) ? CREATOR_LEVEL : usersDefault;
      return read(users, userId) ?? usersDefault;
    },
    eventLevel: (type, isState) => read(events, type) ?? (isState ? stateDefault : eventsDefault),
    notificationLevel: (key) => read(notifications, key) ?? DEFAULT_NOTIFICATION_LEVEL,
    ban: level('ban'),
    kick: level('kick'),
    invite: level('invite'),
    redact: level('redact'),
    stateDefault,
    eventsDefault,
    usersDefault,
  };
}
