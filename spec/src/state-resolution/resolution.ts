/** What every version of state resolution is given. */
import type { VerifySignature } from '../auth-rules/verdict.ts';
import type { RoomEvent } from '../events/event.ts';
import type { EventId } from '../identifiers/types.ts';
import type { RoomVersion } from '../room-versions.ts';
import type { StateMap } from './state-map.ts';

export interface Resolution {
  readonly version: RoomVersion;
  readonly stateSets: readonly StateMap[];
  /** The events of the sets and of their auth chains. What is unknown takes no part. */
  readonly events: (id: EventId) => RoomEvent | undefined;
  /** Rejected events don't authorise others. absent: none is */
  readonly isRejected?: (event: RoomEvent) => boolean;
  /** for third-party invites, as in authoriseEvent; absent: they are refused */
  readonly verifySignature?: VerifySignature;
  /**
   * A faster way to the events that some but not all auth chains of the sets have, where a set's chain is its events,
   * their auth events and so on. absent: the chains are walked through `events`
   */
  readonly authChainDifference?: (stateSets: readonly StateMap[]) => Iterable<EventId>;
  /**
   * Version 12: a faster way to the events on paths of auth_events between any two of the given ones, these included.
   * absent: the paths are walked through `events`
   */
  readonly conflictedSubgraph?: (conflicted: ReadonlySet<EventId>) => Iterable<EventId>;
}
