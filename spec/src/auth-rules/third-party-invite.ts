/** Authorization rules: a member event that turns a third-party invite into an invite of a user. */
import { isJsonObject, type JsonObject } from '../json.ts';
import { allowed, denied, membershipIn, type AuthContext, type AuthVerdict } from './verdict.ts';

export function authoriseThirdPartyInvite(context: AuthContext, target: string, thirdParty: JsonObject): AuthVerdict {
  const { event, state, verifySigned } = context;
  if (membershipIn(state, target) === 'ban') return denied('4.4.1.1', 'That user is banned from the room.');
  const { signed } = thirdParty;
  if (!isJsonObject(signed)) return denied('4.4.1.2', 'The third-party invite is not signed.');
  const { mxid, token } = signed;
  if (typeof mxid !== 'string' || typeof token !== 'string') return denied('4.4.1.3', 'The signed third-party invite lacks mxid or token.');
  if (mxid !== target) return denied('4.4.1.4', 'The third-party invite is for another user.');
  const original = state('m.room.third_party_invite', token);
  if (!original) return denied('4.4.1.5', 'There is no third-party invite with this token.');
  if (original.sender !== event.sender) return denied('4.4.1.6', 'The third-party invite was made by another user.');
  const listed = original.content['public_keys'];
  const keys = [
    original.content['public_key'],
    ...(Array.isArray(listed) ? listed.map((entry) => (isJsonObject(entry) ? entry['public_key'] : undefined)) : []),
  ];
  return keys.some((key) => typeof key === 'string' && verifySigned(signed, key))
    ? allowed
    : denied('4.4.1.7', 'The signature of the third-party invite is not of a key that the invite names.');
}
