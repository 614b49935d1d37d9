/** Authorization rules: m.room.create. */
import type { RoomEvent } from '../events/event.ts';
import { isUserId, serverNameOf } from '../identifiers/parse.ts';
import { findRoomVersion, type RoomVersion } from '../room-versions.ts';
import { ruleNumber } from './rule-numbers.ts';
import { allowed, denied, type AuthVerdict } from './verdict.ts';

export function authoriseCreate(version: RoomVersion, event: RoomEvent): AuthVerdict {
  const { content } = event;
  const deny = (step: number, reason: string): AuthVerdict => denied(ruleNumber(version, 'create', step), reason);
  if (event.prevEvents.length > 0) return deny(1, 'A create event must be the first event of its room.');
  if (version.hashedRoomId) {
    if (event.json['room_id'] !== undefined) return deny(2, 'The create event of this room version has no room_id.');
  } else if (serverNameOf(event.roomId) !== serverNameOf(event.sender)) {
    return deny(2, 'The room id must be of the server of the sender.');
  }
  const named = content['room_version'];
  if (named !== undefined && (typeof named !== 'string' || !findRoomVersion(named))) return deny(3, 'The room version is not known.');
  if (!version.implicitRoomCreator && content['creator'] === undefined) return deny(4, 'The create event names no creator.');
  const additional = content['additional_creators'];
  if (version.privilegedCreators && additional !== undefined) {
    const valid = Array.isArray(additional) && additional.every((user) => typeof user === 'string' && isUserId(user));
    if (!valid) return deny(4, 'additional_creators must be a list of user ids.');
  }
  return allowed;
}
