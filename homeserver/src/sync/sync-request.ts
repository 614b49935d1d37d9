/** What one sync asks for. */
import type { UserLive } from './user-live.ts';
import type { SyncFilter } from './sync-filter.ts';

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
  readonly fullState: boolean;
  /** `state_after` instead of `state` (Client-Server API v1.16, MSC4222) */
  readonly stateAfter: boolean;
  readonly ignored: ReadonlySet<string>;
  readonly now: number;
}
