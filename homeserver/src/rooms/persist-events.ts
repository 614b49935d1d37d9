/**
 * The one statement that makes events durable: events, their JSON, transaction ids, snapshots, current state, members,
 * relations, redactions and room heads, for any number of rooms, in one round trip. It writes nothing unless the lease
 * of every shard concerned still has the epoch that the writer holds.
 */
import { sql, type Queryable } from '../storage/database.ts';
import type { Snapshot } from './state-snapshots.ts';

export interface EventWrite {
  readonly nid: number;
  readonly roomNid: number;
  readonly type: number;
  readonly key: number | undefined;
  readonly sender: number;
  readonly flags: number;
  readonly depth: number;
  readonly pos: number | null;
  readonly ts: number;
  readonly snapBefore: number;
  readonly replaces: number | undefined;
  readonly prev: readonly number[];
  readonly auth: readonly number[];
  readonly eventId: string;
  readonly json: string;
}

export interface HeadWrite {
  readonly roomNid: number;
  readonly tips: readonly number[];
  readonly snap: number;
  readonly depth: number;
  readonly lastPos: number;
}

export interface StateWrite {
  readonly roomNid: number;
  readonly key: number;
  readonly type: number;
  /** 0: the key is gone */
  readonly nid: number;
}

export interface MemberWrite {
  readonly userNid: number;
  readonly roomNid: number;
  readonly membership: number;
  readonly nid: number;
  readonly pos: number;
  readonly since: number;
  readonly sender: number;
}

export interface RelationWrite {
  readonly nid: number;
  readonly roomNid: number;
  readonly parent: string;
  readonly relType: number;
  readonly type: number;
  readonly sender: number;
  readonly aggKey: string | undefined;
}

/** Everything that becomes durable together with one event. */
export interface RoomWrite {
  readonly shard: number;
  readonly event: EventWrite;
  readonly head: HeadWrite;
  /** set with the first event of a room */
  readonly room?: { readonly nid: number; readonly roomId: string; readonly version: string };
  readonly snapshot?: Snapshot;
  readonly state?: readonly StateWrite[];
  readonly members?: readonly MemberWrite[];
  readonly txn?: { readonly deviceNid: number; readonly txnId: string; readonly ts: number };
  readonly relation?: RelationWrite;
  readonly redacts?: number;
}

const lease = `ok as materialized (
    select count(*) = cardinality($1::int2[]) as ok
    from (select 1 from shard_lease l join unnest($1::int2[], $2::int8[]) w(shard, epoch) using (shard, epoch) for share of l) held)`;

const events = `e as (
    insert into event (nid, room_nid, type, key, sender, flags, depth, pos, ts, snap_before, replaces, prev, auth, event_id)
    select nid, room_nid, type, key, sender, flags, depth, pos, ts, snap_before, replaces, prev::int8[], auth::int8[], event_id
    from ok, unnest($3::int8[], $4::int8[], $5::int4[], $6::int4[], $7::int4[], $8::int2[], $9::int8[], $10::int8[], $11::int8[],
                    $12::int8[], $13::int8[], $14::text[], $15::text[], $16::text[])
      as u(nid, room_nid, type, key, sender, flags, depth, pos, ts, snap_before, replaces, prev, auth, event_id)
    where ok returning 1),
  j as (insert into event_json (nid, json) select nid, json from ok, unnest($3::int8[], $17::text[]) u(nid, json) where ok),
  t as (insert into txn (device_nid, txn_id, nid, ts)
    select device_nid, txn_id, nid, ts from ok, unnest($18::int8[], $19::text[], $20::int8[], $21::int8[]) u(device_nid, txn_id, nid, ts)
    where ok on conflict do nothing),
  h as (insert into room_head (room_nid, tips, snap, depth, last_pos)
    select room_nid, tips::int8[], snap, depth, last_pos
    from ok, unnest($22::int8[], $23::text[], $24::int8[], $25::int8[], $26::int8[]) u(room_nid, tips, snap, depth, last_pos) where ok
    on conflict (room_nid) do update set tips = excluded.tips, snap = excluded.snap, depth = excluded.depth, last_pos = excluded.last_pos)`;

const persistMessages = sql('persist_messages', `with ${lease}, ${events} select ok from ok`);

const persistAll = sql(
  'persist_all',
  `with ${lease}, ${events},
  r as (insert into room (nid, room_id, version, shard)
    select nid, room_id, version, shard from ok, unnest($27::int8[], $28::text[], $29::text[], $30::int2[]) u(nid, room_id, version, shard) where ok),
  s as (insert into snap (id, room_nid, parent, n, delta)
    select id, room_nid, parent, n, delta from ok, unnest($31::int8[], $32::int8[], $33::int8[], $34::int4[], $35::bytea[]) u(id, room_nid, parent, n, delta) where ok),
  c as (insert into current_state (room_nid, key, type, nid)
    select room_nid, key, type, nid from ok, unnest($36::int8[], $37::int4[], $38::int4[], $39::int8[]) u(room_nid, key, type, nid) where ok
    on conflict (room_nid, key) do update set nid = excluded.nid),
  g as (delete from current_state c using ok, unnest($40::int8[], $41::int4[]) u(room_nid, key)
    where ok and c.room_nid = u.room_nid and c.key = u.key),
  m as (insert into member (user_nid, room_nid, membership, nid, pos, since, sender)
    select user_nid, room_nid, membership, nid, pos, since, sender
    from ok, unnest($42::int4[], $43::int8[], $44::int2[], $45::int8[], $46::int8[], $47::int8[], $48::int4[])
      u(user_nid, room_nid, membership, nid, pos, since, sender) where ok
    on conflict (user_nid, room_nid) do update set membership = excluded.membership, nid = excluded.nid, pos = excluded.pos,
      since = excluded.since, sender = excluded.sender,
      forgotten = member.forgotten and excluded.membership in (4, 5)),
  l as (insert into relation (nid, room_nid, parent, rel_type, type, sender, agg_key)
    select nid, room_nid, parent, rel_type, type, sender, agg_key
    from ok, unnest($49::int8[], $50::int8[], $51::text[], $52::int4[], $53::int4[], $54::int4[], $55::text[])
      u(nid, room_nid, parent, rel_type, type, sender, agg_key) where ok),
  x as (update event e set redacted_by = u.by from ok, unnest($56::int8[], $57::int8[]) u(nid, by) where ok and e.nid = u.nid)
  select ok from ok`,
);

