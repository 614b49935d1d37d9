/** Tables remote_device_list and remote_device: what other servers tell of their users' devices. */
import type { ReceivedDevice } from '@nexuscomm/federation/inbound/receive-edu.ts';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Database, type Transaction } from '../storage/database.ts';

/** In all these, $2 is this server's id in the string table: does the user share a room with somebody here? */
const shares = (user: string): string =>
  `exists (select from member m join member o on o.room_nid = m.room_nid and o.server = $2 and o.membership = 1
     where m.user_nid = ${user} and m.membership = 1)`;

const selectLists = sql(
  'remote_devices_lists',
  `select u.user_nid, l.stream_id, l.stale, l.user_nid is not null as known
   from unnest($1::int4[]) u(user_nid) left join remote_device_list l on l.user_nid = u.user_nid where ${shares('u.user_nid')}`,
);
const upsertList = sql(
  'remote_devices_list_set',
  `insert into remote_device_list (user_nid, stream_id, stale) values ($1, $2, false)
   on conflict (user_nid) do update set stream_id = excluded.stream_id, stale = false`,
);
const moveList = sql(
  'remote_devices_list_move',
  'update remote_device_list set stream_id = $2 where user_nid = $1 and stream_id = $3 and not stale returning user_nid',
);
const markStale = sql('remote_devices_stale', 'update remote_device_list set stale = true where user_nid = $1');
const deleteDevices = sql('remote_devices_delete', 'delete from remote_device where user_nid = $1');
const deleteDevice = sql('remote_device_delete', 'delete from remote_device where user_nid = $1 and device_id = $2');
const upsertDevices = sql(
  'remote_devices_set',
  `insert into remote_device (user_nid, device_id, display_name, json) select $1, * from unnest($2::text[], $3::text[], $4::text[])
   on conflict (user_nid, device_id) do update set display_name = excluded.display_name, json = excluded.json`,
);
const upsertCross = sql(
  'remote_cross_signing_set',
  `insert into cross_signing_key (user_nid, usage, json) select $1, * from unnest($2::text[], $3::text[])
   on conflict (user_nid, usage) do update set json = excluded.json where cross_signing_key.json <> excluded.json returning usage`,
);
const deleteOtherCross = sql('remote_cross_signing_delete', 'delete from cross_signing_key where user_nid = $1 and usage <> all($2::text[])');
const selectStale = sql(
  'remote_devices_find_stale',
  `select l.user_nid, s.v as user_id from remote_device_list l join str s on s.id = l.user_nid where l.stale and ${shares('l.user_nid')} limit $1`,
);
// Nobody tells us of their changes any more.
const forget = sql(
  'remote_devices_forget',
  `with gone as (delete from remote_device_list l where ($1::int8 is null or exists (select from member r where r.room_nid = $1 and r.user_nid = l.user_nid))
     and not ${shares('l.user_nid')} returning user_nid)
   delete from remote_device d using gone where d.user_nid = gone.user_nid`,
);

export interface KnownList {
  /** undefined: none known */
  readonly streamId: number | undefined;
  readonly stale: boolean;
}

export interface ReceivedList {
  readonly streamId: number;
  readonly devices: readonly ReceivedDevice[];
  readonly master: JsonObject | undefined;
  readonly selfSigning: JsonObject | undefined;
}

export class RemoteDeviceTable {
  readonly #db: Database;
  readonly #ownNid: number;

  constructor(db: Database, ownNid: number) {
    this.#db = db;
    this.#ownNid = ownNid;
  }

  /** Of those users who share a room with somebody here; undefined: there is no list yet. */
  async lists(userNids: readonly number[]): Promise<Map<number, KnownList | undefined>> {
    if (userNids.length === 0) return new Map();
    const rows = await this.#db.query<{ user_nid: number; stream_id: number | null; stale: boolean | null; known: boolean }>(selectLists, [
      userNids,
      this.#ownNid,
    ]);
    return new Map(rows.map((row) => [row.user_nid, row.known ? { streamId: row.stream_id ?? undefined, stale: row.stale ?? true } : undefined]));
  }

  /** Stores a whole list in place of what was known. */
  async replace(userNid: number, list: ReceivedList): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx.query(deleteDevices, [userNid]);
      await this.#setDevices(tx, userNid, list.devices);
      const usages = [...(list.master ? ['master'] : []), ...(list.selfSigning ? ['self_signing'] : [])];
      await tx.query(deleteOtherCross, [userNid, usages]);
      await this.#setCross(tx, userNid, list);
      await tx.query(upsertList, [userNid, list.streamId]);
    });
  }

  /** Applies one update to the list that it follows; false if that is not the list here. */
  async apply(userNid: number, update: { from: number; streamId: number; deviceId: string; device: ReceivedDevice | undefined }): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      if ((await tx.query(moveList, [userNid, update.streamId, update.from])).length === 0) return false;
      if (update.device) await this.#setDevices(tx, userNid, [update.device]);
      else await tx.query(deleteDevice, [userNid, update.deviceId]);
      return true;
    });
  }

  /** Whether that changed anything. */
  async setCrossSigning(userNid: number, keys: Pick<ReceivedList, 'master' | 'selfSigning'>): Promise<boolean> {
    return this.#db.transaction(async (tx) => (await this.#setCross(tx, userNid, keys)) > 0);
  }

  async markStale(userNid: number): Promise<void> {
    await this.#db.query(markStale, [userNid]);
  }

  /** Stale lists of users who share a room with somebody here. */
  async stale(limit: number): Promise<{ userNid: number; userId: string }[]> {
    const rows = await this.#db.query<{ user_nid: number; user_id: string }>(selectStale, [limit, this.#ownNid]);
    return rows.map((row) => ({ userNid: row.user_nid, userId: row.user_id }));
  }

  /** Drops lists of users who share no room with anybody here: of those who are or were in a room, or of all. */
  async forgetUnshared(roomNid?: number): Promise<void> {
    await this.#db.query(forget, [roomNid ?? null, this.#ownNid]);
  }

  async #setDevices(tx: Transaction, userNid: number, devices: readonly ReceivedDevice[]): Promise<void> {
    if (devices.length === 0) return;
    await tx.query(upsertDevices, [
      userNid,
      devices.map((device) => device.deviceId),
      devices.map((device) => device.displayName ?? null),
      devices.map((device) => (device.keys ? JSON.stringify(device.keys) : null)),
    ]);
  }

  async #setCross(tx: Transaction, userNid: number, { master, selfSigning }: Pick<ReceivedList, 'master' | 'selfSigning'>): Promise<number> {
    const keys = [...(master ? [['master', master] as const] : []), ...(selfSigning ? [['self_signing', selfSigning] as const] : [])];
    if (keys.length === 0) return 0;
    return (await tx.query(upsertCross, [userNid, keys.map(([usage]) => usage), keys.map(([, key]) => JSON.stringify(key))])).length;
  }
}
