/** What follows when an account is deactivated: the user leaves all rooms, and what can be erased is. */
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { Erasures } from '../rooms/erasures.ts';
import type { Memberships } from '../rooms/memberships.ts';
import { sql, type Queryable } from '../storage/database.ts';
import type { Profiles } from './profiles.ts';

const selectUnfinished = sql(
  'deactivation_unfinished',
  `select distinct a.user_nid, a.user_id from account a join member m on m.user_nid = a.user_nid
   where a.deactivated and m.membership in (1, 2, 3)`,
);

export class Deactivation {
  readonly #db: Queryable;
  readonly #memberships: Memberships;
  readonly #profiles: Profiles;
  readonly #erasures: Erasures;

  constructor(options: { db: Queryable; memberships: Memberships; profiles: Profiles; erasures: Erasures }) {
    this.#db = options.db;
    this.#memberships = options.memberships;
    this.#profiles = options.profiles;
    this.#erasures = options.erasures;
  }

  async finish(userNid: number, userId: UserId): Promise<void> {
    await this.#erasures.reload();
    await this.#memberships.leaveAll({ userNid, userId });
    await this.#profiles.erase(userNid);
  }

  /** Finishes what a stop has interrupted, or what was begun by another process. */
  async finishAll(): Promise<void> {
    await this.#erasures.reload();
    const rows = await this.#db.query<{ user_nid: number; user_id: string }>(selectUnfinished);
    for (const row of rows) await this.finish(row.user_nid, row.user_id as UserId);
  }
}
