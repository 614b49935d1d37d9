/** Authorization rules: m.room.member. Each membership has its steps in a function below. */
import { isJsonObject } from '../json.ts';
import { memberRuleNumber, type MemberStep } from './rule-numbers.ts';
import { authoriseThirdPartyInvite } from './third-party-invite.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthVerdict } from './verdict.ts';

export function authoriseMember(context: AuthContext): AuthVerdict {
  const { version, event } = context;
  const { stateKey } = event;
  const { membership } = event.content;
  if (stateKey === undefined || membership === undefined) {
    return denied(memberRuleNumber(version, 'form'), 'A membership event needs a state_key and a membership.');
  }
  if (membership === 'join') return join(context, stateKey);
  if (membership === 'invite') return invite(context, stateKey);
  if (membership === 'leave') return leave(context, stateKey);
  if (membership === 'ban') return ban(context, stateKey);
  if (membership === 'knock' && version.knock) return knock(context, stateKey);
  return denied(memberRuleNumber(version, 'unknown'), 'This room version does not know the membership.');
}

function denier({ version }: AuthContext, step: MemberStep): (under: number, reason: string) => AuthVerdict {
  return (under, reason) => denied(memberRuleNumber(version, step, under), reason);
}

function join(context: AuthContext, target: string): AuthVerdict {
  const { version, event, state, create } = context;
  const deny = denier(context, 'join');
  // 1. the creator joins their new room
  const isFirst = event.prevEvents.length === 1 && event.prevEvents[0] === create.eventId;
  const creator = version.implicitRoomCreator ? create.sender : create.content['creator'];
  if (isFirst && target === creator) return allowed;
  // 2. and 3.
  if (event.sender !== target) return deny(2, 'Nobody can join for somebody else.');
  const membership = membershipIn(state, target);
  if (membership === 'ban') return deny(3, 'You are banned from this room.');
  // 4. to 7.: what the join rule asks for
  const isExpected = membership === 'invite' || membership === 'join';
  const rule = joinRule(state);
  if (rule === 'invite' || (rule === 'knock' && version.knock)) {
    return isExpected ? allowed : deny(version.restrictedJoin ? 7 : 6, 'You need an invite to join this room.');
  }
  if (isRestricted(context, rule)) return isExpected ? allowed : vouched(context);
  if (rule === 'public') return allowed;
  return deny(version.restrictedJoin ? 7 : 6, 'This room can not be joined.');
}

function isRestricted({ version }: AuthContext, rule: string): boolean {
  return (rule === 'restricted' && version.restrictedJoin) || (rule === 'knock_restricted' && version.knockRestrictedJoin);
}

/** A member who may invite says that the sender meets a condition of the restricted join rule. */
function vouched({ version, event, state, levels }: AuthContext): AuthVerdict {
  const deny = (reason: string): AuthVerdict => denied(memberRuleNumber(version, 'join', 5, 2), reason);
  const authorising = event.content['join_authorised_via_users_server'];
  if (typeof authorising !== 'string') return deny('Joining this room needs an invite, or membership of a room that it names.');
  if (membershipIn(state, authorising) !== 'join') return deny('The user who vouches for the join is not in the room.');
  return levels.userLevel(authorising) >= levels.invite ? allowed : deny('The user who vouches for the join may not invite.');
}

function invite(context: AuthContext, target: string): AuthVerdict {
  const { event, state, levels } = context;
  const deny = denier(context, 'invite');
  const thirdParty = event.content['third_party_invite'];
  if (thirdParty !== undefined) {
    return authoriseThirdPartyInvite(context, target, isJsonObject(thirdParty) ? thirdParty : undefined);
  }
  if (membershipIn(state, event.sender) !== 'join') return deny(2, 'You are not in this room.');
  const membership = membershipIn(state, target);
  if (membership === 'join') return deny(3, 'That user is in the room already.');
  if (membership === 'ban') return deny(3, 'That user is banned from the room.');
  return levels.userLevel(event.sender) >= levels.invite ? allowed : deny(5, 'You may not invite to this room.');
}

function leave(context: AuthContext, target: string): AuthVerdict {
  const { version, event, state, levels } = context;
  const deny = denier(context, 'leave');
  const membership = membershipIn(state, target);
  if (event.sender === target) {
    const mayLeave = membership === 'join' || membership === 'invite' || (membership === 'knock' && version.knock);
    return mayLeave ? allowed : deny(1, 'You are not in this room.');
  }
  if (membershipIn(state, event.sender) !== 'join') return deny(2, 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  if (membership === 'ban' && own < levels.ban) return deny(3, 'You may not unban users here.');
  return own >= levels.kick && levels.userLevel(target) < own ? allowed : deny(5, 'You may not remove that user from this room.');
}

function ban(context: AuthContext, target: string): AuthVerdict {
  const { event, state, levels } = context;
  const deny = denier(context, 'ban');
  if (membershipIn(state, event.sender) !== 'join') return deny(1, 'You are not in this room.');
  const own = levels.userLevel(event.sender);
  return own >= levels.ban && levels.userLevel(target) < own ? allowed : deny(3, 'You may not ban that user from this room.');
}

function knock(context: AuthContext, target: string): AuthVerdict {
  const { version, event, state } = context;
  const deny = denier(context, 'knock');
  const rule = joinRule(state);
  const takesKnocks = rule === 'knock' || (rule === 'knock_restricted' && version.knockRestrictedJoin);
  if (!takesKnocks) return deny(1, 'This room does not take knocks.');
  if (event.sender !== target) return deny(2, 'Nobody can knock for somebody else.');
  const membership = membershipIn(state, target);
  if (membership === 'ban') return deny(4, 'You are banned from this room.');
  return membership === 'invite' || membership === 'join' ? deny(4, 'You are in the room, or invited, already.') : allowed;
}

/** Rooms that say nothing count as `invite`; what is no string is a rule that nobody knows. */
function joinRule(state: AuthContext['state']): string {
  const rule = state('m.room.join_rules', '')?.content['join_rule'];
  if (rule === undefined) return 'invite';
  return typeof rule === 'string' ? rule : '';
}
