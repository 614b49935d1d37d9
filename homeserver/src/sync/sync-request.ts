/** What one sync asks for. */
import type { LiveMembership, UserLive } from './user-live.ts';
import type { SyncFilter } from './sync-filter.ts';

/** By what name the state after the timeline is told: clients that ask in the unstable way look for the unstable name. */
export type StateAfter = 'state_after' | 'org.matrix.msc4222.state_after';

export interface SyncRequest {
  readonly user: UserLive;
  readonly userId: string;
  readonly deviceNid: number;
  readonly filter: SyncFilter;
  /** 0: initial sync */
  readonly since: number;
  readonly toDeviceSince: number;
  /** position that the answer reaches: the watermark when the request was looked at */
  readonly upto: number;
  /** the user's memberships at `upto`: all of them by room, or those in rooms that changed after `since` */
  readonly memberships: { readonly all: ReadonlyMap<number, LiveMembership> } | { readonly changed: readonly LiveMembership[] };
  readonly fullState: boolean;
  /** `state_after` instead of `state` (Client-Server API v1.16, MSC4222) */
  readonly stateAfter: StateAfter | undefined;
  readonly ignored: ReadonlySet<string>;
  readonly now: number;
}
