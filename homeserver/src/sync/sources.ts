/**
 * What sync tells besides events. Each source owns its data; sync asks it for what changed after a position. A source
 * calls `SyncHub.touchUser` or `touchRoom` with the position of a change before it settles that position.
 */

/** An account data event as JSON text: `{"type":...,"content":...}`. */
export interface AccountDataEntry {
  readonly type: string;
  readonly json: string;
}

export interface AccountDataSource {
  /** Global and per-room account data changed after `since` (0: all), up to `upto`. From memory for a warm user. */
  changed(userNid: number, since: number, upto: number): Promise<{ global: AccountDataEntry[]; rooms: Map<number, AccountDataEntry[]> }>;
  /** The users that this user ignores (`m.ignored_user_list`). */
  ignoredUsers(userNid: number): Promise<ReadonlySet<string>>;
}

export interface ReceiptSource {
  /**
   * Content of the `m.receipt` event of each room, as JSON text, with the receipts changed after `since` (0: all) that
   * the user may see; rooms without any are absent.
   */
  changed(userNid: number, rooms: readonly { roomNid: number; since: number }[], upto: number): Promise<Map<number, string>>;
}

export interface TypingSource {
  /** The users typing in a room, and the position of the last change; undefined if nobody typed since the start. */
  state(roomNid: number): { readonly pos: number; readonly userIds: readonly string[] } | undefined;
}

export interface ToDeviceSource {
  /** Messages after `since` up to `upto` as JSON text, `limit` at most; `pos` is the position of the last one if cut. */
  pending(deviceNid: number, since: number, upto: number, limit: number): Promise<{ events: string[]; pos: number }>;
  /** The device has all up to `upto`. */
  acknowledge(deviceNid: number, upto: number): Promise<void>;
}

export interface DeviceListSource {
  /**
   * Users sharing a room with this one whose devices or cross-signing keys changed in (since, upto], or who came to share
   * one (changed), and users who no longer do (left).
   */
  changed(userNid: number, since: number, upto: number): Promise<{ changed: string[]; left: string[] }>;
  /** The device's unclaimed one-time keys by algorithm, and the algorithms with an unused fallback key. */
  keyCounts(deviceNid: number): Promise<{ oneTime: Readonly<Record<string, number>>; unusedFallback: readonly string[] }>;
}

export interface UnreadCounts {
  readonly notifications: number;
  readonly highlights: number;
  /** by thread root; only threads with something unread */
  readonly threads: ReadonlyMap<string, { readonly notifications: number; readonly highlights: number }>;
}

export interface UnreadSource {
  counts(userNid: number, roomNids: readonly number[]): Promise<Map<number, UnreadCounts>>;
}

export interface PresenceSource {
  /** Presence events (JSON text) of users who share a room with this one, changed after `since` (0: all). */
  changed(userNid: number, since: number, upto: number): Promise<string[]>;
  /** The user is seen with the given state, from one of their devices. */
  seen(userNid: number, userId: string, state: 'online' | 'unavailable' | 'offline'): Promise<void>;
}

export interface RelationSource {
  /** `m.relations` of the events that have any, as JSON text by event number. */
  bundled(eventNids: readonly number[], userNid: number): Promise<Map<number, string>>;
}

export interface SyncSources {
  readonly accountData: AccountDataSource;
  readonly receipts: ReceiptSource;
  readonly typing: TypingSource;
  readonly toDevice: ToDeviceSource;
  readonly deviceLists: DeviceListSource;
  readonly unread: UnreadSource;
  readonly presence: PresenceSource;
  readonly relations: RelationSource;
}
