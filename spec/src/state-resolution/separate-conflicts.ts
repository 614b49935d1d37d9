/** State resolution v2, "Unconflicted state map and conflicted state set": a key that a set lacks is in conflict. */
import type { EventId } from '../identifiers/types.ts';
import type { StateMap } from './state-map.ts';

export interface SeparatedState {
  readonly unconflicted: StateMap;
  readonly conflicted: ReadonlySet<EventId>;
}

export function separateConflicts(stateSets: readonly StateMap[]): SeparatedState {
  const [first = new Map<string, EventId>(), ...others] = stateSets;
  const unconflicted = new Map<string, EventId>();
  const conflicted = new Set<EventId>();
  for (const [key, id] of first) {
    if (others.every((other) => other.get(key) === id)) unconflicted.set(key, id);
    else conflicted.add(id);
  }
  for (const other of others) {
    for (const [key, id] of other) if (!unconflicted.has(key)) conflicted.add(id);
  }
  return { unconflicted, conflicted };
}
