/** Which state events an event names in `auth_events` (Server-Server API, "Auth events selection"). */
import { isJsonObject, type JsonObject } from '../json.ts';
import type { RoomVersion } from '../room-versions.ts';

export type StateKeyPair = readonly [type: string, stateKey: string];

export function authEventKeys(
  version: RoomVersion,
  event: { readonly type: string; readonly stateKey?: string | undefined; readonly sender: string; readonly content: JsonObject },
): readonly StateKeyPair[] {
  if (event.type === 'm.room.create') return [];
  const keys: StateKeyPair[] = version.hashedRoomId ? [] : [['m.room.create', '']];
  keys.push(['m.room.power_levels', ''], ['m.room.member', event.sender]);
  if (event.type !== 'm.room.member') return keys;

  const { membership } = event.content;
  if (event.stateKey !== undefined && event.stateKey !== event.sender) keys.push(['m.room.member', event.stateKey]);
  if (membership === 'join' || membership === 'invite' || (membership === 'knock' && version.knock)) keys.push(['m.room.join_rules', '']);
  const thirdParty = event.content['third_party_invite'];
  const signed = membership === 'invite' && isJsonObject(thirdParty) ? thirdParty['signed'] : undefined;
  if (isJsonObject(signed) && typeof signed['token'] === 'string') keys.push(['m.room.third_party_invite', signed['token']]);
  const authorising = event.content['join_authorised_via_users_server'];
  if (membership === 'join' && version.restrictedJoin && typeof authorising === 'string' && authorising !== event.sender) {
    keys.push(['m.room.member', authorising]);
  }
  return keys;
}
