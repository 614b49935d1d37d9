/** State resolution v2 and v2.1: sets of events that auth chains define. All walks are iterative and visit an event once. */
import type { EventId } from '../identifiers/types.ts';
import type { Resolution } from './resolution.ts';
import type { SeparatedState } from './separate-conflicts.ts';
import type { StateMap } from './state-map.ts';

type Events = Resolution['events'];

/** Adds the events and their auth chains to `reached`, except what `known` has. Unknown events are left out. */
function reach(events: Events, from: Iterable<EventId>, reached: Set<EventId>, known?: ReadonlySet<EventId>): void {
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id) || known?.has(id) === true) continue;
    const event = events(id);
    if (!event) continue;
    reached.add(id);
    for (const auth of event.authEvents) if (!reached.has(auth)) pending.push(auth);
  }
}

/**
 * The auth difference: what some but not all of the sets' full auth chains have. A set's own events count as part of its
 * chain, as other servers have it. Unconflicted events and their chains are common to all, so they are walked once.
 */
export function authDifference(events: Events, stateSets: readonly StateMap[], { unconflicted }: SeparatedState): Set<EventId> {
  const common = new Set<EventId>();
  reach(events, unconflicted.values(), common);
  const counts = new Map<EventId, number>();
  for (const stateSet of stateSets) {
    const chain = new Set<EventId>();
    reach(events, stateSet.values(), chain, common);
    for (const id of chain) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const difference = new Set<EventId>();
  for (const [id, count] of counts) if (count < stateSets.length) difference.add(id);
  return difference;
}

/** The conflicted state subgraph: all events on paths of auth_events between conflicted events, these included. */
export function conflictedSubgraph(events: Events, conflicted: ReadonlySet<EventId>): Set<EventId> {
  const subgraph = new Set<EventId>();
  const visited = new Set<EventId>();
  // Depth first; an event is left when all its auth events were, so it is known whether one of them is in the subgraph.
  const pending: { readonly id: EventId; readonly leave: boolean }[] = [];
  for (const id of conflicted) pending.push({ id, leave: false });
  for (let step = pending.pop(); step; step = pending.pop()) {
    const { id, leave } = step;
    if (!leave && visited.has(id)) continue;
    visited.add(id);
    const event = events(id);
    if (!event) continue;
    if (leave) {
      if (conflicted.has(id) || event.authEvents.some((auth) => subgraph.has(auth))) subgraph.add(id);
      continue;
    }
    pending.push({ id, leave: true });
    for (const auth of event.authEvents) if (!visited.has(auth)) pending.push({ id: auth, leave: false });
  }
  return subgraph;
}
