/** Whether the auth rules allow an event, by its own auth events or by a state (Server-Server API, checks 4-6 on a PDU). */
import { authEventKeys } from '@nexuscomm/spec/auth-rules/auth-event-keys.ts';
import { authoriseEvent } from '@nexuscomm/spec/auth-rules/authorise-event.ts';
import { checkAuthEvents } from '@nexuscomm/spec/auth-rules/check-auth-events.ts';
import type { AuthState, AuthVerdict } from '@nexuscomm/spec/auth-rules/verdict.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId } from '@nexuscomm/spec/identifiers/types.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { stateKeyText } from './state-key.ts';
import { verifyThirdPartySignature as verifySignature } from './third-party-signature.ts';

export interface NamedAuthEvent {
  readonly event: RoomEvent;
  readonly isRejected: boolean;
}

/** The keys of the state that decides on an event; in version 12 the create event, which events don't name, is one. */
export function decidingKeys(version: RoomVersion, event: Parameters<typeof authEventKeys>[1]): readonly (readonly [string, string])[] {
  const named = authEventKeys(version, event);
  return version.hashedRoomId ? [...named, ['m.room.create', '']] : named;
}

/** The id of the create event that rooms of version 12 are named after. */
export const createIdOf = (event: RoomEvent): EventId => `$${event.roomId.slice(1)}` as EventId;

/** Check 4: the events that it names in `auth_events` allow it. `create` is given in version 12 only. */
export function checkByAuthEvents(options: {
  version: RoomVersion;
  event: RoomEvent;
  authEvents: readonly NamedAuthEvent[];
  create: RoomEvent | undefined;
}): AuthVerdict {
  const { version, event, authEvents, create } = options;
  const rejected = new Set(authEvents.filter((auth) => auth.isRejected).map((auth) => auth.event));
  const events = authEvents.map((auth) => auth.event);
  const verdict = checkAuthEvents({ version, event, authEvents: events, isRejected: (auth) => rejected.has(auth) });
  if (!verdict.allowed) return verdict;
  const byKey = new Map(events.map((auth) => [stateKeyText(auth.type, auth.stateKey ?? ''), auth]));
  if (version.hashedRoomId && create) byKey.set(stateKeyText('m.room.create', ''), create);
  return checkByState(version, event, (type, stateKey) => byKey.get(stateKeyText(type, stateKey)));
}

/** Checks 5 and 6, and that of events that are made here: a state allows it. */
export function checkByState(version: RoomVersion, event: RoomEvent, state: AuthState): AuthVerdict {
  return authoriseEvent({ version, event, state, verifySignature });
}
