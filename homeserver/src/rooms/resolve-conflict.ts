/** Resolves states that are given with all the events that matter: runs on the main thread or on a worker. */
import { thirdPartySignatureVerifier } from '@nexuscomm/spec/auth-rules/third-party-signature.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import type { EventId } from '@nexuscomm/spec/identifiers/types.ts';
import { roomVersions, type RoomVersionId } from '@nexuscomm/spec/room-versions.ts';
import { resolveState } from '@nexuscomm/spec/state-resolution/resolve-state.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';

/** Plain data, so that it can be sent to a worker. */
export interface Conflict {
  readonly version: RoomVersionId;
  /** (type, state key) as one text -> event id */
  readonly stateSets: readonly (readonly (readonly [string, string])[])[];
  /** the events in conflict, and the auth chains of all */
  readonly events: readonly RoomEvent[];
  readonly rejected: readonly string[];
  /** the auth difference */
  readonly difference: readonly string[];
  /** the conflicted state subgraph (version 12) */
  readonly subgraph: readonly string[];
}

export function resolveConflict(conflict: Conflict): [string, string][] {
  const events = new Map(conflict.events.map((event) => [event.eventId, event]));
  const rejected = new Set(conflict.rejected);
  const resolved = resolveState({
    version: roomVersions[conflict.version],
    stateSets: conflict.stateSets.map((entries) => new Map(entries as readonly (readonly [string, EventId])[])),
    events: (id) => events.get(id),
    isRejected: (event) => rejected.has(event.eventId),
    verifySignature: thirdPartySignatureVerifier(nodeCrypto),
    authChainDifference: () => conflict.difference as readonly EventId[],
    conflictedSubgraph: () => conflict.subgraph as readonly EventId[],
  });
  return [...resolved];
}
