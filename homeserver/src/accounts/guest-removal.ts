/**
 * Guests of this server leave rooms that cease to take guests (Client-Server API, "Guest Access", server behaviour), whichever
 * server's user has changed that. Other servers see to their own: only they know who is a guest.
 */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { GUEST_ACCESS, takesGuests } from '../rooms/guest-access.ts';
import type { Memberships } from '../rooms/memberships.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomCommit, RoomEngine } from '../rooms/room-engine.ts';
import { EVENT_MOVED_STATE } from '../rooms/stored-event.ts';
import { sql, type Queryable } from '../storage/database.ts';

const guests = 'from account a join member m on m.user_nid = a.user_nid and m.membership = 1 where a.is_guest';
const selectGuests = sql('guests_in_room', `select a.user_nid, a.user_id ${guests} and m.room_nid = $1`);
const selectRooms = sql('guests_rooms', `select distinct m.room_nid ${guests}`);

export class GuestRemoval {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #memberships: Memberships;
  /** the event in force when forks were last resolved; 0: none */
  readonly #checked = new WeakMap<Room, number>();

  constructor(options: { db: Queryable; engine: RoomEngine; memberships: Memberships; onError: (error: unknown) => void }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#memberships = options.memberships;
    options.engine.onCommit((commit) => {
      if (isOfGuestAccess(commit)) this.#check(commit.room).catch(options.onError);
      else if ((commit.stored.flags & EVENT_MOVED_STATE) !== 0) this.#checkIfMoved(commit.room).catch(options.onError);
    });
  }

  /** Finishes what a stop has interrupted. */
  async finishAll(): Promise<void> {
    const rows = await this.#db.query<{ room_nid: number }>(selectRooms);
    for (const room of (await this.#engine.byNids(rows.map((row) => row.room_nid))).values()) await this.#check(room);
  }

  /** Forks were resolved: whether that moved this setting too, the event in force tells. */
  async #checkIfMoved(room: Room): Promise<void> {
    const { nid = 0 } = (await this.#engine.stateEvent(room, GUEST_ACCESS, '')) ?? {};
    if (this.#checked.get(room) === nid) return;
    this.#checked.set(room, nid);
    await this.#check(room);
  }

  async #check(room: Room): Promise<void> {
    if (await takesGuests(this.#engine, room)) return;
    const rows = await this.#db.query<{ user_nid: number; user_id: UserId }>(selectGuests, [room.nid]);
    for (const { user_nid: userNid, user_id: userId } of rows) {
      await this.#memberships.leave({ userNid, userId }, room.roomId, undefined).catch((error: unknown) => {
        // The room does not let them go, or they have gone.
        if (!(error instanceof MatrixError)) throw error;
      });
    }
  }
}

/** The setting is another one now, or is redacted. */
function isOfGuestAccess({ stored, redacted }: RoomCommit): boolean {
  return (stored.event.type === GUEST_ACCESS && stored.event.stateKey === '') || redacted?.event.type === GUEST_ACCESS;
}
