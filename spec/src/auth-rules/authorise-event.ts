/**
 * Authorization rules (room version pages, "Authorization rules"): whether a state lets an event happen. Step numbers are
 * those of room version 12; the steps on auth_events are in check-auth-events.ts.
 */
import type { RoomEvent } from '../events/event.ts';
import { serverNameOf } from '../identifiers/parse.ts';
import type { RoomVersion } from '../room-versions.ts';
import { authoriseCreate } from './create-event.ts';
import { authoriseMember } from './member-event.ts';
import { authorisePowerLevels } from './power-levels-event.ts';
import { readPowerLevels } from './power-levels.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthState, type AuthVerdict, type VerifySigned } from './verdict.ts';

const refuseSigned: VerifySigned = () => false;

export function authoriseEvent(options: {
  version: RoomVersion;
  event: RoomEvent;
  state: AuthState;
  /** absent: third-party invites are refused */
  verifySigned?: VerifySigned;
}): AuthVerdict {
  const { version, event, state, verifySigned = refuseSigned } = options;
  // 1. m.room.create
  if (event.type === 'm.room.create') return authoriseCreate(version, event);
  // 2. there is a create event, and the room is this one
  const create = state('m.room.create', '');
  if (!create) return denied('2', 'The room has no create event.');
  // 3. rooms that don't federate
  if (create.content['m.federate'] === false && serverNameOf(create.sender) !== serverNameOf(event.sender)) {
    return denied('3', 'This room is not open to other servers.');
  }
  // before version 6: m.room.aliases
  if (event.type === 'm.room.aliases' && version.specialCasesAliases) return authoriseAliases(event);
  const levels = readPowerLevels({ version, create, powerLevels: state('m.room.power_levels', '') });
  const context: AuthContext = { version, event, state, create, levels, verifySigned };
  // 4. m.room.member
  if (event.type === 'm.room.member') return authoriseMember(context);
  // 5. the sender is in the room
  if (membershipIn(state, event.sender) !== 'join') return denied('5', 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  // 6. m.room.third_party_invite
  if (event.type === 'm.room.third_party_invite') {
    return own >= levels.invite ? allowed : denied('6', 'You may not invite to this room.');
  }
  // 7. the power level that the type needs
  if (own < levels.eventLevel(event.type, event.stateKey !== undefined)) return denied('7', `You may not send ${event.type} in this room.`);
  // 8. state keys that are user ids
  if (event.stateKey?.startsWith('@') === true && event.stateKey !== event.sender) {
    return denied('8', 'A state key that is a user id can only be set by that user.');
  }
  // 9. m.room.power_levels
  if (event.type === 'm.room.power_levels') return authorisePowerLevels(context);
  // versions 1 and 2: m.room.redaction
  if (event.type === 'm.room.redaction' && version.redactionAuthRule) {
    const ownServer = event.redacts !== undefined && serverNameOf(event.redacts) === serverNameOf(event.sender);
    return own >= levels.redact || ownServer ? allowed : denied('11', 'You may not redact that event.');
  }
  // 10. else allowed
  return allowed;
}

function authoriseAliases(event: RoomEvent): AuthVerdict {
  if (event.stateKey === undefined) return denied('4.1', 'm.room.aliases needs a state key.');
  return event.stateKey === serverNameOf(event.sender) ? allowed : denied('4.2', 'A server can only set its own aliases.');
}
