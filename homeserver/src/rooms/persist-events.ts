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
  /** undefined: as before the event */
  readonly snapAfter: number | undefined;
  /** state in force in the room when the event arrived; undefined: the state before it */
  readonly headBefore: number | undefined;
  readonly replaces: number | undefined;
  readonly redactedBy: number | undefined;
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
  readonly server: number;
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
  readonly snapshots?: readonly Snapshot[];
  readonly state?: readonly StateWrite[];
  readonly members?: readonly MemberWrite[];
  readonly txn?: { readonly deviceNid: number; readonly txnId: string; readonly ts: number };
  readonly relation?: RelationWrite;
  readonly redacts?: number;
  /** the event is here already under the same number, as an outlier or withheld, and takes its place now */
  readonly wasStored?: boolean;
  /** events that the room names as predecessors and that this server does not have */
  readonly gaps?: readonly string[];
}

/** `$n::type[], ...` for columns of the given types, from parameter `from` on. */
const arrays = (from: number, types: string): string =>
  types
    .split(' ')
    .map((type, i) => `$${from + i}::${type}[]`)
    .join(', ');

const lease = `ok as materialized (
    select count(*) = cardinality($1::int2[]) as ok
    from (select 1 from shard_lease l join unnest($1::int2[], $2::int8[]) w(shard, epoch) using (shard, epoch) for share of l) held)`;

const EVENT_COLUMNS =
  'nid, room_nid, type, key, sender, flags, depth, pos, ts, snap_before, snap_after, head_before, replaces, redacted_by, prev, auth, event_id';
const EVENT_TYPES = 'int8 int8 int4 int4 int4 int2 int8 int8 int8 int8 int8 int8 int8 int8 text text text';
const JSON_AT = 20;
const TXN_AT = JSON_AT + 1;
const HEAD_AT = TXN_AT + 4;
const FURTHER_AT = HEAD_AT + 5;

const insertEvents = `insert into event (${EVENT_COLUMNS})
    select ${EVENT_COLUMNS.replace('prev, auth', 'prev::int8[], auth::int8[]')}
    from ok, unnest(${arrays(3, EVENT_TYPES)}) as u(${EVENT_COLUMNS}) where ok`;
const insertJson = `insert into event_json (nid, json) select nid, json from ok, unnest($3::int8[], $${JSON_AT}::text[]) u(nid, json) where ok`;

const heads = `t as (insert into txn (device_nid, txn_id, nid, ts)
    select device_nid, txn_id, nid, ts from ok, unnest(${arrays(TXN_AT, 'int8 text int8 int8')}) u(device_nid, txn_id, nid, ts)
    where ok on conflict do nothing),
  h as (insert into room_head (room_nid, tips, snap, depth, last_pos)
    select room_nid, tips::int8[], snap, depth, last_pos
    from ok, unnest(${arrays(HEAD_AT, 'int8 text int8 int8 int8')}) u(room_nid, tips, snap, depth, last_pos) where ok
    on conflict (room_nid) do update set tips = excluded.tips, snap = excluded.snap, depth = excluded.depth, last_pos = excluded.last_pos)`;

const persistMessages = sql('persist_messages', `with ${lease}, e as (${insertEvents}), j as (${insertJson}), ${heads} select ok from ok`);

const MEMBER_COLUMNS = 'user_nid, room_nid, membership, nid, pos, since, sender, server';
const persistAll = sql(
  'persist_all',
  `with ${lease},
  e as (${insertEvents} on conflict (nid) do update set flags = excluded.flags, pos = excluded.pos, snap_before = excluded.snap_before,
    snap_after = excluded.snap_after, head_before = excluded.head_before, replaces = excluded.replaces, prev = excluded.prev),
  j as (${insertJson} on conflict (nid) do nothing), ${heads},
  r as (insert into room (nid, room_id, version, shard)
    select nid, room_id, version, shard from ok, unnest(${arrays(FURTHER_AT, 'int8 text text int2')}) u(nid, room_id, version, shard) where ok
    on conflict do nothing),
  s as (insert into snap (id, room_nid, parent, n, delta)
    select id, room_nid, parent, n, delta from ok, unnest(${arrays(FURTHER_AT + 4, 'int8 int8 int8 int4 bytea')}) u(id, room_nid, parent, n, delta) where ok),
  c as (insert into current_state (room_nid, key, type, nid)
    select room_nid, key, type, nid from ok, unnest(${arrays(FURTHER_AT + 9, 'int8 int4 int4 int8')}) u(room_nid, key, type, nid) where ok
    on conflict (room_nid, key) do update set nid = excluded.nid),
  g as (delete from current_state c using ok, unnest(${arrays(FURTHER_AT + 13, 'int8 int4')}) u(room_nid, key)
    where ok and c.room_nid = u.room_nid and c.key = u.key),
  m as (insert into member (${MEMBER_COLUMNS})
    select ${MEMBER_COLUMNS} from ok, unnest(${arrays(FURTHER_AT + 15, 'int4 int8 int2 int8 int8 int8 int4 int4')}) u(${MEMBER_COLUMNS}) where ok
    on conflict (user_nid, room_nid) do update set membership = excluded.membership, nid = excluded.nid, pos = excluded.pos,
      since = excluded.since, sender = excluded.sender,
      forgotten = member.forgotten and excluded.membership in (4, 5)),
  l as (insert into relation (nid, room_nid, parent, rel_type, type, sender, agg_key)
    select nid, room_nid, parent, rel_type, type, sender, agg_key
    from ok, unnest(${arrays(FURTHER_AT + 23, 'int8 int8 text int4 int4 int4 text')})
      u(nid, room_nid, parent, rel_type, type, sender, agg_key) where ok on conflict do nothing),
  x as (update event e set redacted_by = u.by from ok, unnest(${arrays(FURTHER_AT + 30, 'int8 int8')}) u(nid, by) where ok and e.nid = u.nid),
  b as (insert into back_extremity (room_nid, event_id)
    select room_nid, event_id from ok, unnest(${arrays(FURTHER_AT + 32, 'int8 text')}) u(room_nid, event_id) where ok on conflict do nothing),
  d as (delete from back_extremity b using ok, unnest($4::int8[], $19::text[]) u(room_nid, event_id)
    where ok and b.room_nid = u.room_nid and b.event_id = u.event_id)
  select ok from ok`,
);

