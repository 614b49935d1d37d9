/**
 * Authorization rules (room version pages, "Authorization rules"): whether a state lets an event happen. Comments number
 * the steps as room version 11 does; verdicts carry the number of the room's own version. The step on `auth_events` is
 * in check-auth-events.ts. Signatures are not looked at, `join_authorised_via_users_server`'s included: whoever receives
 * an event verifies them before.
 */
import type { RoomEvent } from '../events/event.ts';
import { serverNameOf } from '../identifiers/parse.ts';
import type { RoomVersion } from '../room-versions.ts';
import { authoriseAliases } from './aliases-event.ts';
import { authoriseCreate } from './create-event.ts';
import { authoriseMember } from './member-event.ts';
import { authorisePowerLevels } from './power-levels-event.ts';
import { readPowerLevels } from './power-levels.ts';
import { authoriseRedaction } from './redaction-event.ts';
import { ruleNumber, type Section } from './rule-numbers.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthState, type AuthVerdict, type VerifySignature } from './verdict.ts';

const refuseSignature: VerifySignature = () => false;

export function authoriseEvent(options: {
  version: RoomVersion;
  event: RoomEvent;
  state: AuthState;
  /** absent: third-party invites are refused */
  verifySignature?: VerifySignature;
}): AuthVerdict {
  const { version, event, state, verifySignature = refuseSignature } = options;
  const deny = (section: Section, reason: string, ...under: readonly number[]): AuthVerdict => denied(ruleNumber(version, section, ...under), reason);
  // 1. m.room.create
  if (event.type === 'm.room.create') return authoriseCreate(version, event);
  // since version 12: the room id names the create event; before, 2.4. needs one
  const create = state('m.room.create', '');
  if (!create || (version.hashedRoomId && create.eventId.slice(1) !== event.roomId.slice(1))) {
    return version.hashedRoomId
      ? deny('room id', 'The room id does not name the create event of the room.')
      : deny('auth events', 'The room has no create event.', 4);
  }
  // 3. rooms that don't federate
  if (create.content['m.federate'] === false && serverNameOf(create.sender) !== serverNameOf(event.sender)) {
    return deny('federate', 'This room is not open to other servers.');
  }
  // before version 6: m.room.aliases
  if (event.type === 'm.room.aliases' && version.specialCasesAliases) return authoriseAliases(version, event);
  const levels = readPowerLevels({ version, create, powerLevels: state('m.room.power_levels', '') });
  const context: AuthContext = { version, event, state, create, levels, verifySignature };
  // 4. m.room.member
  if (event.type === 'm.room.member') return authoriseMember(context);
  // 5. the sender is in the room
  if (membershipIn(state, event.sender) !== 'join') return deny('sender in room', 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  // 6. m.room.third_party_invite
  if (event.type === 'm.room.third_party_invite') {
    return own >= levels.invite ? allowed : deny('third-party invite', 'You may not invite to this room.', 1);
  }
  // 7. the power level that the type needs
  if (own < levels.eventLevel(event.type, event.stateKey !== undefined)) {
    return deny('required level', `You may not send ${event.type} in this room.`);
  }
  // 8. state keys that are user ids
  if (event.stateKey?.startsWith('@') === true && event.stateKey !== event.sender) {
    return deny('state key', 'A state key that is a user id can only be set by that user.');
  }
  // 9. m.room.power_levels
  if (event.type === 'm.room.power_levels') return authorisePowerLevels(context);
  // versions 1 and 2: m.room.redaction
  if (event.type === 'm.room.redaction' && version.redactionAuthRule) return authoriseRedaction(context);
  // 10. else allowed
  return allowed;
}
