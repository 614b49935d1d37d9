/** Authorization rules: m.room.redaction, which room versions 1 and 2 decide on when the event is received. */
import { serverNameOf } from '../identifiers/parse.ts';
import { ruleNumber } from './rule-numbers.ts';
import { allowed, denied, type AuthContext, type AuthVerdict } from './verdict.ts';

export function authoriseRedaction({ version, event, levels }: AuthContext): AuthVerdict {
  if (levels.userLevel(event.sender) >= levels.redact) return allowed;
  // The servers that made the two events, which event ids name in these versions.
  const sameServer = event.redacts !== undefined && serverNameOf(event.redacts) === serverNameOf(event.eventId);
  return sameServer ? allowed : denied(ruleNumber(version, 'redaction', 3), 'You may not redact that event.');
}
