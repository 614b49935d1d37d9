/** Tables account, device, registration_token, login_token. */
import { sql, type Queryable } from '../storage/database.ts';

export interface AccountRow {
  readonly user_nid: number;
  readonly user_id: string;
  readonly password: string | null;
  readonly is_guest: boolean;
  readonly is_admin: boolean;
  readonly deactivated: boolean;
  readonly locked: boolean;
}

export interface DeviceRow {
  readonly nid: number;
  readonly device_id: string;
  readonly display_name: string | null;
  readonly last_seen: number | null;
  readonly last_ip: string | null;
}

const columns = 'user_nid, user_id, password, is_guest, is_admin, deactivated, locked';
const findAccount = sql('account_find', `select ${columns} from account where user_id = $1`);
const insertAccount = sql(
  'account_insert',
  `insert into account (user_nid, user_id, password, created, is_guest, is_admin) values ($1, $2, $3, $4, $5, $6)
   on conflict do nothing returning user_nid`,
);
const anyUser = sql('account_any', 'select 1 as one from account where not is_guest limit 1');
const updatePassword = sql('account_password', 'update account set password = $2 where user_nid = $1');
const upgradeGuest = sql(
  'account_upgrade_guest',
  `update account set is_guest = false, password = $2, is_admin = $3
   where user_nid = $1 and is_guest and not deactivated returning user_nid`,
);
const updateAdmin = sql('account_admin', 'update account set is_admin = $2 where user_nid = $1');
const deactivateAccount = sql(
  'account_deactivate',
  `update account set password = null, deactivated = true, erased = $2,
     erased_pos = case when $2 then (select coalesce(max(last_pos), 0) from room_head) end where user_nid = $1`,
);
const upsertDevice = sql(
  'device_upsert',
  `insert into device (user_nid, device_id, display_name) values ($1, $2, $3)
   on conflict (user_nid, device_id) do update set display_name = coalesce(device.display_name, excluded.display_name)
   returning nid, xmax = 0 as is_new`,
);
const selectDevices = sql('device_list', 'select nid, device_id, display_name, last_seen, last_ip from device where user_nid = $1 order by nid');
const renameDevice = sql('device_rename', 'update device set display_name = $3 where user_nid = $1 and device_id = $2 returning nid');
const removeDevices = sql('device_delete', 'delete from device where user_nid = $1 and device_id = any($2::text[]) returning nid, device_id');
const touchDevices = sql(
  'device_touch',
  `update device d set last_seen = u.ts, last_ip = u.ip, user_agent = u.agent
   from unnest($1::int8[], $2::int8[], $3::text[], $4::text[]) u(nid, ts, ip, agent) where d.nid = u.nid`,
);
const useToken = sql(
  'registration_token_use',
  `update registration_token set completed = completed + 1
   where token = $1 and (uses_allowed is null or completed < uses_allowed) and (expires is null or expires > $2) returning token`,
);
const findToken = sql(
  'registration_token_find',
  `select token from registration_token where token = $1 and (uses_allowed is null or completed < uses_allowed) and (expires is null or expires > $2)`,
);
const insertToken = sql('registration_token_insert', 'insert into registration_token (token, uses_allowed, expires) values ($1, $2, $3)');
const insertLoginToken = sql('login_token_insert', 'insert into login_token (hash, user_nid, expires) values ($1, $2, $3)');
const takeLoginToken = sql(
  'login_token_take',
  'delete from login_token t using account a where t.hash = $1 and a.user_nid = t.user_nid and t.expires > $2 returning a.user_id',
);

export interface SeenDevice {
  readonly deviceNid: number;
  readonly ts: number;
  readonly ip: string;
  readonly userAgent: string;
}

export class AccountStore {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async find(userId: string): Promise<AccountRow | undefined> {
    return (await this.#db.query<AccountRow>(findAccount, [userId]))[0];
  }

  /** Guests aside. */
  async hasUsers(): Promise<boolean> {
    return (await this.#db.query(anyUser, [])).length > 0;
  }

  /** False if the name is taken. */
  async insert(account: {
    userNid: number;
    userId: string;
    password: string | undefined;
    created: number;
    isGuest: boolean;
    isAdmin: boolean;
  }): Promise<boolean> {
    const { userNid, userId, password, created, isGuest, isAdmin } = account;
    return (await this.#db.query(insertAccount, [userNid, userId, password ?? null, created, isGuest, isAdmin])).length === 1;
  }

  /** False if the account is no guest's any more. */
  async upgradeGuest(userNid: number, account: { password: string | undefined; isAdmin: boolean }): Promise<boolean> {
    return (await this.#db.query(upgradeGuest, [userNid, account.password ?? null, account.isAdmin])).length === 1;
  }

  async setPassword(userNid: number, password: string): Promise<void> {
    await this.#db.query(updatePassword, [userNid, password]);
  }

  async setAdmin(userNid: number, isAdmin: boolean): Promise<void> {
    await this.#db.query(updateAdmin, [userNid, isAdmin]);
  }

  async deactivate(userNid: number, erase: boolean): Promise<void> {
    await this.#db.query(deactivateAccount, [userNid, erase]);
  }

  /** An existing device keeps its name. */
  async device(userNid: number, deviceId: string, displayName: string | undefined): Promise<{ nid: number; isNew: boolean }> {
    const rows = await this.#db.query<{ nid: number; is_new: boolean }>(upsertDevice, [userNid, deviceId, displayName ?? null]);
    return { nid: rows[0]!.nid, isNew: rows[0]!.is_new };
  }

  async devices(userNid: number): Promise<DeviceRow[]> {
    return this.#db.query<DeviceRow>(selectDevices, [userNid]);
  }

  async rename(userNid: number, deviceId: string, displayName: string | undefined): Promise<boolean> {
    return (await this.#db.query(renameDevice, [userNid, deviceId, displayName ?? null])).length === 1;
  }

  async deleteDevices(userNid: number, deviceIds: readonly string[]): Promise<{ nid: number; device_id: string }[]> {
    return this.#db.query(removeDevices, [userNid, deviceIds]);
  }

  async touch(seen: readonly SeenDevice[]): Promise<void> {
    const columnsOf = [seen.map((one) => one.deviceNid), seen.map((one) => one.ts), seen.map((one) => one.ip), seen.map((one) => one.userAgent)];
    await this.#db.query(touchDevices, columnsOf);
  }

  async useRegistrationToken(token: string, now: number): Promise<boolean> {
    return (await this.#db.query(useToken, [token, now])).length === 1;
  }

  async isRegistrationToken(token: string, now: number): Promise<boolean> {
    return (await this.#db.query(findToken, [token, now])).length === 1;
  }

  async addRegistrationToken(token: string, usesAllowed: number | undefined, expires: number | undefined): Promise<void> {
    await this.#db.query(insertToken, [token, usesAllowed ?? null, expires ?? null]);
  }

  async addLoginToken(hash: Buffer, userNid: number, expires: number): Promise<void> {
    await this.#db.query(insertLoginToken, [hash, userNid, expires]);
  }

  /** The user that a login token is for; it can be used once. */
  async takeLoginToken(hash: Buffer, now: number): Promise<string | undefined> {
    return (await this.#db.query<{ user_id: string }>(takeLoginToken, [hash, now]))[0]?.user_id;
  }
}
