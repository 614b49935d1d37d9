/** Authorization rules: m.room.aliases, which room versions before 6 treat apart. */
import type { RoomEvent } from '../events/event.ts';
import { serverNameOf } from '../identifiers/parse.ts';
import type { RoomVersion } from '../room-versions.ts';
import { ruleNumber } from './rule-numbers.ts';
import { allowed, denied, type AuthVerdict } from './verdict.ts';

export function authoriseAliases(version: RoomVersion, event: RoomEvent): AuthVerdict {
  if (event.stateKey === undefined) return denied(ruleNumber(version, 'aliases', 1), 'm.room.aliases needs a state key.');
  return event.stateKey === serverNameOf(event.sender)
    ? allowed
    : denied(ruleNumber(version, 'aliases', 2), 'A server can only set its own aliases.');
}
