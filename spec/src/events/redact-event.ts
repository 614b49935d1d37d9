/** Redaction (room version pages, "Redactions"): what remains of an event once it is redacted, and what is hashed of it. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

const TOP_LEVEL = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
];
/** kept until version 11 */
const OLD_TOP_LEVEL = ['origin', 'membership', 'prev_state'];

const POWER_LEVEL_KEYS = ['ban', 'events', 'events_default', 'kick', 'redact', 'state_default', 'users', 'users_default'];

function pick(object: JsonObject, keys: readonly string[]): Record<string, JsonValue> {
  const picked: Record<string, JsonValue> = {};
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}

/** The content that a redacted event of the type keeps. */
export function redactContent(type: string, content: JsonObject, version: RoomVersion): JsonObject {
  switch (type) {
    case 'm.room.member':
      return redactMember(content, version);
    case 'm.room.create':
      return version.updatedRedactionRules ? content : pick(content, ['creator']);
    case 'm.room.join_rules':
      return pick(content, version.redactionKeepsAllow ? ['join_rule', 'allow'] : ['join_rule']);
    case 'm.room.power_levels':
      return pick(content, version.updatedRedactionRules ? [...POWER_LEVEL_KEYS, 'invite'] : POWER_LEVEL_KEYS);
    case 'm.room.history_visibility':
      return pick(content, ['history_visibility']);
    case 'm.room.aliases':
      return version.specialCasesAliases ? pick(content, ['aliases']) : {};
    case 'm.room.redaction':
      return version.updatedRedactionRules ? pick(content, ['redacts']) : {};
    default:
      return {};
  }
}

function redactMember(content: JsonObject, version: RoomVersion): JsonObject {
  const kept = pick(content, version.redactionKeepsJoinAuthorised ? ['membership', 'join_authorised_via_users_server'] : ['membership']);
  const invite = content['third_party_invite'];
  // Without `signed` an empty object stays, as other servers have it: event ids depend on it.
  if (version.updatedRedactionRules && isJsonObject(invite)) {
    kept['third_party_invite'] = pick(invite, ['signed']);
  }
  return kept;
}

/** The redacted form of an event on the wire. */
export function redactEventJson(json: JsonObject, version: RoomVersion): JsonObject {
  const kept = pick(json, version.updatedRedactionRules ? TOP_LEVEL : [...TOP_LEVEL, ...OLD_TOP_LEVEL]);
  const content = isJsonObject(json['content']) ? json['content'] : {};
  kept['content'] = redactContent(typeof json['type'] === 'string' ? json['type'] : '', content, version);
  return kept;
}
