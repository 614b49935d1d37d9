/**
 * A user in memory, for sync: their memberships and which rooms changed since when. Commits mark rooms here, so a sync
 * does work for what changed, never for all the rooms that the user is in.
 */
import type { Member } from '../rooms/membership.ts';

export interface LiveMembership extends Pick<Member, 'membership' | 'nid' | 'pos' | 'since' | 'senderNid'> {
  readonly roomNid: number;
  readonly forgotten: boolean;
}

export class UserLive {
  readonly userNid: number;
  readonly rooms = new Map<number, LiveMembership>();
  /** room -> position of its newest change, in the order of these positions */
  readonly #dirty = new Map<number, number>();
  /** `#dirty` knows of every change after this position */
  #knownSince: number;
  /** position of the newest change of any kind */
  #newestChange: number;
  /** device -> how far it has told that it is, and when (ms) */
  readonly #progress = new Map<number, { since: number; at: number }>();
  /** position of the newest change outside rooms (account data, to-device, device lists, presence) */
  #lastOwnChange: number;
  #waiters = new Set<() => void>();

  constructor(userNid: number, memberships: readonly LiveMembership[], knownSince: number) {
    this.userNid = userNid;
    this.#knownSince = knownSince;
    this.#newestChange = knownSince;
    this.#lastOwnChange = knownSince;
    for (const membership of memberships) this.rooms.set(membership.roomNid, membership);
  }

  get newestChange(): number {
    return this.#newestChange;
  }

  touch(pos: number): void {
    this.#lastOwnChange = Math.max(this.#lastOwnChange, pos);
    this.#newestChange = Math.max(this.#newestChange, pos);
  }

  touchRoom(roomNid: number, pos: number): void {
    this.#dirty.delete(roomNid);
    this.#dirty.set(roomNid, pos);
    this.#newestChange = Math.max(this.#newestChange, pos);
  }

  /** Rooms changed after `since`; undefined if memory does not reach back so far. */
  roomsChangedSince(since: number): number[] | undefined {
    if (since < this.#knownSince) return undefined;
    const changed: number[] = [];
    for (const [roomNid, pos] of this.#dirty) if (pos > since) changed.push(roomNid);
    return changed;
  }

  /** False means that nothing outside rooms changed after `since`. */
  mayHaveOwnNews(since: number): boolean {
    return since < this.#knownSince || this.#lastOwnChange > since;
  }

  /**
   * A device syncs from `since`. Marks that every device is past are dropped; devices not seen for `idleMs` don't count
   * (their next sync asks storage).
   */
  acknowledge(device: { nid: number; since: number; now: number; idleMs: number }): void {
    this.#progress.set(device.nid, { since: device.since, at: device.now });
    let reached = device.since;
    for (const [nid, { since, at }] of this.#progress) {
      if (device.now - at > device.idleMs) this.#progress.delete(nid);
      else reached = Math.min(reached, since);
    }
    if (reached <= this.#knownSince) return;
    this.#knownSince = reached;
    // Marks are in the order of their positions, but for the few whose write took longer than the next one's.
    for (const [roomNid, pos] of this.#dirty) {
      if (pos > reached) break;
      this.#dirty.delete(roomNid);
    }
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  addWaiter(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => this.#waiters.delete(wake);
  }

  wake(): void {
    for (const wake of this.#waiters) wake();
  }
}
