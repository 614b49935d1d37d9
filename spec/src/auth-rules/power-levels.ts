/** Power levels (Client-Server API, `m.room.power_levels`; room version pages): what users have and what acts need. */
import type { RoomEvent } from '../events/event.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

export interface PowerLevels {
  /** Infinity for the creators of a version 12 room. */
  userLevel(userId: string): number;
  eventLevel(type: string, isState: boolean): number;
  notificationLevel(key: string): number;
  readonly ban: number;
  readonly kick: number;
  readonly invite: number;
  readonly redact: number;
}

/** Levels that hold where a power levels event says nothing. */
export const DEFAULT_LEVELS = { ban: 50, kick: 50, redact: 50, invite: 0, state_default: 50, events_default: 0, users_default: 0 } as const;
const CREATOR_LEVEL = 100;
const DEFAULT_NOTIFICATION_LEVEL = 50;

/**
 * Reads a level. Before version 10 strings count as the integers they spell, with white space around and a sign, and
 * other values as absent; since then only integers count.
 */
export function readLevel(value: JsonValue | undefined, version: RoomVersion): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (version.integerPowerLevels || typeof value !== 'string') return undefined;
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value) ? Number(value.replaceAll('_', '')) : undefined;
}

/** Who created the room: its sender (version 11+) or `content.creator`, and in version 12 the additional creators. */
export function creatorsOf(version: RoomVersion, create: RoomEvent | undefined): readonly string[] {
  if (!create) return [];
  if (!version.implicitRoomCreator) return typeof create.content['creator'] === 'string' ? [create.content['creator']] : [];
  const additional = version.privilegedCreators ? create.content['additional_creators'] : undefined;
  return [create.sender, ...(Array.isArray(additional) ? additional.filter((user) => typeof user === 'string') : [])];
}

export function readPowerLevels(options: {
  version: RoomVersion;
  create: RoomEvent | undefined;
  powerLevels: RoomEvent | undefined;
}): PowerLevels {
  const { version, create, powerLevels } = options;
  const creators = creatorsOf(version, create);
  const content: JsonObject = powerLevels?.content ?? {};
  const part = (name: string): JsonObject => (isJsonObject(content[name]) ? content[name] : {});
  const users = part('users');
  const events = part('events');
  const notifications = part('notifications');
  const own = (object: JsonObject, key: string): number | undefined =>
    Object.hasOwn(object, key) ? readLevel(object[key], version) : undefined;
  const level = (name: keyof typeof DEFAULT_LEVELS): number => own(content, name) ?? DEFAULT_LEVELS[name];
  // Without the event nobody has restricted sending state.
  const stateDefault = powerLevels ? level('state_default') : 0;
  return {
    userLevel: (userId) => {
      if (version.privilegedCreators && creators.includes(userId)) return Number.POSITIVE_INFINITY;
      if (!powerLevels) return creators.includes(userId) ? CREATOR_LEVEL : 0;
      return own(users, userId) ?? level('users_default');
    },
    eventLevel: (type, isState) => own(events, type) ?? (isState ? stateDefault : level('events_default')),
    notificationLevel: (key) => own(notifications, key) ?? DEFAULT_NOTIFICATION_LEVEL,
    ban: level('ban'),
    kick: level('kick'),
    invite: level('invite'),
    redact: level('redact'),
  };
}
