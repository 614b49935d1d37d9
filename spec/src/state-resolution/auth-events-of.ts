/** The events that an event names to be authorised by, as state resolution looks at them. */
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import type { Resolution } from './resolution.ts';

type Sources = Pick<Resolution, 'version' | 'events'>;

/** The m.room.power_levels event in its auth_events. */
export function powerLevelsOf({ events }: Sources, event: RoomEvent): RoomEvent | undefined {
  return findAuthEvent(events, event, 'm.room.power_levels');
}

/** The m.room.create event in its auth_events, or in version 12 the one that its room id names. */
export function createOf({ version, events }: Sources, event: RoomEvent): RoomEvent | undefined {
  if (event.type === 'm.room.create') return event;
  return version.hashedRoomId ? events(`$${event.roomId.slice(1)}` as EventId) : findAuthEvent(events, event, 'm.room.create');
}

function findAuthEvent(events: Sources['events'], event: RoomEvent, type: string): RoomEvent | undefined {
  for (const id of event.authEvents) {
    const auth = events(id);
    if (auth?.type === type && auth.stateKey === '') return auth;
  }
  return undefined;
}
