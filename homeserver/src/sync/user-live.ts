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
  readonly #rooms = new Map<number, LiveMembership>();
  /** room -> memberships before the one in `#rooms`, oldest first, while the watermark is below that one */
  readonly #replaced = new Map<number, LiveMembership[]>();
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
    for (const membership of memberships) this.#rooms.set(membership.roomNid, membership);
  }

  /** The newest memberships, those above the watermark included. */
  get rooms(): ReadonlyMap<number, LiveMembership> {
    return this.#rooms;
  }

  /** A membership that came into force; until the watermark has passed it, syncs are told the one before. */
  setMembership(membership: LiveMembership, watermark: number): void {
    const { roomNid, pos } = membership;
    const before = this.#rooms.get(roomNid);
    // What was read from storage may be newer than a commit that came meanwhile.
    if (before && before.pos > pos) return;
    this.#rooms.set(roomNid, membership);
    if (pos <= watermark) this.#replaced.delete(roomNid);
    else if (before && before.pos < pos) this.#replaced.set(roomNid, [...(this.#replaced.get(roomNid) ?? []), before]);
  }

  setForgotten(roomNid: number, forgotten: boolean): void {
    const membership = this.#rooms.get(roomNid);
    if (membership) this.#rooms.set(roomNid, { ...membership, forgotten });
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

  /**
   * Memberships at the watermark, in rooms that changed after `since`; undefined if memory does not reach back so far. What
   * a sync tells must be taken here before it waits for anything: what comes into force meanwhile is the next one's.
   */
  changedAt(watermark: number, since: number): LiveMembership[] | undefined {
    if (since < this.#knownSince) return undefined;
    const changed: LiveMembership[] = [];
    for (const [roomNid, pos] of this.#dirty) {
      const membership = pos > since ? this.#membershipAt(watermark, roomNid) : undefined;
      if (membership) changed.push(membership);
    }
    return changed;
  }

  /** All memberships at the watermark, by room. */
  membershipsAt(watermark: number): Map<number, LiveMembership> {
    const all = new Map(this.#rooms);
    for (const [roomNid, { pos }] of this.#rooms) {
      if (pos <= watermark) continue;
      const membership = this.#membershipAt(watermark, roomNid);
      if (membership) all.set(roomNid, membership);
      else all.delete(roomNid);
    }
    return all;
  }

  #membershipAt(watermark: number, roomNid: number): LiveMembership | undefined {
    const newest = this.#rooms.get(roomNid);
    if (newest && newest.pos > watermark) return this.#replaced.get(roomNid)?.findLast(({ pos }) => pos <= watermark);
    this.#replaced.delete(roomNid);
    return newest;
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
