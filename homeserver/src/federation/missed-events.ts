/** Finds what a server has missed: events that this server sent while it could not be reached. */
import type { CatchUpPage, CatchUpRange, OutgoingPdu } from '@nexuscomm/federation/outbound/outbox-store.ts';
import { redactEventJson } from '@nexuscomm/spec/events/redact-event.ts';
import { findRoomVersion } from '@nexuscomm/spec/room-versions.ts';
import type { EventReader } from '../rooms/event-reader.ts';
import { EVENT_RELAYED, type StoredEvent } from '../rooms/stored-event.ts';
import { sql, type Queryable } from '../storage/database.ts';

/** Rooms that are read at once. */
const ROOMS_PER_PAGE = 50;
/** With more missed events in a room than this, only the newest are sent: the receiver asks for what is between. */
const FEW_EVENTS = 500;
const NEWEST_EVENTS = 50;

/** Of an event `e`: this server is to send it. `own`: parameter with the server's own id in the string table. */
export const sentByUs = (own: string): string =>
  `(e.flags & ${EVENT_RELAYED} <> 0 or exists (select from member s where s.user_nid = e.sender and s.room_nid = e.room_nid and s.server = ${own}))`;

// Members of the server who left or were removed, with the membership that this ended.
const selectDeparted = sql(
  'outbox_departed',
  `select m.nid, e.replaces from member m join event e on e.nid = m.nid
   where m.server = $1 and m.membership in (4, 5) and m.pos > $2 and e.replaces is not null`,
);

// Rooms that the server is in, since when and until when. It missed what came before it left, the leave included. Of a
// room that it was never in, only invited to, it missed no more than that its invite ended. `$8`: leaves of the joined.
const selectMissed = sql(
  'outbox_missed',
  `with shared as (
     select m.room_nid,
       coalesce(
         min(case when m.membership = 1 then greatest($2::int8, m.since) else $2::int8 end) filter (where m.membership = 1 or m.nid = any($8::int8[])),
         greatest($2::int8, max(m.pos) - 1)) as low,
       case when bool_or(m.membership = 1) then $3::int8
         else least($3::int8, coalesce(max(m.pos) filter (where m.nid = any($8::int8[])), max(m.pos))) end as high
     from member m join room_head h on h.room_nid = m.room_nid
     where m.server = $1 and (m.membership = 1 or (m.membership in (4, 5) and m.pos > $2)) and h.last_pos > $4
     group by m.room_nid),
   rooms as (
     select s.*, n.pos as newest from shared s cross join lateral (
       select e.pos from event e where e.room_nid = s.room_nid and e.pos > s.low and e.pos <= s.high and ${sentByUs('$5')}
       order by e.pos desc limit 1) n
     where n.pos > $4 order by n.pos limit $6)
   select r.room_nid, r.newest, e.nid from rooms r cross join lateral (
     select e.nid, e.pos from event e where e.room_nid = r.room_nid and e.pos > r.low and e.pos <= r.high and ${sentByUs('$5')}
     order by e.pos desc limit $7) e
   order by r.newest, e.pos`,
);

export async function missedEvents(
  { db, events, ownNid }: { db: Queryable; events: EventReader; ownNid: number },
  serverNid: number,
  { after, cursor, upto }: CatchUpRange,
): Promise<CatchUpPage> {
  const departed = await db.query<{ nid: number; replaces: number }>(selectDeparted, [serverNid, after]);
  const ended = await events.byNids(departed.map((row) => row.replaces));
  const wereJoined = departed.filter((row) => ended.get(row.replaces)?.content['membership'] === 'join').map((row) => row.nid);
  const rows = await db.query<{ room_nid: number; newest: number; nid: number }>(selectMissed, [
    serverNid,
    after,
    upto,
    cursor,
    ownNid,
    ROOMS_PER_PAGE,
    FEW_EVENTS + 1,
    wereJoined,
  ]);
  const rooms = [...Map.groupBy(rows, (row) => row.room_nid).values()];
  const wanted = rooms.flatMap((room) => (room.length > FEW_EVENTS ? room.slice(-NEWEST_EVENTS) : room));
  const found = await events.byNids(wanted.map((row) => row.nid));
  const pdus = wanted.flatMap(({ nid }) => {
    const stored = found.get(nid);
    return stored ? [outgoingPdu(stored)] : [];
  });
  return { pdus, cursor: rooms.length < ROOMS_PER_PAGE ? upto : rows.at(-1)!.newest };
}

/** An event as it is sent: what was redacted meanwhile is not told any more. */
export function outgoingPdu(stored: StoredEvent): OutgoingPdu {
  const { pos, event, roomVersion, redactedBy } = stored;
  const version = redactedBy === undefined ? undefined : findRoomVersion(roomVersion);
  return { pos: pos ?? 0, eventId: event.eventId, json: version ? redactEventJson(event.json, version) : event.json };
}
