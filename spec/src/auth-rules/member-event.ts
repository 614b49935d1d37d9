/** Authorization rules: m.room.member. Step numbers are those of room version 12; older versions lack some steps. */
import { isJsonObject } from '../json.ts';
import { authoriseThirdPartyInvite } from './third-party-invite.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthVerdict } from './verdict.ts';

export function authoriseMember(context: AuthContext): AuthVerdict {
  const { event } = context;
  const { membership } = event.content;
  if (event.stateKey === undefined || typeof membership !== 'string') return denied('4.1', 'A membership event needs a state_key and a membership.');
  switch (membership) {
    case 'join':
      return join(context, event.stateKey);
    case 'invite':
      return invite(context, event.stateKey);
    case 'leave':
      return leave(context, event.stateKey);
    case 'ban':
      return ban(context, event.stateKey);
    case 'knock':
      return context.version.knock ? knock(context, event.stateKey) : denied('4.8', 'This room version has no knocking.');
    default:
      return denied('4.8', 'The membership is not known.');
  }
}

function join({ version, event, state, create, levels }: AuthContext, target: string): AuthVerdict {
  const [previous] = event.prevEvents;
  const isFirst = event.prevEvents.length === 1 && previous === create.eventId;
  const creator = version.implicitRoomCreator ? create.sender : create.content['creator'];
  if (isFirst && target === creator) return allowed;
  if (event.sender !== target) return denied('4.3.2', 'Nobody can join for somebody else.');
  const membership = membershipIn(state, target);
  if (membership === 'ban') return denied('4.3.3', 'You are banned from this room.');
  const rule = joinRule(state);
  if (rule === 'invite' || (rule === 'knock' && version.knock)) {
    return membership === 'invite' || membership === 'join' ? allowed : denied('4.3.4', 'You need an invite to join this room.');
  }
  if ((rule === 'restricted' && version.restrictedJoin) || (rule === 'knock_restricted' && version.knockRestrictedJoin)) {
    if (membership === 'invite' || membership === 'join') return allowed;
    const authorising = event.content['join_authorised_via_users_server'];
    if (typeof authorising !== 'string') return denied('4.3.5.2', 'Joining this room needs an invite, or membership of a room that it names.');
    if (membershipIn(state, authorising) !== 'join') return denied('4.3.5.2', 'The user who vouches for the join is not in the room.');
    return levels.userLevel(authorising) >= levels.invite
      ? allowed
      : denied('4.3.5.2', 'The user who vouches for the join may not invite.');
  }
  return rule === 'public' ? allowed : denied('4.3.7', 'This room can only be joined on invite.');
}

function invite(context: AuthContext, target: string): AuthVerdict {
  const { event, state, levels } = context;
  const thirdParty = event.content['third_party_invite'];
  if (thirdParty !== undefined) {
    return isJsonObject(thirdParty)
      ? authoriseThirdPartyInvite(context, target, thirdParty)
      : denied('4.4.1', 'third_party_invite is not an object.');
  }
  if (membershipIn(state, event.sender) !== 'join') return denied('4.4.2', 'You are not in this room.');
  const membership = membershipIn(state, target);
  if (membership === 'join' || membership === 'ban') {
    return denied('4.4.3', membership === 'join' ? 'That user is in the room already.' : 'That user is banned from the room.');
  }
  return levels.userLevel(event.sender) >= levels.invite ? allowed : denied('4.4.5', 'You may not invite to this room.');
}

function leave({ version, event, state, levels }: AuthContext, target: string): AuthVerdict {
  const membership = membershipIn(state, target);
  if (event.sender === target) {
    const mayLeave = membership === 'join' || membership === 'invite' || (membership === 'knock' && version.knock);
    return mayLeave ? allowed : denied('4.5.1', 'You are not in this room.');
  }
  if (membershipIn(state, event.sender) !== 'join') return denied('4.5.2', 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  if (membership === 'ban' && own < levels.ban) return denied('4.5.3', 'You may not unban users here.');
  return own >= levels.kick && levels.userLevel(target) < own ? allowed : denied('4.5.5', 'You may not remove that user from this room.');
}

function ban({ event, state, levels }: AuthContext, target: string): AuthVerdict {
  if (membershipIn(state, event.sender) !== 'join') return denied('4.6.1', 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  return own >= levels.ban && levels.userLevel(target) < own ? allowed : denied('4.6.3', 'You may not ban that user from this room.');
}

function knock({ version, event, state }: AuthContext, target: string): AuthVerdict {
  const rule = joinRule(state);
  if (rule !== 'knock' && !(rule === 'knock_restricted' && version.knockRestrictedJoin)) return denied('4.7.1', 'This room does not take knocks.');
  if (event.sender !== target) return denied('4.7.2', 'Nobody can knock for somebody else.');
  const membership = membershipIn(state, target);
  return membership === 'ban' || membership === 'invite' || membership === 'join'
    ? denied('4.7.4', membership === 'ban' ? 'You are banned from this room.' : 'You are in the room, or invited, already.')
    : allowed;
}

/** Rooms without the event count as `invite`. */
function joinRule(state: AuthContext['state']): string {
  const rule = state('m.room.join_rules', '')?.content['join_rule'];
  return typeof rule === 'string' ? rule : 'invite';
}