// What was here before, as an outlier or withheld, had other flags.
const findEvents = sql('persist_check', 'select count(*)::int4 as n from event join unnest($1::int8[], $2::int2[]) u(nid, flags) using (nid, flags)');

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
    rows.map((row) => row.snapAfter ?? null),
    rows.map((row) => row.headBefore ?? null),
    rows.map((row) => row.replaces ?? null),
    rows.map((row) => row.redactedBy ?? null),
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
  const plain = writes.every(isPlain);
  const [row] = plain
    ? await db.query<{ ok: boolean }>(persistMessages, base)
    : await db.query<{ ok: boolean }>(persistAll, [...base, ...furtherColumns(writes)]);
  if (row?.ok !== true) throw new LeaseLost('another process has taken over rooms that this one was writing');
}

/** A live message that nothing else comes with. */
function isPlain({ event, room, snapshots = [], state = [], relation, redacts, wasStored = false, gaps = [] }: RoomWrite): boolean {
  const historical = event.pos !== null && event.pos < 0;
  return !room && snapshots.length + state.length + gaps.length === 0 && !relation && redacts === undefined && !wasStored && !historical;
}

function furtherColumns(writes: readonly RoomWrite[]): unknown[] {
  const rooms = writes.filter((write) => write.room);
  const snapshots = writes.flatMap((write) => (write.snapshots ?? []).map((snapshot) => ({ ...snapshot, roomNid: write.event.roomNid })));
  const state = [...new Map(writes.flatMap((write) => write.state ?? []).map((row) => [`${row.roomNid} ${row.key}`, row])).values()];
  const present = state.filter((row) => row.nid !== 0);
  const gone = state.filter((row) => row.nid === 0);
  const members = [...new Map(writes.flatMap((write) => write.members ?? []).map((row) => [`${row.userNid} ${row.roomNid}`, row])).values()];
  const relations = writes.flatMap((write) => (write.relation ? [write.relation] : []));
  const redactions = writes.filter((write) => write.redacts !== undefined);
  const gaps = writes.flatMap((write) => (write.gaps ?? []).map((eventId) => ({ roomNid: write.event.roomNid, eventId })));
  return [
    rooms.map((write) => write.room!.nid),
    rooms.map((write) => write.room!.roomId),
    rooms.map((write) => write.room!.version),
    rooms.map((write) => write.shard),
    snapshots.map((snapshot) => snapshot.id),
    snapshots.map((snapshot) => snapshot.roomNid),
    snapshots.map((snapshot) => snapshot.parent),
    snapshots.map((snapshot) => snapshot.n),
    snapshots.map((snapshot) => snapshot.delta),
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
    members.map((row) => row.server),
    relations.map((row) => row.nid),
    relations.map((row) => row.roomNid),
    relations.map((row) => row.parent),
    relations.map((row) => row.relType),
    relations.map((row) => row.type),
    relations.map((row) => row.sender),
    relations.map((row) => row.aggKey ?? null),
    redactions.map((write) => write.redacts!),
    redactions.map((write) => write.event.nid),
    gaps.map((gap) => gap.roomNid),
    gaps.map((gap) => gap.eventId),
  ];
}

/** After a connection was lost in mid-statement: whether the statement had been committed. */
export async function werePersisted(db: Queryable, writes: readonly RoomWrite[]): Promise<boolean> {
  const [row] = await db.query<{ n: number }>(findEvents, [writes.map((write) => write.event.nid), writes.map((write) => write.event.flags)]);
  return row!.n > 0;
}
