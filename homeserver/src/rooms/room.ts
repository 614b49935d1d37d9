/**
 * A room in memory. It has two faces. Readers (sync, state, members, the recent events) see what is committed. The
 * writer, inside the mailbox, sees the head: the committed room and what was built on it and is on its way to the
 * database. A failed write throws the head away and the room is loaded anew (`stale`).
 */
import type { RoomId } from '@nexuscomm/spec/identifiers/types.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { Mailbox } from './mailbox.ts';
import { INVITE, JOIN, type Member } from './membership.ts';
import { SnapshotChain, type StateMap } from './state-snapshots.ts';
import type { StoredEvent } from './stored-event.ts';

/** An event without successors: what the next event names in `prev_events`. */
export interface Tip {
  readonly nid: number;
  readonly eventId: string;
}

export interface LoadedRoom {
  readonly nid: number;
  readonly roomId: RoomId;
  readonly version: RoomVersion;
  readonly shard: number;
  readonly tips: readonly Tip[];
  readonly depth: number;
  readonly lastPos: number;
  readonly chain: SnapshotChain;
  readonly members: readonly Member[];
}

/** Where an event attaches: the tips of the DAG, their greatest depth, the state after them. */
export interface HeadPlace {
  readonly tips: readonly Tip[];
  readonly depth: number;
  readonly chain: SnapshotChain;
}

/** Of a room without events. */
export const EMPTY_HEAD: HeadPlace = { tips: [], depth: 0, chain: SnapshotChain.empty };

/** An event that was built on the head and is not committed yet; the place is the one after it. */
export interface HeadChange extends HeadPlace {
  readonly stored: StoredEvent;
  /** state entries it changes: key -> event; event 0: gone */
  readonly state: ReadonlyMap<number, number>;
  readonly members: readonly Member[];
  /** those of the members that users are told of; absent: all */
  readonly news?: readonly Member[];
}

export class Room {
  readonly nid: number;
  readonly roomId: RoomId;
  readonly version: RoomVersion;
  readonly shard: number;
  readonly mailbox = new Mailbox();
  /** The head was lost with a failed write; the next task loads the room anew. */
  stale = false;

  #state: StateMap;
  #members: Map<number, Member>;
  /** server -> its joined members */
  #servers = new Map<number, number>();
  #joined = 0;
  #invited = 0;
  #lastPos: number;
  #ring: StoredEvent[] = [];
  #ringFloor: number;
  readonly #ringSize: number;

  #tips: readonly Tip[];
  #depth: number;
  #chain: SnapshotChain;
  #headLastPos: number;
  #isNew: boolean;
  /** What is built and not committed, in order, and what it adds up to. */
  readonly #headChanges = new Map<number, HeadChange>();
  readonly #headState = new Map<number, number>();
  readonly #headMembers = new Map<number, Member>();
  readonly #settling: (() => void)[] = [];

  constructor(loaded: LoadedRoom, ringSize: number) {
    this.nid = loaded.nid;
    this.roomId = loaded.roomId;
    this.version = loaded.version;
    this.shard = loaded.shard;
    this.#ringSize = ringSize;
    this.#state = new Map();
    this.#members = new Map();
    this.#tips = loaded.tips;
    this.#depth = loaded.depth;
    this.#chain = loaded.chain;
    this.#lastPos = this.#headLastPos = this.#ringFloor = loaded.lastPos;
    this.#isNew = loaded.tips.length === 0;
    this.#adopt(loaded);
  }

  // --- what readers see: committed ---

  /** Committed current state: key -> event nid. Not to be changed by the caller. */
  get state(): ReadonlyMap<number, number> {
    return this.#state;
  }

  /** Everybody with a membership, those who left included. Not to be changed by the caller. */
  get members(): ReadonlyMap<number, Member> {
    return this.#members;
  }

  get joinedCount(): number {
    return this.#joined;
  }

  get invitedCount(): number {
    return this.#invited;
  }

  /** Servers (string-table ids) with joined members, and how many they have. Not to be changed by the caller. */
  get servers(): ReadonlyMap<number, number> {
    return this.#servers;
  }

  isJoined(userNid: number): boolean {
    return this.#members.get(userNid)?.membership === JOIN;
  }

  /** Position of the newest event on the timeline. */
  get lastPos(): number {
    return this.#lastPos;
  }

  /** The newest timeline events, oldest first: all of those with a position above `ringFloor`. */
  get ring(): readonly StoredEvent[] {
    return this.#ring;
  }

  get ringFloor(): number {
    return this.#ringFloor;
  }

