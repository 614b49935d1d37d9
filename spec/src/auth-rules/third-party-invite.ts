/** Authorization rules: an m.room.member event that turns a third-party invite into an invite of a user. */
import { isJsonObject, type JsonObject } from '../json.ts';
import { memberRuleNumber } from './rule-numbers.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthVerdict } from './verdict.ts';

/** `thirdParty` is the event's `content.third_party_invite`, undefined if that is no object. */
export function authoriseThirdPartyInvite(context: AuthContext, target: string, thirdParty: JsonObject | undefined): AuthVerdict {
  const { version, event, state, verifySignature } = context;
  const deny = (step: number, reason: string): AuthVerdict => denied(memberRuleNumber(version, 'invite', 1, step), reason);
  if (membershipIn(state, target) === 'ban') return deny(1, 'That user is banned from the room.');
  const signed = thirdParty?.['signed'];
  if (!isJsonObject(signed)) return deny(2, 'The third-party invite is not signed.');
  const { mxid, token } = signed;
  if (typeof mxid !== 'string' || typeof token !== 'string') return deny(3, 'The signed third-party invite lacks mxid or token.');
  if (mxid !== target) return deny(4, 'The third-party invite is for another user.');
  const original = state('m.room.third_party_invite', token);
  if (!original) return deny(5, 'There is no third-party invite with this token.');
  if (original.sender !== event.sender) return deny(6, 'The third-party invite was made by another user.');
  const listed = original.content['public_keys'];
  const keys = [
    original.content['public_key'],
    ...(Array.isArray(listed) ? listed.map((entry) => (isJsonObject(entry) ? entry['public_key'] : undefined)) : []),
  ];
  return keys.some((key) => typeof key === 'string' && verifySignature(signed, key))
    ? allowed
    : deny(8, 'The signature of the third-party invite is not of a key that the invite names.');
}
