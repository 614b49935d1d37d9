/** State resolution v2, "Mainline ordering": events by how late a power levels event of the mainline they build on. */
import { compareCodePoints } from '../canonical-json.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import { powerLevelsOf } from './auth-events-of.ts';
import type { Resolution } from './resolution.ts';

/** Orders the events from earliest to latest by the mainline of `powerLevels`; undefined: the mainline is empty. */
export function mainlineOrdering(resolution: Resolution, events: readonly RoomEvent[], powerLevels: RoomEvent | undefined): RoomEvent[] {
  /** Positions of power levels events: on the mainline their index, of others that of where they meet it. */
  const positions = new Map<EventId, number>();
  for (let at = powerLevels, i = 0; at && !positions.has(at.eventId); at = powerLevelsOf(resolution, at), i++) {
    positions.set(at.eventId, i);
  }
  const placed = events.map((event) => ({ event, position: positionOf(resolution, event, positions) }));
  placed.sort((x, y) => {
    if (x.position !== y.position) return x.position > y.position ? -1 : 1;
    return x.event.originServerTs - y.event.originServerTs || compareCodePoints(x.event.eventId, y.event.eventId);
  });
  return placed.map(({ event }) => event);
}

/** Infinity: the event does not build on the mainline. Power levels events passed on the way are remembered. */
function positionOf(resolution: Resolution, event: RoomEvent, positions: Map<EventId, number>): number {
  const passed = new Set<EventId>();
  let at = powerLevelsOf(resolution, event);
  while (at && !positions.has(at.eventId) && !passed.has(at.eventId)) {
    passed.add(at.eventId);
    at = powerLevelsOf(resolution, at);
  }
  const position = (at && positions.get(at.eventId)) ?? Number.POSITIVE_INFINITY;
  for (const id of passed) positions.set(id, position);
  return position;
}
