/** Locking and suspending accounts (Client-Server API, "Account locking", "Account suspension"). */
import { forbidden, invalidParam, notFound } from '@nexuscomm/spec/errors.ts';
import { isUserId, serverNameOf } from '@nexuscomm/spec/identifiers/parse.ts';
import type { ServerName } from '@nexuscomm/spec/identifiers/types.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { Sessions } from './sessions.ts';

export type Measure = 'locked' | 'suspended';

interface ModeratedRow {
  user_nid: number;
  is_admin: boolean;
  deactivated: boolean;
  locked: boolean;
  suspended: boolean;
}

export interface SeenDevice {
  readonly device_id: string;
  readonly last_seen: number | null;
  readonly last_ip: string | null;
  readonly user_agent: string | null;
}

const find = sql('account_moderation', 'select user_nid, is_admin, deactivated, locked, suspended from account where user_id = $1');
const set = {
  locked: sql('account_lock', 'update account set locked = $2 where user_nid = $1'),
  suspended: sql('account_suspend', 'update account set suspended = $2 where user_nid = $1'),
};
const selectDevices = sql('account_devices_seen', 'select device_id, last_seen, last_ip, user_agent from device where user_nid = $1 order by nid');

export class Moderation {
  readonly #db: Queryable;
  readonly #sessions: Sessions;
  readonly #serverName: ServerName;

  constructor(options: { db: Queryable; sessions: Sessions; serverName: ServerName }) {
    this.#db = options.db;
    this.#sessions = options.sessions;
    this.#serverName = options.serverName;
  }

  async is(measure: Measure, userId: string): Promise<boolean> {
    return (await this.#subject(userId))[measure];
  }

  /** `by` is the administrator. */
  async set(measure: Measure, userId: string, value: boolean, by: string): Promise<void> {
    if (userId === by) throw forbidden('You can not do this to yourself.');
    const { user_nid: userNid } = await this.#subject(userId);
    await this.#db.query(set[measure], [userNid, value]);
    this.#sessions.forgetAll();
  }

  /** The user's devices, with when and from where they were last seen. */
  async devices(userId: string): Promise<SeenDevice[]> {
    const account = await this.#account(userId);
    return this.#db.query<SeenDevice>(selectDevices, [account.user_nid]);
  }

  async #subject(userId: string): Promise<ModeratedRow> {
    const account = await this.#account(userId);
    if (account.is_admin) throw forbidden('That user is an administrator too.');
    if (account.deactivated) throw notFound('There is no such user.');
    return account;
  }

  async #account(userId: string): Promise<ModeratedRow> {
    if (!isUserId(userId) || serverNameOf(userId) !== this.#serverName) throw invalidParam('The user is not of this server.');
    const [account] = await this.#db.query<ModeratedRow>(find, [userId]);
    if (!account) throw notFound('There is no such user.');
    return account;
  }
}
