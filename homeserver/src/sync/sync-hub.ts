/**
 * Tells users in memory what changed. Commits and other sources mark users and rooms with a position; when the watermark
 * passes that position, the users' waiting syncs are woken.
 */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import { EVENT_MOVED_STATE } from '../rooms/stored-event.ts';
import { UserLive, type LiveMembership } from './user-live.ts';

const selectMemberships = sql('user_memberships', 'select room_nid, membership, nid, pos, since, sender, forgotten from member where user_nid = $1');

interface MembershipRow {
  room_nid: number;
  membership: number;
  nid: number;
  pos: number;
  since: number;
  sender: number;
  forgotten: boolean;
}

/** Waits as `SyncHub.wait` does, for what happens in a room. */
export interface RoomFollower extends Disposable {
  wait(since: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** No user has this number. */
const NOBODY = 0;

export class SyncHub {
  readonly #db: Queryable;
  readonly #positions: StreamPositions;
  readonly #users: LRUCache<number, UserLive>;
  /** Users with a waiting sync stay, whatever the cache thinks. */
  readonly #waiting = new Map<number, UserLive>();
  /** Those who follow a room without having to be in it: as users of no number, by room. */
  readonly #followers = new Map<number, Set<UserLive>>();
  readonly #loading = new Map<number, Promise<UserLive>>();
  /** Users to wake when the watermark reaches the position of their newest mark. */
  readonly #marked = new Map<UserLive, number>();
  #closed = false;

  constructor(options: { db: Queryable; positions: StreamPositions; engine: RoomEngine; maxUsers: number }) {
    this.#db = options.db;
    this.#positions = options.positions;
    this.#users = new LRUCache(upTo(options.maxUsers));
    options.engine.onCommit((commit) => this.#onCommit(commit));
    options.positions.onWatermark((watermark) => this.#onWatermark(watermark));
  }

  get watermark(): number {
    return this.#positions.watermark;
  }

  /** The server is stopping: syncs answer with what they have. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    for (const user of this.#waiting.values()) user.wake();
    for (const followers of this.#followers.values()) for (const follower of followers) follower.wake();
  }

  /** The user, loaded if need be (one statement). */
  async user(userNid: number): Promise<UserLive> {
    const cached = this.cached(userNid);
    if (cached) return cached;
    const loading = this.#loading.get(userNid);
    if (loading) return loading;
    const load = this.#load(userNid).finally(() => this.#loading.delete(userNid));
    this.#loading.set(userNid, load);
    return load;
  }

  cached(userNid: number): UserLive | undefined {
    return this.#waiting.get(userNid) ?? this.#users.get(userNid);
  }

  /** Something of the user's own changed: account data, to-device messages, device lists. */
  touchUser(userNid: number, pos: number): void {
    this.#visit(userNid, (user) => {
      user.touch(pos);
      this.#mark(user, pos);
    });
  }

  /** Something of a room changed that its joined members are told of, other than by an event: receipts, typing. */
  touchRoom(room: Room, pos: number): void {
    this.#eachLiveMember(room, (user) => {
      user.touchRoom(room.nid, pos);
      this.#mark(user, pos);
    });
  }

