/** Tables directory_entry and directory_pending, and what entries are made of. */
import { sql, type Database, type Queryable } from '../storage/database.ts';

export interface DirectoryEntry {
  readonly userNid: number;
  readonly named: boolean;
  readonly words: string;
}

/** A user's name as it is stored: JSON of the name, or of a membership event. */
export interface NameRow {
  readonly user_nid: number;
  readonly json: string | null;
}

/** Rooms of one user that names are taken from: those whose membership is the newest. */
const MAX_ROOMS = 50;

const selectAny = sql('directory_pending_any', 'select exists (select from directory_pending) as any');
// Written after the changes that it stands for: whoever takes it sees them.
const takePending = sql(
  'directory_pending_take',
  `with taken as (delete from directory_pending where id in (select id from directory_pending order by id limit $1) returning user_nid)
   select distinct user_nid from taken`,
);
const selectLocal = sql(
  'directory_local_names',
  `select a.user_nid, n.value as json from account a left join profile_field n on n.user_nid = a.user_nid and n.field = 'displayname'
   where a.user_nid = any($1::int4[]) and not a.deactivated and not a.is_guest`,
);
const selectRemote = sql(
  'directory_remote_names',
  `select u.user_nid, j.json from unnest($1::int4[]) u(user_nid)
   cross join lateral (select m.nid from member m where m.user_nid = u.user_nid and m.membership = 1 order by m.pos desc limit ${MAX_ROOMS}) m
   join event_json j on j.nid = m.nid where not exists (select from account a where a.user_nid = u.user_nid)`,
);
const upsertEntries = sql(
  'directory_entries_set',
  `insert into directory_entry (user_nid, named, words) select * from unnest($1::int4[], $2::boolean[], $3::text[])
   on conflict (user_nid) do update set named = excluded.named, words = excluded.words
   where directory_entry.named <> excluded.named or directory_entry.words <> excluded.words`,
);
const deleteEntries = sql('directory_entries_delete', 'delete from directory_entry where user_nid = any($1::int4[])');

export class DirectoryTable {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  async hasPending(): Promise<boolean> {
    return (await this.#db.query<{ any: boolean }>(selectAny))[0]!.any;
  }

  /**
   * Makes the entries of users anew that changed, for so many changes at most. `make` is given the names of users who have an
   * entry, local ones and others; users without a name there are forgotten.
   */
  async renew(
    changes: number,
    make: (names: { readonly local: readonly NameRow[]; readonly remote: readonly NameRow[] }) => Promise<readonly DirectoryEntry[]>,
  ): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const userNids = (await tx.query<{ user_nid: number }>(takePending, [changes])).map((row) => row.user_nid);
      const local = await tx.query<NameRow>(selectLocal, [userNids]);
      const remote = await tx.query<NameRow>(selectRemote, [userNids]);
      await replace(tx, userNids, await make({ local, remote }));
    });
  }
}

async function replace(tx: Queryable, userNids: readonly number[], entries: readonly DirectoryEntry[]): Promise<void> {
  const present = new Set(entries.map((entry) => entry.userNid));
  await tx.query(upsertEntries, [[...present], entries.map((entry) => entry.named), entries.map((entry) => entry.words)]);
  await tx.query(deleteEntries, [userNids.filter((userNid) => !present.has(userNid))]);
}
