/** Reads rooms into memory, any number of them with four statements. */
import { findRoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { RoomId } from '@nexuscomm/spec/identifiers/types.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { Member } from './membership.ts';
import type { LoadedRoom } from './room.ts';
import { SnapshotChain, applyDelta, type Snapshot, type StateMap } from './state-snapshots.ts';

const selectHeads = sql(
  'room_heads',
  `select r.nid, r.room_id, r.version, r.shard, h.tips, h.snap, h.depth, h.last_pos,
          array(select e.event_id from unnest(h.tips) with ordinality t(nid, i) join event e on e.nid = t.nid order by t.i) as tip_ids
   from room r join room_head h on h.room_nid = r.nid where r.nid = any($1::int8[])`,
);
const selectChains = sql(
  'snap_chains',
  `with recursive chain as (
     select s.id as tip, s.id, s.parent, s.n, s.delta from snap s where s.id = any($1::int8[])
     union all
     select c.tip, s.id, s.parent, s.n, s.delta from chain c join snap s on s.id = c.parent)
   select tip, id, parent, n, delta from chain order by tip, n`,
);
const selectMembers = sql(
  'room_members',
  'select room_nid, user_nid, membership, nid, pos, since, sender, server from member where room_nid = any($1::int8[])',
);
const insertKnown = sql('room_insert', 'insert into room (nid, room_id, version, shard) values ($1, $2, $3, $4) on conflict (room_id) do nothing');
const selectNids = sql('room_nids', 'select nid, room_id from room where room_id = any($1::text[])');

interface HeadRow {
  nid: number;
  room_id: string;
  version: string;
  shard: number;
  tips: number[];
  snap: number;
  depth: number;
  last_pos: number;
  tip_ids: string[];
}
interface MemberRow {
  room_nid: number;
  user_nid: number;
  membership: number;
  nid: number;
  pos: number;
  since: number;
  sender: number;
  server: number;
}

/** The numbers of the rooms that this server knows. */
export async function findRoomNids(db: Queryable, roomIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ nid: number; room_id: string }>(selectNids, [roomIds]);
  return new Map(rows.map((row) => [row.room_id, row.nid]));
}

/** Makes a room known; the number that it has, which is another if it was known already. */
export async function insertRoom(db: Queryable, room: { nid: number; roomId: string; version: string; shard: number }): Promise<number> {
  await db.query(insertKnown, [room.nid, room.roomId, room.version, room.shard]);
  return (await findRoomNids(db, [room.roomId])).get(room.roomId)!;
}

export async function loadRooms(db: Queryable, nids: readonly number[]): Promise<LoadedRoom[]> {
  const heads = await db.query<HeadRow>(selectHeads, [nids]);
  if (heads.length === 0) return [];
  const [chains, members] = await Promise.all([
    loadChains(
      db,
      heads.map((head) => head.snap),
    ),
    db.query<MemberRow>(selectMembers, [heads.map((head) => head.nid)]),
  ]);
  const membersOf = Map.groupBy(members, (row) => row.room_nid);
  return heads.map((head) => {
    const version = findRoomVersion(head.version);
    if (!version) throw new Error(`room ${head.room_id} has the unknown version ${head.version}`);
    return {
      nid: head.nid,
      roomId: head.room_id as RoomId,
      version,
      shard: head.shard,
      tips: head.tips.map((nid, i) => ({ nid, eventId: head.tip_ids[i]! })),
      depth: head.depth,
      lastPos: head.last_pos,
      chain: chains.get(head.snap) ?? SnapshotChain.empty,
      members: (membersOf.get(head.nid) ?? []).map(memberOf),
    };
  });
}

function memberOf(row: MemberRow): Member {
  const { user_nid: userNid, membership, nid, pos, since, sender: senderNid, server: serverNid } = row;
  return { userNid, membership, nid, pos, since, senderNid, serverNid };
}

/** The chains that end in the given snapshots. */
export async function loadChains(db: Queryable, snaps: readonly number[]): Promise<Map<number, SnapshotChain>> {
  const wanted = snaps.filter((snap) => snap !== 0);
  if (wanted.length === 0) return new Map();
  const rows = await db.query<Snapshot & { tip: number }>(selectChains, [wanted]);
  const chains = new Map<number, SnapshotChain>();
  for (const [tip, links] of Map.groupBy(rows, (row) => row.tip)) {
    chains.set(tip, new SnapshotChain(links.map(({ id, parent, n, delta }) => ({ id, parent, n, delta }))));
  }
  return chains;
}

/** The states of snapshots, by snapshot id; snapshot 0 is the empty state. */
export async function loadStates(db: Queryable, snaps: readonly number[]): Promise<Map<number, StateMap>> {
  const chains = await loadChains(db, [...new Set(snaps)]);
  const states = new Map<number, StateMap>();
  for (const snap of snaps) {
    const state: StateMap = new Map();
    for (const link of chains.get(snap)?.links ?? []) applyDelta(state, link.delta);
    states.set(snap, state);
  }
  return states;
}
