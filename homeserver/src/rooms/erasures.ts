/**
 * Accounts whose content is erased as far as it can be (Client-Server API, POST /account/deactivate, `erase`): users and servers
 * that come to a room later are given redacted copies of what those accounts sent there; nothing is sent or changed. State other
 * than memberships stays whole: rooms work by it, and without `m.room.encryption` whoever comes would write in the open.
 */
import { sql, type Queryable } from '../storage/database.ts';
import { BAN, JOIN, LEAVE } from './membership.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';
import type { StoredEvent } from './stored-event.ts';

const selectErased = sql('erased_accounts', 'select user_nid, erased_pos from account where erased');

const NOBODY: ReadonlySet<number> = new Set();

export class Erasures {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  /** user -> position of the erasure */
  #erased: ReadonlyMap<number, number> = new Map();
  readonly #copies = new WeakMap<StoredEvent, StoredEvent>();

  private constructor(db: Queryable, engine: RoomEngine) {
    this.#db = db;
    this.#engine = engine;
  }

  static async open(db: Queryable, engine: RoomEngine): Promise<Erasures> {
    const erasures = new Erasures(db, engine);
    await erasures.reload();
    return erasures;
  }

  /** Accounts were deactivated. */
  async reload(): Promise<void> {
    const rows = await this.#db.query<{ user_nid: number; erased_pos: number }>(selectErased);
    this.#erased = new Map(rows.map((row) => [row.user_nid, row.erased_pos]));
  }

  /** An event as a user is shown it. `membership`: theirs when it was sent, as a code, as far as that is at hand. */
  shownTo(userNid: number, stored: StoredEvent, membership?: number): StoredEvent {
    const erasedAt = this.#erased.get(stored.senderNid);
    if (erasedAt === undefined || isKept(stored) || membership === JOIN || this.#wasThere(userNid, stored.roomNid, erasedAt)) return stored;
    return this.#copyOf(stored);
  }

  /** Users whose events of the room a server is given redacted copies of. */
  hiddenFrom(room: Room, serverNid: number): ReadonlySet<number> {
    if (this.#erased.size === 0) return NOBODY;
    let since = Number.POSITIVE_INFINITY;
    for (const member of room.members.values()) {
      if (member.serverNid === serverNid && member.membership === JOIN) since = Math.min(since, member.since);
    }
    return new Set([...this.#erased].flatMap(([userNid, erasedAt]) => (since > erasedAt ? [userNid] : [])));
  }

  /** Whether a server is given a redacted copy of an event, unless its users were in the room when it was sent. */
  isHiddenFrom(room: Room, serverNid: number, stored: StoredEvent): boolean {
    return this.#erased.has(stored.senderNid) && !isKept(stored) && this.hiddenFrom(room, serverNid).has(stored.senderNid);
  }

  /** The user had come to the room before, and may have left it again before. */
  #wasThere(userNid: number, roomNid: number, erasedAt: number): boolean {
    const member = this.#engine.cached(roomNid)?.members.get(userNid);
    if (member === undefined || member.since > erasedAt) return false;
    return member.membership === JOIN || member.membership === LEAVE || member.membership === BAN;
  }

  #copyOf(stored: StoredEvent): StoredEvent {
    if (stored.redactedBy !== undefined) return stored;
    const copy = this.#copies.get(stored) ?? stored.redactedCopy();
    this.#copies.set(stored, copy);
    return copy;
  }
}

const isKept = (stored: StoredEvent): boolean => stored.isState && stored.event.type !== 'm.room.member';
