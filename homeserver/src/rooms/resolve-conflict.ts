/** Resolves states that are given with all the events that matter: runs on the main thread or on a worker. */
import { deserialize, serialize } from 'node:v8';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId } from '@nexuscomm/spec/identifiers/types.ts';
import { roomVersions, type RoomVersionId } from '@nexuscomm/spec/room-versions.ts';
import { resolveState } from '@nexuscomm/spec/state-resolution/resolve-state.ts';
import { inTurns } from '../storage/turns.ts';
import { verifyThirdPartySignature } from './third-party-signature.ts';

/** Plain data, so that it can be sent to a worker. */
export interface Conflict {
  readonly version: RoomVersionId;
  /** (type, state key) as one text -> event id */
  readonly stateSets: readonly (readonly (readonly [string, string])[])[];
  /** the events in conflict, and the auth chains of all, as `packEvents` gives them */
  readonly events: readonly Uint8Array[];
  readonly rejected: readonly string[];
  /** the auth difference */
  readonly difference: readonly string[];
  /** the conflicted state subgraph (version 12) */
  readonly subgraph: readonly string[];
}

/** Events that are packed before others get a turn. */
const PACKED_AT_ONCE = 250;

/** Events for a worker: copied in turns, where posting all of them at once would hold up the event loop. */
export async function packEvents(events: readonly RoomEvent[]): Promise<Uint8Array[]> {
  const packed: Uint8Array[] = [];
  for await (const slice of inTurns(events, PACKED_AT_ONCE)) packed.push(serialize(slice));
  return packed;
}

export function resolveConflict(conflict: Conflict): [string, string][] {
  const events = new Map(conflict.events.flatMap((packed) => (deserialize(packed) as RoomEvent[]).map((event) => [event.eventId, event])));
  const rejected = new Set(conflict.rejected);
  const resolved = resolveState({
    version: roomVersions[conflict.version],
    stateSets: conflict.stateSets.map((entries) => new Map(entries as readonly (readonly [string, EventId])[])),
    events: (id) => events.get(id),
    isRejected: (event) => rejected.has(event.eventId),
    verifySignature: verifyThirdPartySignature,
    authChainDifference: () => conflict.difference as readonly EventId[],
    conflictedSubgraph: () => conflict.subgraph as readonly EventId[],
  });
  return [...resolved];
}
