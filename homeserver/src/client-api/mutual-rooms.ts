/** Rooms that two users are in (Client-Server API, "Mutual rooms"). */
import { getMutualRooms } from '@nexuscomm/spec/endpoints/client/rooms.ts';
import { invalidParam } from '@nexuscomm/spec/errors.ts';
import { isUserId } from '@nexuscomm/spec/identifiers/parse.ts';
import { handle, type Route } from '../http/handler.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { StringTable } from '../storage/string-table.ts';

const select = sql(
  'mutual_rooms',
  `select r.nid, r.room_id, count(*) over ()::int4 as rest from member a join member b on b.room_nid = a.room_nid and b.user_nid = $2 and b.membership = 1
   join room r on r.nid = a.room_nid where a.user_nid = $1 and a.membership = 1 and r.nid > $3 order by r.nid limit $4`,
);
const count = sql(
  'mutual_rooms_count',
  `select count(*)::int4 as n from member a join member b on b.room_nid = a.room_nid and b.user_nid = $2 and b.membership = 1
   where a.user_nid = $1 and a.membership = 1`,
);
const PAGE = 100;

export function mutualRoomRoutes({ db, strings }: { readonly db: Queryable; readonly strings: StringTable }): Route[] {
  return [
    handle(getMutualRooms, async ({ query, session }) => {
      if (!isUserId(query.user_id) || query.user_id === session.userId) throw invalidParam('user_id must be the id of another user.');
      if (query.from !== undefined && !/^m\d{1,16}$/.test(query.from)) throw invalidParam('That token was not issued by this server.');
      const other = await strings.find(query.user_id);
      if (other === undefined) return { joined: [], count: 0 };
      const after = Number(query.from?.slice(1) ?? 0);
      const rows = await db.query<{ nid: number; room_id: string; rest: number }>(select, [session.userNid, other, after, PAGE]);
      const [total] = await db.query<{ n: number }>(count, [session.userNid, other]);
      const more = (rows[0]?.rest ?? 0) > rows.length;
      return { joined: rows.map((row) => row.room_id), count: total!.n, ...(more ? { next_batch: `m${rows.at(-1)!.nid}` } : {}) };
    }),
  ];
}
