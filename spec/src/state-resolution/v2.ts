/** State resolution of room versions 2-11 (room version 2, "State resolution"). */
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import { authDifference } from './auth-chains.ts';
import { iterativeAuthChecks } from './iterative-auth-checks.ts';
import { mainlineOrdering } from './mainline-ordering.ts';
import { reverseTopologicalPowerOrdering } from './power-ordering.ts';
import type { Resolution } from './resolution.ts';
import { separateConflicts } from './separate-conflicts.ts';
import { stateKeyOf, type StateMap } from './state-map.ts';

export function resolveStateV2(resolution: Resolution): StateMap {
  const { events, stateSets } = resolution;
  const separated = separateConflicts(stateSets);
  const { unconflicted, conflicted } = separated;
  if (conflicted.size === 0) return unconflicted;
  const difference = resolution.authChainDifference?.(stateSets) ?? authDifference(events, stateSets, separated);
  return resolveConflicts(resolution, { fullConflicted: new Set([...conflicted, ...difference]), start: unconflicted, unconflicted });
}

/** The algorithm, steps 1-5. `start` is the state that the checks of step 2 begin with. */
export function resolveConflicts(
  resolution: Resolution,
  { fullConflicted, start, unconflicted }: { fullConflicted: ReadonlySet<EventId>; start: StateMap; unconflicted: StateMap },
): StateMap {
  const { events } = resolution;
  const candidates = new Map<EventId, RoomEvent>();
  for (const id of fullConflicted) {
    const event = events(id);
    if (event) candidates.set(id, event);
  }
  const resolved = new Map(start);
  // 1.
  const powerful = withConflictedAuthEvents(candidates, [...candidates.values()].filter(isPowerEvent));
  // 2.
  iterativeAuthChecks(resolution, reverseTopologicalPowerOrdering(resolution, [...powerful.values()]), resolved);
  // 3.
  const powerLevelsId = resolved.get(stateKeyOf('m.room.power_levels', ''));
  const powerLevels = powerLevelsId === undefined ? undefined : events(powerLevelsId);
  const remaining = [...candidates.values()].filter((event) => !powerful.has(event.eventId));
  // 4.
  iterativeAuthChecks(resolution, mainlineOrdering(resolution, remaining, powerLevels), resolved);
  // 5.
  for (const [key, id] of unconflicted) resolved.set(key, id);
  return resolved;
}

/**
 * Events that can take something from others. Only the power levels and join rules with an empty state key have any
 * effect, and other servers take no others for power events.
 */
function isPowerEvent({ type, stateKey, sender, content }: RoomEvent): boolean {
  if (type === 'm.room.power_levels' || type === 'm.room.join_rules' || type === 'm.room.create') return stateKey === '';
  if (type !== 'm.room.member' || stateKey === undefined || stateKey === sender) return false;
  return content['membership'] === 'leave' || content['membership'] === 'ban';
}

/**
 * The events and those of their auth chains that are in conflict too. As other servers have it, the way to these leads
 * through events in conflict only.
 */
function withConflictedAuthEvents(candidates: ReadonlyMap<EventId, RoomEvent>, from: readonly RoomEvent[]): Map<EventId, RoomEvent> {
  const reached = new Map<EventId, RoomEvent>();
  const pending = [...from];
  for (let event = pending.pop(); event; event = pending.pop()) {
    if (reached.has(event.eventId)) continue;
    reached.set(event.eventId, event);
    for (const id of event.authEvents) {
      const auth = candidates.get(id);
      if (auth && !reached.has(id)) pending.push(auth);
    }
  }
  return reached;
}