const findEvents = sql('persist_check', 'select count(*)::int4 as n from event where nid = any($1::int8[])');

/** Thrown when another process has taken over a shard: this one must write no more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const arrayLiteral = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

/** Writes all or nothing. `epochs` gives the held epoch of each shard. */
export async function persistEvents(db: Queryable, epochs: ReadonlyMap<number, number>, writes: readonly RoomWrite[]): Promise<void> {
  const shards = [...new Set(writes.map((write) => write.shard))];
  const heads = [...new Map(writes.map((write) => [write.head.roomNid, write.head])).values()];
  const rows = writes.map((write) => write.event);
  const txns = writes.filter((write) => write.txn);
  const base = [
    shards,
    shards.map((shard) => epochs.get(shard) ?? -1),
    rows.map((row) => row.nid),
    rows.map((row) => row.roomNid),
    rows.map((row) => row.type),
    rows.map((row) => row.key ?? null),
    rows.map((row) => row.sender),
    rows.map((row) => row.flags),
    rows.map((row) => row.depth),
    rows.map((row) => row.pos),
    rows.map((row) => row.ts),
    rows.map((row) => row.snapBefore),
    rows.map((row) => row.replaces ?? null),
    rows.map((row) => arrayLiteral(row.prev)),
    rows.map((row) => arrayLiteral(row.auth)),
    rows.map((row) => row.eventId),
    rows.map((row) => row.json),
    txns.map((write) => write.txn!.deviceNid),
    txns.map((write) => write.txn!.txnId),
    txns.map((write) => write.event.nid),
    txns.map((write) => write.txn!.ts),
    heads.map((head) => head.roomNid),
    heads.map((head) => arrayLiteral(head.tips)),
    heads.map((head) => head.snap),
    heads.map((head) => head.depth),
    heads.map((head) => head.lastPos),
  ];
  const plain = writes.every((write) => !write.room && !write.snapshot && !write.relation && write.redacts === undefined);
  const [row] = plain
    ? await db.query<{ ok: boolean }>(persistMessages, base)
    : await db.query<{ ok: boolean }>(persistAll, [...base, ...furtherColumns(writes)]);
  if (row?.ok !== true) throw new LeaseLost('another process has taken over rooms that this one was writing');
}

function furtherColumns(writes: readonly RoomWrite[]): unknown[] {
  const rooms = writes.filter((write) => write.room);
  const snapshots = writes.filter((write) => write.snapshot);
  const state = [...new Map(writes.flatMap((write) => write.state ?? []).map((row) => [`${row.roomNid} ${row.key}`, row])).values()];
  const present = state.filter((row) => row.nid !== 0);
  const gone = state.filter((row) => row.nid === 0);
  const members = [...new Map(writes.flatMap((write) => write.members ?? []).map((row) => [`${row.userNid} ${row.roomNid}`, row])).values()];
  const relations = writes.flatMap((write) => (write.relation ? [write.relation] : []));
  const redactions = writes.filter((write) => write.redacts !== undefined);
  return [
    rooms.map((write) => write.room!.nid),
    rooms.map((write) => write.room!.roomId),
    rooms.map((write) => write.room!.version),
    rooms.map((write) => write.shard),
    snapshots.map((write) => write.snapshot!.id),
    snapshots.map((write) => write.event.roomNid),
    snapshots.map((write) => write.snapshot!.parent),
    snapshots.map((write) => write.snapshot!.n),
    snapshots.map((write) => write.snapshot!.delta),
    present.map((row) => row.roomNid),
    present.map((row) => row.key),
    present.map((row) => row.type),
    present.map((row) => row.nid),
    gone.map((row) => row.roomNid),
    gone.map((row) => row.key),
    members.map((row) => row.userNid),
    members.map((row) => row.roomNid),
    members.map((row) => row.membership),
    members.map((row) => row.nid),
    members.map((row) => row.pos),
    members.map((row) => row.since),
    members.map((row) => row.sender),
    relations.map((row) => row.nid),
    relations.map((row) => row.roomNid),
    relations.map((row) => row.parent),
    relations.map((row) => row.relType),
    relations.map((row) => row.type),
    relations.map((row) => row.sender),
    relations.map((row) => row.aggKey ?? null),
    redactions.map((write) => write.redacts!),
    redactions.map((write) => write.event.nid),
  ];
}

/** After a connection was lost in mid-statement: whether the statement had been committed. */
export async function werePersisted(db: Queryable, writes: readonly RoomWrite[]): Promise<boolean> {
  const [row] = await db.query<{ n: number }>(findEvents, [writes.map((write) => write.event.nid)]);
  return row!.n > 0;
}
