/** Authorization rules, step 2: what an event may name in `auth_events`. */
import type { RoomEvent } from '../events/event.ts';
import type { RoomVersion } from '../room-versions.ts';
import { authEventKeys } from './auth-event-keys.ts';
import { allowed, denied, type AuthVerdict } from './verdict.ts';

export function checkAuthEvents(options: {
  version: RoomVersion;
  event: RoomEvent;
  authEvents: readonly RoomEvent[];
  isRejected: (event: RoomEvent) => boolean;
}): AuthVerdict {
  const { version, event, authEvents, isRejected } = options;
  if (event.type === 'm.room.create') return allowed;
  const selected = new Set(authEventKeys(version, event).map(([type, stateKey]) => `${type.length}:${type}${stateKey}`));
  const seen = new Set<string>();
  for (const auth of authEvents) {
    const key = `${auth.type.length}:${auth.type}${auth.stateKey ?? ''}`;
    if (auth.stateKey === undefined || seen.has(key)) return denied('2.1', 'auth_events names two events of the same type and state key.');
    seen.add(key);
    if (!selected.has(key)) return denied('2.2', `auth_events names ${auth.type}, which does not decide on this event.`);
    if (isRejected(auth)) return denied('2.3', 'auth_events names a rejected event.');
    if (auth.roomId !== event.roomId) return denied('2.5', 'auth_events names an event of another room.');
  }
  if (!version.hashedRoomId && !seen.has('13:m.room.create')) return denied('2.4', 'auth_events does not name the create event.');
  return allowed;
}
