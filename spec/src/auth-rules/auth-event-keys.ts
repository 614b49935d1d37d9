/** Which state events an event names in `auth_events` (Server-Server API, "Auth events selection"). */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

export type StateKeyPair = readonly [type: string, stateKey: string];

const CREATE: StateKeyPair = ['m.room.create', ''];
const POWER_LEVELS: StateKeyPair = ['m.room.power_levels', ''];
const JOIN_RULES: StateKeyPair = ['m.room.join_rules', ''];

/** Each key once, in no order that matters. */
export function authEventKeys(
  version: RoomVersion,
  event: { readonly type: string; readonly stateKey?: string | undefined; readonly sender: string; readonly content: JsonObject },
): readonly StateKeyPair[] {
  if (event.type === 'm.room.create') return [];
  const keys: StateKeyPair[] = version.hashedRoomId ? [POWER_LEVELS] : [CREATE, POWER_LEVELS];
  if (event.type !== 'm.room.member') return [...keys, ['m.room.member', event.sender]];

  const { membership } = event.content;
  const members = new Set([event.sender]);
  if (event.stateKey !== undefined) members.add(event.stateKey);
  if (membership === 'join' || membership === 'invite' || membership === 'knock') keys.push(JOIN_RULES);
  if (membership === 'join' && version.restrictedJoin) {
    const authorising = event.content['join_authorised_via_users_server'];
    if (typeof authorising === 'string') members.add(authorising);
  }
  const token = membership === 'invite' ? thirdPartyToken(event.content['third_party_invite']) : undefined;
  if (token !== undefined) keys.push(['m.room.third_party_invite', token]);
  for (const member of members) keys.push(['m.room.member', member]);
  return keys;
}

function thirdPartyToken(invite: JsonValue | undefined): string | undefined {
  const signed = isJsonObject(invite) ? invite['signed'] : undefined;
  return isJsonObject(signed) && typeof signed['token'] === 'string' ? signed['token'] : undefined;
}