  /** One user's view of a room changed: room account data, unread counts. */
  touchUserRoom(userNid: number, roomNid: number, pos: number): void {
    this.#visit(userNid, (user) => {
      user.touchRoom(roomNid, pos);
      this.#mark(user, pos);
    });
  }

  /** The user forgot a room, or it is to be shown again. */
  setForgotten(userNid: number, roomNid: number, forgotten: boolean): void {
    this.#visit(userNid, (user) => user.setForgotten(roomNid, forgotten));
  }

  /** A membership in a room that this server is not in: nothing is committed there that would tell of it. */
  setMembership(userNid: number, membership: LiveMembership): void {
    this.#visit(userNid, (user) => {
      user.setMembership(membership, this.watermark);
      user.touchRoom(membership.roomNid, membership.pos);
      this.#mark(user, membership.pos);
    });
  }

  /** Waits until something after `since` can be told, the time is over or the client has gone. */
  async wait(user: UserLive, since: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#waiting.set(user.userNid, user);
    try {
      await this.#woken(user, since, timeoutMs, signal);
    } finally {
      if (user.waiting === 0) this.#waiting.delete(user.userNid);
    }
  }

  /** Follows a room until disposed of, to wait for what its members are told, whoever one is. */
  follow(roomNid: number): RoomFollower {
    // What was handed out before may be committed later, and was marked for others only.
    const follower = new UserLive(NOBODY, [], this.#positions.last);
    const followers = this.#followers.get(roomNid) ?? new Set<UserLive>();
    this.#followers.set(roomNid, followers.add(follower));
    return {
      wait: (since, timeoutMs, signal) => this.#woken(follower, since, timeoutMs, signal),
      [Symbol.dispose]: () => {
        followers.delete(follower);
        if (followers.size === 0) this.#followers.delete(roomNid);
      },
    };
  }

  async #woken(user: UserLive, since: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, timeoutMs);
      const remove = user.addWaiter(done);
      signal.addEventListener('abort', done);
      // What came between the caller's look and this registration has marked nobody.
      if (user.newestChange > since) this.#mark(user, user.newestChange);
      if (this.#closed || signal.aborted || (user.newestChange > since && user.newestChange <= this.#positions.watermark)) done();
      function done(): void {
        clearTimeout(timer);
        remove();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }

  async #load(userNid: number): Promise<UserLive> {
    // Who syncs from before what is handed out by now asks storage; what comes after it is marked, first in `early`.
    const knownSince = this.#positions.last;
    const early: ((user: UserLive) => void)[] = [];
    this.#early.set(userNid, early);
    try {
      const rows = await this.#db.query<MembershipRow>(selectMemberships, [userNid]);
      // Of a membership above the watermark it is not known what was before it.
      await this.#positions.reached(rows.reduce((newest, row) => Math.max(newest, row.pos), 0));
      const user = new UserLive(userNid, rows.map(membershipOf), knownSince);
      for (const change of early) change(user);
      this.#users.set(userNid, user);
      return user;
    } finally {
      this.#early.delete(userNid);
    }
  }

  /** What happened while users were being loaded. */
  readonly #early = new Map<number, ((user: UserLive) => void)[]>();

  /** Changes a user who is in memory, or is on the way there. */
  #visit(userNid: number, change: (user: UserLive) => void): void {
    const user = this.cached(userNid);
    if (user) change(user);
    else this.#early.get(userNid)?.push(change);
  }

  #onCommit({ room, stored, members }: RoomCommit): void {
    // Of a redaction that is withheld nobody is told, unless forks that it joined moved the state.
    if (stored.isHidden && members.length === 0 && (stored.flags & EVENT_MOVED_STATE) === 0) return;
    const pos = stored.pos!;
    const touch = (user: UserLive): void => {
      user.touchRoom(room.nid, pos);
      this.#mark(user, pos);
    };
    for (const { after } of members) {
      this.#visit(after.userNid, (user) => {
        const forgotten = (user.rooms.get(room.nid)?.forgotten ?? false) && after.membership >= 4;
        user.setMembership({ ...after, roomNid: room.nid, forgotten }, this.watermark);
        touch(user);
      });
    }
    this.#eachLiveMember(room, touch);
  }

  /** Walks the shorter of the two: the room's members or the users in memory. Who follows the room counts as a member. */
  #eachLiveMember(room: Room, visit: (user: UserLive) => void): void {
    for (const follower of this.#followers.get(room.nid) ?? []) visit(follower);
    for (const [userNid, early] of this.#early) if (room.isJoined(userNid)) early.push(visit);
    if (room.members.size <= this.#users.size) {
      for (const member of room.members.values()) {
        if (member.membership !== JOIN) continue;
        const user = this.cached(member.userNid);
        if (user) visit(user);
      }
      return;
    }
    const visited = new Set<UserLive>();
    for (const users of [this.#users.values(), this.#waiting.values()]) {
      for (const user of users) {
        if (visited.has(user) || !room.isJoined(user.userNid)) continue;
        visited.add(user);
        visit(user);
      }
    }
  }

  #mark(user: UserLive, pos: number): void {
    if (user.waiting === 0) return;
    this.#marked.set(user, Math.max(pos, this.#marked.get(user) ?? 0));
  }

  #onWatermark(watermark: number): void {
    for (const [user, pos] of this.#marked) {
      if (pos > watermark) continue;
      this.#marked.delete(user);
      user.wake();
    }
  }
}

function membershipOf(row: MembershipRow): LiveMembership {
  return {
    roomNid: row.room_nid,
    membership: row.membership,
    nid: row.nid,
    pos: row.pos,
    since: row.since,
    senderNid: row.sender,
    forgotten: row.forgotten,
  };
}
