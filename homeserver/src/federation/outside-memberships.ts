/**
 * Memberships in rooms that this server is not in: its users are invited there, or knock. All that is known of such a room
 * is the stripped state that came along (Server-Server API, "Inviting to a room", "Knocking upon a room").
 */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId, ServerName, UserId } from '@nexuscomm/spec/identifiers/types.ts';
import { findRoomVersion, type RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { RoomEngine } from '../rooms/room-engine.ts';
import { sql, type Database } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import type { SyncHub } from '../sync/sync-hub.ts';

const upsertMember = sql(
  'outside_member_set',
  `insert into member (user_nid, room_nid, membership, nid, pos, since, sender, server) values ($1, $2, $3, 0, $4, $4, $5, $6)
   on conflict (user_nid, room_nid) do update set membership = excluded.membership, nid = 0, pos = excluded.pos, since = excluded.since,
     sender = excluded.sender, forgotten = false`,
);
const upsertState = sql(
  'stripped_state_set',
  `insert into stripped_state (user_nid, room_nid, events) values ($1, $2, $3)
   on conflict (user_nid, room_nid) do update set events = excluded.events`,
);
const selectOne = sql(
  'outside_member_find',
  `select r.nid, r.version, m.membership, m.sender, s.events from room r join member m on m.room_nid = r.nid and m.user_nid = $1
   left join stripped_state s on s.room_nid = r.nid and s.user_nid = $1 where r.room_id = $2 and m.nid = 0`,
);
const selectStates = sql(
  'stripped_states',
  'select s.room_nid, r.room_id, s.events from stripped_state s join room r on r.nid = s.room_nid where s.user_nid = $1 and s.room_nid = any($2::int8[])',
);

interface OutsideRow {
  readonly nid: number;
  readonly version: string;
  readonly membership: number;
  readonly sender: number;
  /** JSON list of stripped events */
  readonly events: string | null;
}

export interface OutsideMembership {
  readonly roomNid: number;
  readonly version: RoomVersion;
  /** INVITE, KNOCK or LEAVE */
  readonly membership: number;
  readonly sender: string;
  /** servers that may be in the room: those of whoever set the state that the user was shown */
  readonly servers: readonly ServerName[];
}

export class OutsideMemberships {
  readonly #db: Database;
  readonly #engine: RoomEngine;
  readonly #positions: StreamPositions;
  readonly #hub: SyncHub;

  constructor(options: { db: Database; engine: RoomEngine; positions: StreamPositions; hub: SyncHub }) {
    this.#db = options.db;
    this.#engine = options.engine;
    this.#positions = options.positions;
    this.#hub = options.hub;
  }

  /** A user of this server is invited to a room elsewhere, knocks at it, or is so no more. `shown` is stripped state. */
  async set(change: {
    roomId: RoomId;
    version: RoomVersion;
    userId: UserId;
    membership: number;
    sender: string;
    shown: readonly JsonObject[];
  }): Promise<void> {
    const { roomId, version, userId, membership, sender, shown } = change;
    const room = await this.#engine.openRemote(roomId, version);
    const [userNid, senderNid, serverNid] = await this.#engine.strings.ids([userId, sender, serverNameOf(userId)]);
    await this.#positions.write(async (pos) => {
      await this.#db.transaction(async (tx) => {
        await tx.query(upsertMember, [userNid, room.nid, membership, pos, senderNid, serverNid]);
        await tx.query(upsertState, [userNid, room.nid, JSON.stringify(shown)]);
      });
      this.#engine.evict(room);
      this.#hub.setMembership(userNid!, {
        roomNid: room.nid,
        membership,
        nid: 0,
        pos,
        since: pos,
        senderNid: senderNid!,
        forgotten: false,
      });
    });
  }

  async find(userNid: number, roomId: string): Promise<OutsideMembership | undefined> {
    const [row] = await this.#db.query<OutsideRow>(selectOne, [userNid, roomId]);
    const version = row && findRoomVersion(row.version);
    if (!version) return undefined;
    const sender = await this.#engine.strings.text(row.sender);
    const shown = JSON.parse(row.events ?? '[]') as { sender: string }[];
    const servers = [...new Set([sender, ...shown.map((event) => event.sender)].map(serverNameOf))];
    return { roomNid: row.nid, version, membership: row.membership, sender, servers };
  }

  /** What a user was shown of rooms, as JSON lists of stripped events, by room number. */
  async shown(userNid: number, roomNids: readonly number[]): Promise<Map<number, { roomId: string; events: string }>> {
    const rows = await this.#db.query<{ room_nid: number; room_id: string; events: string }>(selectStates, [userNid, roomNids]);
    return new Map(rows.map((row) => [row.room_nid, { roomId: row.room_id, events: row.events }]));
  }
}
