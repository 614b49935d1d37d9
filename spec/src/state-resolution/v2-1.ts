/**
 * State resolution of room version 12 (room version 12, "State resolution"): as v2, but the checks begin with an empty
 * state, so the conflicted state subgraph is replayed too.
 */
import { authDifference, conflictedSubgraph } from './auth-chains.ts';
import type { Resolution } from './resolution.ts';
import { separateConflicts } from './separate-conflicts.ts';
import type { StateMap } from './state-map.ts';
import { resolveConflicts } from './v2.ts';

export function resolveStateV21(resolution: Resolution): StateMap {
  const { events, stateSets } = resolution;
  const separated = separateConflicts(stateSets);
  const { unconflicted, conflicted } = separated;
  if (conflicted.size === 0) return unconflicted;
  const difference = resolution.authChainDifference?.(stateSets) ?? authDifference(events, stateSets, separated);
  const subgraph = resolution.conflictedSubgraph?.(conflicted) ?? conflictedSubgraph(events, conflicted);
  return resolveConflicts(resolution, { fullConflicted: new Set([...conflicted, ...difference, ...subgraph]), start: new Map(), unconflicted });
}
