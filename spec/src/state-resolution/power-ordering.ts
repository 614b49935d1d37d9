/** State resolution v2, "Reverse topological power ordering": Kahn's algorithm, the most powerful sender first. */
import { readPowerLevels, type PowerLevels } from '../auth-rules/power-levels.ts';
import { compareCodePoints } from '../canonical-json.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import { createOf, powerLevelsOf } from './auth-events-of.ts';
import { binaryHeap } from './binary-heap.ts';
import type { Resolution } from './resolution.ts';

interface Vertex {
  readonly event: RoomEvent;
  /** the sender's power level by the event's own auth_events */
  readonly level: number;
  /** auth events among the ordered ones that have not come out yet */
  waitsFor: number;
}

/** Orders the events from earliest to latest. */
export function reverseTopologicalPowerOrdering(resolution: Resolution, events: readonly RoomEvent[]): RoomEvent[] {
  const levelOf = senderLevels(resolution);
  const vertices = new Map<EventId, Vertex>();
  for (const event of events) vertices.set(event.eventId, { event, level: levelOf(event), waitsFor: 0 });
  const dependents = new Map<EventId, Vertex[]>();
  for (const vertex of vertices.values()) {
    for (const auth of new Set(vertex.event.authEvents)) {
      if (!vertices.has(auth)) continue;
      vertex.waitsFor++;
      const waiting = dependents.get(auth);
      if (waiting) waiting.push(vertex);
      else dependents.set(auth, [vertex]);
    }
  }
  const ready = binaryHeap<Vertex>(precedes);
  for (const vertex of vertices.values()) if (vertex.waitsFor === 0) ready.push(vertex);
  const ordered: RoomEvent[] = [];
  for (let next = ready.pop(); next; next = ready.pop()) {
    ordered.push(next.event);
    for (const vertex of dependents.get(next.event.eventId) ?? []) if (--vertex.waitsFor === 0) ready.push(vertex);
  }
  return ordered;
}

function precedes(x: Vertex, y: Vertex): boolean {
  if (x.level !== y.level) return x.level > y.level;
  if (x.event.originServerTs !== y.event.originServerTs) return x.event.originServerTs < y.event.originServerTs;
  return compareCodePoints(x.event.eventId, y.event.eventId) < 0;
}

/** Many events share few power levels events, so these are read once. */
function senderLevels(resolution: Resolution): (event: RoomEvent) => number {
  const known = new Map<RoomEvent | undefined, Map<RoomEvent | undefined, PowerLevels>>();
  return (event) => {
    const create = createOf(resolution, event);
    const powerLevels = powerLevelsOf(resolution, event);
    const ofCreate = known.get(create) ?? new Map<RoomEvent | undefined, PowerLevels>();
    known.set(create, ofCreate);
    const levels = ofCreate.get(powerLevels) ?? readPowerLevels({ version: resolution.version, create, powerLevels });
    ofCreate.set(powerLevels, levels);
    return levels.userLevel(event.sender);
  };
}
