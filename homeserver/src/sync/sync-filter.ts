/** Filters (Client-Server API, "Filtering"): parsed once, then asked per event. */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { isRoomId, isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '@nexuscomm/spec/json.ts';
import type { StoredEvent } from '../rooms/stored-event.ts';

export interface EventFilter {
  readonly limit: number | undefined;
  /** True when every event passes. */
  readonly passesAll: boolean;
  /** True when no event can pass: `types` or `senders` is the empty list. */
  readonly passesNone: boolean;
  allowsType(type: string): boolean;
  allows(event: { type: string; sender: string; content: JsonObject; roomId?: string }): boolean;
}

export interface RoomEventFilter extends EventFilter {
  readonly lazyLoadMembers: boolean;
  readonly includeRedundantMembers: boolean;
  readonly unreadThreadNotifications: boolean;
  allowsRoom(roomId: string): boolean;
}

export interface SyncFilter {
  readonly eventFields: readonly (readonly string[])[] | undefined;
  readonly federationFormat: boolean;
  readonly accountData: EventFilter;
  readonly presence: EventFilter;
  readonly includeLeave: boolean;
  allowsRoom(roomId: string): boolean;
  readonly timeline: RoomEventFilter;
  readonly state: RoomEventFilter;
  readonly ephemeral: RoomEventFilter;
  readonly roomAccountData: RoomEventFilter;
}

const invalid = (path: string, expected: string): MatrixError => new MatrixError('M_INVALID_PARAM', 400, `The filter's ${path} must be ${expected}.`);

function member(object: JsonObject, name: string, path: string): JsonObject {
  const value = object[name];
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw invalid(path, 'an object');
  return value;
}

function strings(object: JsonObject, name: string, path: string): string[] | undefined {
  const value = object[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw invalid(`${path}.${name}`, 'a list of strings');
  return value as string[];
}

function ids(object: JsonObject, name: string, path: string, isId: (text: string) => boolean, what: string): string[] | undefined {
  const values = strings(object, name, path);
  if (values && !values.every(isId)) throw invalid(`${path}.${name}`, `a list of ${what}`);
  return values;
}

function flag(object: JsonObject, name: string, path: string): boolean {
  const value: JsonValue | undefined = object[name];
  if (value !== undefined && typeof value !== 'boolean') throw invalid(`${path}.${name}`, 'true or false');
  return value === true;
}

function globRegExp(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^]*')}$`, 'u');
}

/** `*` stands for any run of characters. */
function typeMatcher(patterns: readonly string[]): (type: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map(globRegExp);
  return (type) => exact.has(type) || globs.some((glob) => glob.test(type));
}

export function parseRoomEventFilter(source: JsonObject, path: string): RoomEventFilter {
  const types = strings(source, 'types', path);
  const notTypes = strings(source, 'not_types', path) ?? [];
  const senders = ids(source, 'senders', path, isUserId, 'user ids');
  const notSenders = new Set(ids(source, 'not_senders', path, isUserId, 'user ids'));
  const rooms = ids(source, 'rooms', path, isRoomId, 'room ids');
  const notRooms = new Set(ids(source, 'not_rooms', path, isRoomId, 'room ids'));
  const limit = source['limit'];
  if (limit !== undefined && (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0))
    throw invalid(`${path}.limit`, 'a whole number above 0');
  const containsUrl = source['contains_url'];
  if (containsUrl !== undefined && typeof containsUrl !== 'boolean') throw invalid(`${path}.contains_url`, 'true or false');

  const isType = types && typeMatcher(types);
  const isNotType = typeMatcher(notTypes);
  const senderSet = senders && new Set(senders);
  const roomSet = rooms && new Set(rooms);
  const allowsType = (type: string): boolean => !isNotType(type) && (isType === undefined || isType(type));
  const allowsRoom = (roomId: string): boolean => !notRooms.has(roomId) && (roomSet === undefined || roomSet.has(roomId));
  return {
    limit,
    lazyLoadMembers: flag(source, 'lazy_load_members', path),
    includeRedundantMembers: flag(source, 'include_redundant_members', path),
    unreadThreadNotifications: flag(source, 'unread_thread_notifications', path),
    passesAll: !types && notTypes.length === 0 && !senders && notSenders.size === 0 && !rooms && notRooms.size === 0 && containsUrl === undefined,
    passesNone: types?.length === 0 || senders?.length === 0 || rooms?.length === 0,
    allowsType,
    allowsRoom,
    allows: ({ type, sender, content, roomId }) =>
      allowsType(type) &&
      !notSenders.has(sender) &&
      (senderSet === undefined || senderSet.has(sender)) &&
      (roomId === undefined || allowsRoom(roomId)) &&
      (containsUrl === undefined || (typeof content['url'] === 'string') === containsUrl),
  };
}

/** Parses a filter definition; M_INVALID_PARAM names what is wrong with it. */
export function parseSyncFilter(source: JsonObject): SyncFilter {
  const room = member(source, 'room', 'room');
  const rooms = ids(room, 'rooms', 'room', isRoomId, 'room ids');
  const notRooms = new Set(ids(room, 'not_rooms', 'room', isRoomId, 'room ids'));
  const roomSet = rooms && new Set(rooms);
  const format = source['event_format'];
  if (format !== undefined && format !== 'client' && format !== 'federation') throw invalid('event_format', 'client or federation');
  const part = (name: string): RoomEventFilter => parseRoomEventFilter(member(room, name, `room.${name}`), `room.${name}`);
  return {
    eventFields: strings(source, 'event_fields', 'filter')?.map((path) => splitFieldPath(path)),
    federationFormat: format === 'federation',
    accountData: parseRoomEventFilter(member(source, 'account_data', 'account_data'), 'account_data'),
    presence: parseRoomEventFilter(member(source, 'presence', 'presence'), 'presence'),
    includeLeave: flag(room, 'include_leave', 'room'),
    allowsRoom: (roomId) => !notRooms.has(roomId) && (roomSet === undefined || roomSet.has(roomId)),
    timeline: part('timeline'),
    state: part('state'),
    ephemeral: part('ephemeral'),
    roomAccountData: part('account_data'),
  };
}

/** A dotted path; a backslash keeps the next character (a dot in a key). */
function splitFieldPath(path: string): string[] {
  const parts = [''];
  for (let i = 0; i < path.length; i++) {
    const char = path[i]!;
    if (char === '\\' && i + 1 < path.length) parts[parts.length - 1] += path[++i]!;
    else if (char === '.') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

export function allowsStored(filter: RoomEventFilter, stored: StoredEvent): boolean {
  if (filter.passesAll) return true;
  const { event } = stored;
  return filter.allows({ type: event.type, sender: event.sender, content: stored.content, roomId: event.roomId });
}

/** Keeps only the named fields of an event in client format (`event_fields`). */
export function selectFields(event: JsonObject, fields: readonly (readonly string[])[]): JsonObject {
  const selected: Record<string, JsonValue> = {};
  for (const path of fields) copyPath(event, selected, path);
  return selected;
}

function copyPath(from: JsonObject, to: Record<string, JsonValue>, [name, ...rest]: readonly string[]): void {
  if (name === undefined || !Object.hasOwn(from, name)) return;
  const value = from[name];
  if (value === undefined) return;
  if (rest.length === 0) {
    to[name] = value;
  } else if (isJsonObject(value)) {
    const inner = Object.hasOwn(to, name) && isJsonObject(to[name]) ? { ...to[name] } : {};
    copyPath(value, inner as Record<string, JsonValue>, rest);
    to[name] = inner as JsonObject;
  }
}
