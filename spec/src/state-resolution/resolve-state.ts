/** State resolution (room version pages, "State resolution"): the one state that follows from several. */
import type { Resolution } from './resolution.ts';
import type { StateMap } from './state-map.ts';
import { resolveStateV1 } from './v1.ts';
import { resolveStateV2 } from './v2.ts';
import { resolveStateV21 } from './v2-1.ts';

const algorithms = { v1: resolveStateV1, v2: resolveStateV2, 'v2.1': resolveStateV21 };

/** Depends on neither the order of the sets nor that of their entries. One set resolves to itself. */
export function resolveState(resolution: Resolution): StateMap {
  const [first, ...others] = new Set(resolution.stateSets);
  if (!first) return new Map();
  if (others.length === 0) return first;
  return algorithms[resolution.version.stateResolution]({ ...resolution, stateSets: [first, ...others] });
}
