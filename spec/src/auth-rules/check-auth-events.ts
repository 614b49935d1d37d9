/** Authorization rules: the step "Considering the event's `auth_events`". */
import type { RoomEvent } from '../events/event.ts';
import type { RoomVersion } from '../room-versions.ts';
import { stateKeyOf } from '../state-resolution/state-map.ts';
import { authEventKeys } from './auth-event-keys.ts';
import { ruleNumber } from './rule-numbers.ts';
import { allowed, denied, type AuthVerdict } from './verdict.ts';

/** `authEvents` are the events that the event names in `auth_events`, all of them. */
export function checkAuthEvents(options: {
  version: RoomVersion;
  event: RoomEvent;
  authEvents: readonly RoomEvent[];
  isRejected: (event: RoomEvent) => boolean;
}): AuthVerdict {
  const { version, event, authEvents, isRejected } = options;
  const deny = (step: number, reason: string): AuthVerdict => denied(ruleNumber(version, 'auth events', step), reason);
  if (event.type === 'm.room.create') return allowed;
  const selected = new Set(authEventKeys(version, event).map(([type, stateKey]) => stateKeyOf(type, stateKey)));
  const seen = new Set<string>();
  for (const auth of authEvents) {
    if (auth.stateKey === undefined) return deny(2, `auth_events names ${auth.type}, which is no state event.`);
    const key = stateKeyOf(auth.type, auth.stateKey);
    if (seen.has(key)) return deny(1, `auth_events names two events of type ${auth.type} with the same state key.`);
    seen.add(key);
  }
  for (const auth of authEvents) {
    if (!selected.has(stateKeyOf(auth.type, auth.stateKey ?? '')))
      return deny(2, `auth_events names ${auth.type}, which does not decide on this event.`);
  }
  if (authEvents.some(isRejected)) return deny(3, 'auth_events names a rejected event.');
  if (!version.hashedRoomId && !seen.has(stateKeyOf('m.room.create', ''))) return deny(4, 'auth_events does not name the create event.');
  if (authEvents.some((auth) => auth.roomId !== event.roomId)) return deny(5, 'auth_events names an event of another room.');
  return allowed;
}
