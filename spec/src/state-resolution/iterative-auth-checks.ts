/** State resolution v2, "Iterative auth checks": applies events in order, each if the state so far allows it. */
import { authoriseEvent } from '../auth-rules/authorise-event.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import { createOf } from './auth-events-of.ts';
import type { Resolution } from './resolution.ts';
import { stateKeyOf } from './state-map.ts';

/** Applies the events to `state`, which it changes. */
export function iterativeAuthChecks(resolution: Resolution, ordered: readonly RoomEvent[], state: Map<string, EventId>): void {
  const { version, events, verifySignature } = resolution;
  for (const event of ordered) {
    if (event.stateKey === undefined) continue;
    let named: Map<string, RoomEvent> | undefined;
    const deciding = (type: string, stateKey: string): RoomEvent | undefined => {
      const key = stateKeyOf(type, stateKey);
      const id = state.get(key);
      const inState = id === undefined ? undefined : events(id);
      if (inState) return inState;
      named ??= namedAuthEvents(resolution, event);
      return named.get(key);
    };
    if (authoriseEvent({ version, event, state: deciding, verifySignature }).allowed) {
      state.set(stateKeyOf(event.type, event.stateKey), event.eventId);
    }
  }
}

/** The auth events of an event that may authorise it, by state key; in version 12 with the create event it implies. */
function namedAuthEvents(resolution: Resolution, event: RoomEvent): Map<string, RoomEvent> {
  const { events, isRejected } = resolution;
  const named = new Map<string, RoomEvent>();
  for (const auth of [createOf(resolution, event), ...event.authEvents.map(events)]) {
    if (auth?.stateKey === undefined || isRejected?.(auth) === true) continue;
    named.set(stateKeyOf(auth.type, auth.stateKey), auth);
  }
  return named;
}
