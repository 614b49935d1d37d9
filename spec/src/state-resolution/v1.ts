/**
 * State resolution of room version 1 (room version 1, "State resolution"). A key is in conflict if sets have different
 * events for it; a set without the key does not matter.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { authoriseEvent } from '../auth-rules/authorise-event.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import type { Resolution } from './resolution.ts';
import { readStateKey, stateKeyOf, type StateMap } from './state-map.ts';

/** Conflicts of these types are resolved first, one type after the other: they decide on the events that follow. */
const AUTH_TYPES = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member'];

export function resolveStateV1(resolution: Resolution): StateMap {
  const { events } = resolution;
  const { unconflicted, conflicted } = separate(resolution);
  const result = new Map(unconflicted);
  const conflicts = new Map<string, Conflict>();
  for (const [key, ids] of conflicted) {
    const candidates = [...ids].map(events).filter((event) => event !== undefined);
    const { type, stateKey } = readStateKey(key);
    if (candidates.length > 1) conflicts.set(key, { key, type, stateKey, candidates: sortCandidates(candidates) });
    else if (candidates[0]) result.set(key, candidates[0].eventId);
  }

  /** R: the state so far. Resolutions of one type see those of the types before, not each other. */
  const state = new Map(unconflicted);
  for (const type of AUTH_TYPES) {
    const passed: [string, EventId][] = [];
    for (const conflict of conflicts.values()) {
      if (conflict.type !== type || (type === 'm.room.power_levels' && conflict.stateKey !== '')) continue;
      passed.push([conflict.key, lastAllowed(resolution, conflict, state).eventId]);
      conflicts.delete(conflict.key);
    }
    for (const [key, id] of passed) {
      state.set(key, id);
      result.set(key, id);
    }
  }
  for (const conflict of conflicts.values()) result.set(conflict.key, highestAllowed(resolution, conflict, state).eventId);
  return result;
}

interface Conflict {
  readonly key: string;
  readonly type: string;
  readonly stateKey: string;
  /** at least two, by ascending depth, then descending sha1(event_id) */
  readonly candidates: readonly RoomEvent[];
}

function separate({ stateSets }: Resolution): { unconflicted: StateMap; conflicted: ReadonlyMap<string, ReadonlySet<EventId>> } {
  const unconflicted = new Map<string, EventId>();
  const conflicted = new Map<string, Set<EventId>>();
  for (const stateSet of stateSets) {
    for (const [key, id] of stateSet) {
      const ids = conflicted.get(key);
      const single = unconflicted.get(key);
      if (ids) {
        ids.add(id);
      } else if (single === undefined) {
        unconflicted.set(key, id);
      } else if (single !== id) {
        unconflicted.delete(key);
        conflicted.set(key, new Set([single, id]));
      }
    }
  }
  return { unconflicted, conflicted };
}

function sortCandidates(candidates: readonly RoomEvent[]): RoomEvent[] {
  return candidates
    .map((event) => ({ event, hash: bytesToHex(sha1(utf8ToBytes(event.eventId))) }))
    .sort((x, y) => x.event.depth - y.event.depth || (x.hash > y.hash ? -1 : 1))
    .map(({ event }) => event);
}

function isAllowed({ version, events, verifySignature }: Resolution, event: RoomEvent, state: StateMap, replaced?: RoomEvent): boolean {
  const deciding = (type: string, stateKey: string): RoomEvent | undefined => {
    if (replaced?.type === type && replaced.stateKey === stateKey) return replaced;
    const id = state.get(stateKeyOf(type, stateKey));
    return id === undefined ? undefined : events(id);
  };
  return authoriseEvent({ version, event, state: deciding, verifySignature }).allowed;
}

/** From the lowest candidate on, each that the one before it allows; the last such. */
function lastAllowed(resolution: Resolution, { candidates }: Conflict, state: StateMap): RoomEvent {
  let last = candidates[0]!;
  for (const event of candidates.slice(1)) {
    if (!isAllowed(resolution, event, state, last)) break;
    last = event;
  }
  return last;
}

/** From the highest candidate down, the first that is allowed; the lowest if none is. */
function highestAllowed(resolution: Resolution, { candidates }: Conflict, state: StateMap): RoomEvent {
  return candidates.findLast((event) => isAllowed(resolution, event, state)) ?? candidates[0]!;
}
