/**
 * Coming to a room that other servers hold: its state and auth chains, as the answer to a join tells them, become the state
 * before our member's join (Server-Server API, "Joining Rooms"). Rows of a big state are written in slices beforehand; the
 * room exists once the join itself is written.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PduOutcome } from '@nexuscomm/federation/ports.ts';
import type { RoomEvent } from '@nexuscomm/spec/events/event.ts';
import { serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { RoomId } from '@nexuscomm/spec/identifiers/types.ts';
import type { RoomVersion } from '@nexuscomm/spec/room-versions.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StreamPositions } from '../storage/stream-positions.ts';
import { inTurns } from '../storage/turns.ts';
import { LEAVE, membershipCode } from './membership.ts';
import { type Outlier, type Outliers } from './outliers.ts';
import type { RemoteEvents, ToldEntry } from './remote-events.ts';
import type { Room } from './room.ts';
import type { RoomEngine } from './room-engine.ts';

const clearState = sql(
  'adopt_clear',
  'with s as (delete from current_state where room_nid = $1) delete from member where room_nid = $1 and server <> $2',
);
const insertState = sql(
  'adopt_state',
  `insert into current_state (room_nid, key, type, nid) select $1, * from unnest($2::int4[], $3::int4[], $4::int8[])
   on conflict (room_nid, key) do update set nid = excluded.nid`,
);
const insertMembers = sql(
  'adopt_members',
  `insert into member (user_nid, room_nid, membership, nid, pos, since, sender, server)
   select user_nid, $1, membership, nid, $2, $2, sender, server
   from unnest($3::int4[], $4::int2[], $5::int8[], $6::int4[], $7::int4[]) u(user_nid, membership, nid, sender, server)
   on conflict (user_nid, room_nid) do update set membership = excluded.membership, nid = excluded.nid, pos = excluded.pos,
     since = excluded.since, sender = excluded.sender`,
);
const SLICE = 1_000;

export interface JoinedRoom {
  readonly roomId: RoomId;
  readonly version: RoomVersion;
  /** our member's join, signed by all who must */
  readonly join: RoomEvent;
  /** the state before the join */
  readonly state: readonly RoomEvent[];
  readonly authChain: readonly RoomEvent[];
}

/** The room that this server comes to, or another member of a room that it is in. */
export async function adoptRoom(
  deps: { db: Queryable; engine: RoomEngine; outliers: Outliers; remote: RemoteEvents; positions: StreamPositions },
  { roomId, version, join, state, authChain }: JoinedRoom,
): Promise<{ room: Room; outcome: PduOutcome }> {
  const { db, engine, outliers, remote, positions } = deps;
  const room = await engine.openRemote(roomId, version);
  const stored = await outliers.add(room, [...authChain, ...state]);
  const told = new Map<number, ToldEntry>();
  const entries: Outlier[] = [];
  for await (const slice of inTurns(state, SLICE))
    for (const event of slice) {
      const outlier = stored.get(event.eventId);
      if (outlier?.key === undefined || outlier.rejected) continue;
      const isMember = event.type === 'm.room.member';
      const membership = isMember ? (membershipCode(event.content['membership']) ?? LEAVE) : undefined;
      told.set(outlier.key, { nid: outlier.nid, type: outlier.type, membership, senderNid: outlier.senderNid });
      entries.push(outlier);
    }
  let stateWrittenAt: number | undefined;
  if (room.head.tips.length === 0) {
    await positions.ready(1);
    stateWrittenAt = positions.takeId();
    await db.query(clearState, [room.nid, await engine.strings.id(serverNameOf(join.sender))]);
    for (let at = 0; at < entries.length; at += SLICE) {
      await writeSlice(db, engine, room.nid, stateWrittenAt, entries.slice(at, at + SLICE));
      await nextTurn();
    }
  }
  const isInside = room.servers.has(await engine.strings.id(serverNameOf(join.sender)));
  let received = isInside ? await remote.receive(room, join) : undefined;
  if (!received || received.outcome.kind === 'dropped') {
    received = await remote.receive(room, join, {
      told: [told],
      replacesHead: !isInside,
      ...(stateWrittenAt === undefined ? {} : { stateWrittenAt }),
    });
  }
  const { outcome, durable } = received;
  await durable;
  return { room: engine.cached(room.nid) ?? room, outcome };
}

async function writeSlice(db: Queryable, engine: RoomEngine, roomNid: number, pos: number, entries: readonly Outlier[]): Promise<void> {
  await db.query(insertState, [roomNid, entries.map((entry) => entry.key!), entries.map((entry) => entry.type), entries.map((entry) => entry.nid)]);
  const members = entries.filter(({ event }) => event.type === 'm.room.member');
  const users = members.map(({ event }) => event.stateKey!);
  await db.query(insertMembers, [
    roomNid,
    pos,
    await engine.strings.ids(users),
    members.map(({ event }) => membershipCode(event.content['membership']) ?? LEAVE),
    members.map((entry) => entry.nid),
    members.map((entry) => entry.senderNid),
    await engine.strings.ids(users.map(serverNameOf)),
  ]);
}
