/** Profiles of local users, with fields of any name (Client-Server API, "Profiles"). */
import { MatrixError, notFound } from '@nexuscomm/spec/errors.ts';
import { encodeCanonicalJson } from '@nexuscomm/spec/canonical-json.ts';
import type { UserId } from '@nexuscomm/spec/identifiers/types.ts';
import type { JsonValue } from '@nexuscomm/spec/json.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectFields = sql(
  'profile_find',
  `select a.user_nid, f.field, f.value from account a left join profile_field f on f.user_nid = a.user_nid
   where a.user_id = $1 and not a.erased`,
);
const upsertField = sql(
  'profile_set',
  'insert into profile_field (user_nid, field, value) values ($1, $2, $3) on conflict (user_nid, field) do update set value = excluded.value',
);
const deleteField = sql('profile_delete', 'delete from profile_field where user_nid = $1 and field = $2');
const deleteAll = sql('profile_delete_all', 'delete from profile_field where user_nid = $1');

/** Bytes of a whole profile in canonical JSON, and of a field's name. */
const MAX_PROFILE_BYTES = 65_536;
const MAX_FIELD_NAME_BYTES = 255;

export type Profile = Readonly<Record<string, JsonValue>>;

/** Name and picture are also in the user's membership events: a change is sent to all rooms. */
export type OnNameChanged = (user: { userNid: number; userId: UserId }) => Promise<void>;

export class Profiles {
  readonly #db: Queryable;
  #onNameChanged: OnNameChanged = async () => {};

  constructor(db: Queryable) {
    this.#db = db;
  }

  connect(onNameChanged: OnNameChanged): void {
    this.#onNameChanged = onNameChanged;
  }

  /** The profile; M_NOT_FOUND if there is no such local user. */
  async get(userId: string): Promise<Profile> {
    const profile = await this.find(userId);
    if (!profile) throw notFound('There is no profile of that user here.');
    return profile;
  }

  async find(userId: string): Promise<Profile | undefined> {
    const rows = await this.#db.query<{ field: string | null; value: string | null }>(selectFields, [userId]);
    if (rows.length === 0) return undefined;
    return Object.fromEntries(rows.flatMap((row) => (row.field === null ? [] : [[row.field, JSON.parse(row.value!) as JsonValue]])));
  }

  async set(user: { userNid: number; userId: UserId }, field: string, value: JsonValue): Promise<void> {
    if (Buffer.byteLength(field) > MAX_FIELD_NAME_BYTES)
      throw new MatrixError('M_KEY_TOO_LARGE', 400, `A profile field's name has at most ${MAX_FIELD_NAME_BYTES} bytes.`);
    const current = await this.get(user.userId);
    if (Buffer.byteLength(encodeCanonicalJson({ ...current, [field]: value })) > MAX_PROFILE_BYTES) {
      throw new MatrixError('M_PROFILE_TOO_LARGE', 400, `A profile has at most ${MAX_PROFILE_BYTES} bytes.`);
    }
    await this.#db.query(upsertField, [user.userNid, field, JSON.stringify(value)]);
    if (isName(field)) await this.#onNameChanged(user);
  }

  async delete(user: { userNid: number; userId: UserId }, field: string): Promise<void> {
    await this.#db.query(deleteField, [user.userNid, field]);
    if (isName(field)) await this.#onNameChanged(user);
  }

  async erase(userNid: number): Promise<void> {
    await this.#db.query(deleteAll, [userNid]);
  }
}

const isName = (field: string): boolean => field === 'displayname' || field === 'avatar_url';
