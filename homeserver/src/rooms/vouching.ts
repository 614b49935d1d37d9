/** Restricted rooms: who is let in because of another room, and who of this server can vouch for it (room version 8). */
import { readPowerLevels } from '@nexuscomm/spec/auth-rules/power-levels.ts';
import { MatrixError, forbidden } from '@nexuscomm/spec/errors.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import { INVITE, JOIN } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import { stateKeyText } from './state-key.ts';

/**
 * The user of this server whom a join names in `join_authorised_via_users_server`; undefined if it needs none. Throws
 * M_FORBIDDEN if the user is in none of the rooms, M_UNABLE_TO_AUTHORISE_JOIN if this server is in none of them, and
 * M_UNABLE_TO_GRANT_JOIN if nobody here may invite.
 */
export async function vouchingUser(engine: RoomEngine, ownServerNid: number, room: Room, userNid: number): Promise<string | undefined> {
  const membership = room.members.get(userNid)?.membership;
  if (membership === INVITE || membership === JOIN) return undefined;
  const rules = (await engine.stateEvent(room, 'm.room.join_rules', ''))?.content;
  const rule = rules?.['join_rule'];
  const restricted = (rule === 'restricted' && room.version.restrictedJoin) || (rule === 'knock_restricted' && room.version.knockRestrictedJoin);
  if (!restricted) return undefined;
  const allow = Array.isArray(rules?.['allow']) ? rules['allow'] : [];
  const named = allow.flatMap((entry) =>
    isJsonObject(entry) && entry['type'] === 'm.room_membership' && typeof entry['room_id'] === 'string' ? [entry['room_id']] : [],
  );
  let knowsAll = true;
  for (const roomId of named) {
    const other = await engine.find(roomId);
    if (other?.servers.has(ownServerNid) !== true) knowsAll = false;
    else if (other.isJoined(userNid)) return inviterOf(engine, ownServerNid, room);
  }
  if (!knowsAll) throw new MatrixError('M_UNABLE_TO_AUTHORISE_JOIN', 400, 'This server is not in the rooms that this room names.');
  throw forbidden('To join this room you need an invite, or to be in one of the rooms that it names.');
}

async function inviterOf(engine: RoomEngine, ownServerNid: number, room: Room): Promise<string> {
  const { strings, events } = engine;
  const [createKey, levelsKey] = await strings.ids([stateKeyText('m.room.create', ''), stateKeyText('m.room.power_levels', '')]);
  const nids = [room.state.get(createKey!), room.state.get(levelsKey!)];
  const loaded = await events.byNids(nids.filter((nid) => nid !== undefined));
  const levels = readPowerLevels({ version: room.version, create: loaded.get(nids[0] ?? 0)?.event, powerLevels: loaded.get(nids[1] ?? 0)?.event });
  for (const member of room.members.values()) {
    if (member.membership !== JOIN || member.serverNid !== ownServerNid) continue;
    const userId = await strings.text(member.userNid);
    if (levels.userLevel(userId) >= levels.invite) return userId;
  }
  throw new MatrixError('M_UNABLE_TO_GRANT_JOIN', 400, 'Nobody on this server can let you into this room.');
}
