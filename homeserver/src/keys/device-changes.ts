/** Whose devices changed (Client-Server API, "Tracking the device list for a user"): one row a change, fanned out when read. */
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { StringTable } from '../storage/string-table.ts';
import { JOIN } from '../rooms/membership.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import type { SyncHub } from '../sync/sync-hub.ts';

const insert = sql('device_change_insert', 'insert into device_change (user_nid, pos, device_id) values ($1, $2, $3)');
const selectShared = sql(
  'device_change_shared',
  `select distinct c.user_nid from device_change c where c.pos > $2 and c.pos <= $3 and (c.user_nid = $1 or exists (
     select from member a join member b on b.room_nid = a.room_nid and b.user_nid = c.user_nid and b.membership = 1
     where a.user_nid = $1 and a.membership = 1))`,
);
// Others' joins and leaves in the user's rooms, and everybody in rooms that the user joined or left themselves.
const selectMoved = sql(
  'device_change_moved',
  `select distinct m.user_nid, m.membership = 1 as joined from member own join member m on m.room_nid = own.room_nid and m.user_nid <> $1
   where own.user_nid = $1
     and ((own.membership = 1 and m.since > $2 and m.since <= $3 and m.membership in (1, 4, 5))
       or (own.since > $2 and own.since <= $3 and own.membership in (1, 4, 5) and m.membership = 1))`,
);
const selectStillShared = sql(
  'device_change_still_shared',
  `select distinct m.user_nid from member own join member m on m.room_nid = own.room_nid
   where own.user_nid = $1 and own.membership = 1 and m.membership = 1 and m.user_nid = any($2::int4[])`,
);
const selectLocalAudience = sql(
  'shared_local_users',
  `select distinct b.user_nid from member a join member b on b.room_nid = a.room_nid and b.server = $2 and b.membership = 1
   where a.user_nid = $1 and a.membership = 1`,
);
const selectAudience = sql(
  'shared_users',
  `select distinct b.user_nid from member a join member b on b.room_nid = a.room_nid and b.membership = 1 where a.user_nid = $1 and a.membership = 1`,
);

/** What of a user changed: a device, by its id, the cross-signing keys, or something that only users here are told of. */
export type DeviceChange = { readonly device: string } | 'cross-signing keys' | 'nothing public';

/** A change was stored at a position, which is not settled yet. Must not throw or wait. */
export type OnDeviceChange = (userNid: number, pos: number) => void;

export class DeviceChanges {
  readonly #db: Queryable;
  readonly #positions: StreamPositions;
  readonly #strings: StringTable;
  readonly #engine: RoomEngine;
  readonly #hub: SyncHub;
  #onPublicChange: OnDeviceChange = () => {};

  constructor(options: { db: Queryable; positions: StreamPositions; strings: StringTable; engine: RoomEngine; hub: SyncHub }) {
    this.#db = options.db;
    this.#positions = options.positions;
    this.#strings = options.strings;
    this.#engine = options.engine;
    this.#hub = options.hub;
    // Coming to share a room, or ceasing to, is news of the same kind.
    options.engine.onCommit(({ room, stored, members }) => {
      for (const { before, after } of members) {
        if ((before?.membership === JOIN) === (after.membership === JOIN)) continue;
        this.#hub.touchUser(after.userNid, stored.pos!);
        this.#touchMembers(room, stored.pos!);
      }
    });
  }

  /** Other servers are told of public changes of local users. */
  connect(onPublicChange: OnDeviceChange): void {
    this.#onPublicChange = onPublicChange;
  }

  /** A local user's devices or cross-signing keys changed. */
  async record(userNid: number, change: DeviceChange): Promise<void> {
    const audience = await this.audience(userNid);
    const column = change === 'cross-signing keys' ? null : change === 'nothing public' ? '' : change.device;
    await this.#positions.write(async (pos) => {
      await this.#db.query(insert, [userNid, pos, column]);
      for (const member of audience) this.#hub.touchUser(member, pos);
      if (change !== 'nothing public') this.#onPublicChange(userNid, pos);
    });
  }

  /** Devices or keys of a user of another server changed. `ownServerNid`: this server in the string table. */
  async recordRemote(userNid: number, ownServerNid: number): Promise<void> {
    const audience = await this.localAudience(userNid, ownServerNid);
    if (audience.size === 0) return;
    await this.#positions.write(async (pos) => {
      await this.#db.query(insert, [userNid, pos, '']);
      for (const member of audience) this.#hub.touchUser(member, pos);
    });
  }

  /** The users here who share a room with one of another server. */
  async localAudience(userNid: number, ownServerNid: number): Promise<ReadonlySet<number>> {
    const rows = await this.#db.query<{ user_nid: number }>(selectLocalAudience, [userNid, ownServerNid]);
    return new Set(rows.map((row) => row.user_nid));
  }

  /** The users who share a room with this one, and this one. */
  async audience(userNid: number): Promise<ReadonlySet<number>> {
    const user = await this.#hub.user(userNid);
    const rooms = [...user.rooms.values()].filter((room) => room.membership === JOIN);
    const loaded = rooms.map((room) => this.#engine.cached(room.roomNid));
    if (loaded.every((room) => room !== undefined)) {
      const audience = new Set([userNid]);
      for (const room of loaded) for (const member of room.members.values()) if (member.membership === JOIN) audience.add(member.userNid);
      return audience;
    }
    const rows = await this.#db.query<{ user_nid: number }>(selectAudience, [userNid]);
    return new Set([userNid, ...rows.map((row) => row.user_nid)]);
  }

  async changed(userNid: number, since: number, upto: number): Promise<{ changed: string[]; left: string[] }> {
    const [shared, moved] = await Promise.all([
      this.#db.query<{ user_nid: number }>(selectShared, [userNid, since, upto]),
      this.#db.query<{ user_nid: number; joined: boolean }>(selectMoved, [userNid, since, upto]),
    ]);
    const changed = new Set(shared.map((row) => row.user_nid));
    const left = new Set<number>();
    if (moved.length > 0) {
      const users = [...new Set(moved.map((row) => row.user_nid))];
      const still = new Set((await this.#db.query<{ user_nid: number }>(selectStillShared, [userNid, users])).map((row) => row.user_nid));
      for (const user of users) (still.has(user) ? changed : left).add(user);
    }
    return { changed: await this.#strings.texts([...changed]), left: await this.#strings.texts([...left]) };
  }

  #touchMembers(room: Room, pos: number): void {
    for (const member of room.members.values()) if (member.membership === JOIN) this.#hub.touchUser(member.userNid, pos);
  }
}
