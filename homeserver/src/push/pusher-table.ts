/** Table pusher. */
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';

export interface Pusher {
  readonly id: number;
  readonly userNid: number;
  readonly appId: string;
  readonly pushkey: string;
  readonly kind: string;
  readonly appDisplayName: string;
  readonly deviceDisplayName: string;
  readonly profileTag: string | undefined;
  readonly lang: string;
  readonly data: JsonObject;
  /** when it was set, ms since the epoch */
  readonly ts: number;
}

export type NewPusher = Omit<Pusher, 'id'>;

interface PusherRow {
  id: number;
  user_nid: number;
  app_id: string;
  pushkey: string;
  kind: string;
  app_display_name: string;
  device_display_name: string;
  profile_tag: string | null;
  lang: string;
  data: string;
  ts: number;
}

const columns = 'id, user_nid, app_id, pushkey, kind, app_display_name, device_display_name, profile_tag, lang, data, ts';
const selectAll = sql('pushers_all', `select ${columns} from pusher order by id`);
const selectOfUsers = sql('pushers_of_users', `select ${columns} from pusher where user_nid = any($1::int4[]) order by id`);
const upsert = sql(
  'pusher_set',
  `insert into pusher (user_nid, device_nid, app_id, pushkey, kind, app_display_name, device_display_name, profile_tag, lang, data, ts, told_pos)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   on conflict (user_nid, app_id, pushkey) do update set device_nid = excluded.device_nid, kind = excluded.kind,
     app_display_name = excluded.app_display_name, device_display_name = excluded.device_display_name, profile_tag = excluded.profile_tag,
     lang = excluded.lang, data = excluded.data, ts = excluded.ts`,
);
const remove = sql('pusher_delete', 'delete from pusher where user_nid = $1 and app_id = $2 and pushkey = $3');
const removeOfOthers = sql('pusher_delete_others', 'delete from pusher where user_nid <> $1 and app_id = $2 and pushkey = $3 returning user_nid');
const setTold = sql(
  'pushers_told',
  `update pusher p set told_pos = u.pos from unnest($1::int8[], $2::int8[]) u(id, pos) where p.id = u.id and p.told_pos < u.pos`,
);
const selectUntold = sql(
  'pushers_untold',
  `select p.user_nid, e.nid from pusher p join member m on m.user_nid = p.user_nid and m.membership = 1
   cross join lateral (select nid, pos from event where room_nid = m.room_nid and pos > p.told_pos and pos <= $1 and ts > $2
     order by pos desc limit 20) e
   group by p.user_nid, e.nid order by max(e.pos)`,
);

export class PusherTable {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async all(): Promise<Pusher[]> {
    return (await this.#db.query<PusherRow>(selectAll)).map(pusherOf);
  }

  async ofUsers(userNids: readonly number[]): Promise<Pusher[]> {
    return (await this.#db.query<PusherRow>(selectOfUsers, [userNids])).map(pusherOf);
  }

  async set(pusher: NewPusher, deviceNid: number, toldPos: number): Promise<void> {
    const { userNid, appId, pushkey, kind, appDisplayName, deviceDisplayName, profileTag, lang, data, ts } = pusher;
    const names = [appDisplayName, deviceDisplayName, profileTag ?? null, lang];
    await this.#db.query(upsert, [userNid, deviceNid, appId, pushkey, kind, ...names, JSON.stringify(data), ts, toldPos]);
  }

  async delete(userNid: number, appId: string, pushkey: string): Promise<void> {
    await this.#db.query(remove, [userNid, appId, pushkey]);
  }

  /** Deletes the same pusher of other users; who they are. */
  async deleteOfOthers(userNid: number, appId: string, pushkey: string): Promise<number[]> {
    return (await this.#db.query<{ user_nid: number }>(removeOfOthers, [userNid, appId, pushkey])).map((row) => row.user_nid);
  }

  /** Position by pusher. */
  async setTold(told: ReadonlyMap<number, number>): Promise<void> {
    if (told.size > 0) await this.#db.query(setTold, [[...told.keys()], [...told.values()]]);
  }

  /** Events after `since` (ms) that users with pushers may not have been told of: the newest of each room, oldest first. */
  async untold(upto: number, since: number): Promise<{ user_nid: number; nid: number }[]> {
    return this.#db.query(selectUntold, [upto, since]);
  }
}

const pusherOf = (row: PusherRow): Pusher => ({
  id: row.id,
  userNid: row.user_nid,
  appId: row.app_id,
  pushkey: row.pushkey,
  kind: row.kind,
  appDisplayName: row.app_display_name,
  deviceDisplayName: row.device_display_name,
  profileTag: row.profile_tag ?? undefined,
  lang: row.lang,
  data: JSON.parse(row.data) as JsonObject,
  ts: row.ts,
});
