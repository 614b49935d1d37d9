/** The servers that a local user shares rooms with. */
import { JOIN } from '../rooms/membership.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { SyncHub } from '../sync/sync-hub.ts';

const selectServers = sql('room_servers', 'select distinct server from member where room_nid = any($1::int8[]) and membership = 1');
// Servers in a room that share no other room with a user for longer than this one.
const selectNew = sql(
  'room_servers_new',
  `select distinct o.server from member o where o.room_nid = $1 and o.membership = 1 and not exists (
     select from member k join member s on s.room_nid = k.room_nid and s.server = o.server and s.membership = 1
     where k.user_nid = $2 and k.membership = 1 and k.room_nid <> $1)`,
);

export class SharedServers {
  readonly #db: Queryable;
  readonly #engine: RoomEngine;
  readonly #hub: SyncHub;

  constructor(options: { db: Queryable; engine: RoomEngine; hub: SyncHub }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#hub = options.hub;
  }

  /** Numbers in the string table. No statement if the user's rooms are in memory. */
  async of(userNid: number): Promise<ReadonlySet<number>> {
    const user = await this.#hub.user(userNid);
    const servers = new Set<number>();
    const elsewhere: number[] = [];
    for (const { roomNid, membership } of user.rooms.values()) {
      if (membership !== JOIN) continue;
      const room = this.#engine.cached(roomNid);
      if (room) for (const server of room.servers.keys()) servers.add(server);
      else elsewhere.push(roomNid);
    }
    if (elsewhere.length > 0) {
      for (const row of await this.#db.query<{ server: number }>(selectServers, [elsewhere])) servers.add(row.server);
    }
    return servers;
  }

  /** Those in a room that a user came to that knew nothing of the user before. */
  async newlyMet(roomNid: number, userNid: number): Promise<number[]> {
    return (await this.#db.query<{ server: number }>(selectNew, [roomNid, userNid])).map((row) => row.server);
  }
}