  /** Puts older events, read from storage and ending where the ring begins, in front of it. */
  fillRing(older: readonly StoredEvent[], floor: number): void {
    const fresh = older.filter((stored) => stored.pos !== null && stored.pos <= this.#ringFloor && stored.pos > floor);
    this.#ring = [...fresh, ...this.#ring];
    this.#ringFloor = floor;
  }

  // --- what the writer sees, inside the mailbox: the head ---

  /** The event in force for a key at the head. */
  headStateNid(key: number): number | undefined {
    const pending = this.#headState.get(key);
    if (pending !== undefined) return pending === 0 ? undefined : pending;
    return this.#state.get(key);
  }

  headMember(userNid: number): Member | undefined {
    return this.#headMembers.get(userNid) ?? this.#members.get(userNid);
  }

  /** An event of the head that is not committed yet. */
  headEvent(nid: number): StoredEvent | undefined {
    return this.#headChanges.get(nid)?.stored;
  }

  /** An event of the head that is not committed yet, by its id. */
  headChangeOf(eventId: string): StoredEvent | undefined {
    for (const { stored } of this.#headChanges.values()) if (stored.event.eventId === eventId) return stored;
    return undefined;
  }

  /**
   * Resolves when nothing of the head is on its way to the database. Inside the mailbox nothing new is built meanwhile,
   * so the head is then the committed room (or `stale`).
   */
  async settled(): Promise<void> {
    if (this.#headChanges.size === 0 || this.stale) return;
    await new Promise<void>((resolve) => this.#settling.push(resolve));
  }

  /** A write failed: the head is lost, and is loaded anew by the next task. */
  markStale(): void {
    this.stale = true;
    this.#settle();
  }

  #settle(): void {
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  /** Something is being built or is on its way to the database. */
  get busy(): boolean {
    return this.mailbox.size > 0 || this.#headChanges.size > 0;
  }

  /** Its first event is committed: before that nobody but its writer sees the room. */
  get exists(): boolean {
    return !this.#isNew;
  }

  /** Not in storage yet, nor on its way there. */
  get isNew(): boolean {
    return this.#isNew && this.#headChanges.size === 0;
  }

  /** Position of the newest event on the timeline, with what is on its way to the database. */
  get headLastPos(): number {
    return this.#headLastPos;
  }

  /** Where the next event attaches. */
  get head(): HeadPlace {
    return { tips: this.#tips, depth: this.#depth, chain: this.#chain };
  }

  advance(change: HeadChange): void {
    this.#place(change);
    this.#headLastPos = Math.max(this.#headLastPos, change.stored.pos ?? 0);
    this.#headChanges.set(change.stored.nid, change);
    this.#addUp(change);
  }

  /** Takes back changes that were built and will not be written; `head` is where they began. */
  retreat(changes: readonly HeadChange[], head: HeadPlace): void {
    this.#place(head);
    for (const change of changes) this.#headChanges.delete(change.stored.nid);
    this.#headState.clear();
    this.#headMembers.clear();
    for (const change of this.#headChanges.values()) this.#addUp(change);
  }

  /** The change is durable: readers see it from now on. */
  commit(change: HeadChange): void {
    const { stored } = change;
    this.#headChanges.delete(stored.nid);
    this.#isNew = false;
    for (const [key, nid] of change.state) {
      if (nid === 0) this.#state.delete(key);
      else this.#state.set(key, nid);
      if (this.#headState.get(key) === nid) this.#headState.delete(key);
    }
    for (const member of change.members) {
      this.#setMember(member);
      if (this.#headMembers.get(member.userNid) === member) this.#headMembers.delete(member.userNid);
    }
    if (this.#headChanges.size === 0) this.#settle();
    if (stored.pos === null || stored.pos < 0) return;
    this.#lastPos = stored.pos;
    this.#ring.push(stored);
    if (this.#ring.length > this.#ringSize) {
      const dropped = this.#ring.splice(0, this.#ring.length - Math.ceil(this.#ringSize / 2));
      this.#ringFloor = dropped.at(-1)!.pos!;
    }
  }

  /** Takes the committed room from storage again, after a write was lost. */
  reload(loaded: LoadedRoom): void {
    this.#headState.clear();
    this.#headChanges.clear();
    this.#headMembers.clear();
    this.#place(loaded);
    this.#lastPos = this.#headLastPos = this.#ringFloor = loaded.lastPos;
    this.#ring = [];
    this.#adopt(loaded);
    this.stale = false;
  }

  #place(place: HeadPlace): void {
    this.#tips = place.tips;
    this.#depth = place.depth;
    this.#chain = place.chain;
  }

  #addUp(change: HeadChange): void {
    for (const [key, nid] of change.state) this.#headState.set(key, nid);
    for (const member of change.members) this.#headMembers.set(member.userNid, member);
  }

  #adopt(loaded: LoadedRoom): void {
    this.#state = loaded.chain.state();
    this.#members = new Map();
    this.#servers = new Map();
    this.#joined = 0;
    this.#invited = 0;
    for (const member of loaded.members) this.#setMember(member);
  }

  #setMember(member: Member): void {
    const before = this.#members.get(member.userNid);
    if (before?.membership === JOIN) {
      this.#joined--;
      this.#countServer(before.serverNid, -1);
    } else if (before?.membership === INVITE) this.#invited--;
    if (member.membership === JOIN) {
      this.#joined++;
      this.#countServer(member.serverNid, 1);
    } else if (member.membership === INVITE) this.#invited++;
    this.#members.set(member.userNid, member);
  }

  #countServer(serverNid: number, change: 1 | -1): void {
    const count = (this.#servers.get(serverNid) ?? 0) + change;
    if (count > 0) this.#servers.set(serverNid, count);
    else this.#servers.delete(serverNid);
  }
}
