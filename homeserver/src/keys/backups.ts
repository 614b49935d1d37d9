/** Server-side key backups (Client-Server API, "Server-side key backups"). */
import { MatrixError, badJson, notFound } from '@nexuscomm/spec/errors.ts';
import { isJsonObject, type JsonObject } from '@nexuscomm/spec/json.ts';
import { sql, type Database } from '../storage/database.ts';

const insertVersion = sql(
  'backup_create',
  `insert into backup (user_nid, version, algorithm, auth_data)
   values ($1, coalesce((select max(version) from backup where user_nid = $1), 0) + 1, $2, $3) returning version`,
);
const selectVersion = sql(
  'backup_get',
  `select version, algorithm, auth_data, etag, (select count(*)::int4 from backup_key k where k.user_nid = b.user_nid and k.version = b.version) as count
   from backup b where user_nid = $1 and not deleted and ($2::int4 is null or version = $2) order by version desc limit 1`,
);
const updateVersion = sql(
  'backup_update',
  'update backup set auth_data = $3 where user_nid = $1 and version = $2 and not deleted and algorithm = $4 returning version',
);
const deleteVersion = sql('backup_delete', 'update backup set deleted = true where user_nid = $1 and version = $2 and not deleted returning version');
const deleteVersionKeys = sql('backup_delete_keys', 'delete from backup_key where user_nid = $1 and version = $2');
// A better key replaces the one there is: verified, then known from earlier on, then through fewer hands.
const upsertKeys = sql(
  'backup_key_set',
  `insert into backup_key (user_nid, version, room_id, session_id, first_message_index, forwarded_count, is_verified, session_data)
   select $1, $2, * from unnest($3::text[], $4::text[], $5::int8[], $6::int8[], $7::boolean[], $8::text[])
   on conflict (user_nid, version, room_id, session_id) do update
   set first_message_index = excluded.first_message_index, forwarded_count = excluded.forwarded_count, is_verified = excluded.is_verified,
       session_data = excluded.session_data
   where (excluded.is_verified and not backup_key.is_verified)
      or (excluded.is_verified = backup_key.is_verified and (excluded.first_message_index < backup_key.first_message_index
        or (excluded.first_message_index = backup_key.first_message_index and excluded.forwarded_count < backup_key.forwarded_count)))
   returning session_id`,
);
const bumpEtag = sql('backup_etag', 'update backup set etag = etag + 1 where user_nid = $1 and version = $2');
const selectKeys = sql(
  'backup_key_get',
  `select room_id, session_id, first_message_index, forwarded_count, is_verified, session_data from backup_key
   where user_nid = $1 and version = $2 and ($3::text is null or room_id = $3) and ($4::text is null or session_id = $4)`,
);
const deleteKeys = sql(
  'backup_key_delete',
  'delete from backup_key where user_nid = $1 and version = $2 and ($3::text is null or room_id = $3) and ($4::text is null or session_id = $4)',
);

interface VersionRow {
  version: number;
  algorithm: string;
  auth_data: string;
  etag: number;
  count: number;
}
interface KeyRow {
  room_id: string;
  session_id: string;
  first_message_index: number;
  forwarded_count: number;
  is_verified: boolean;
  session_data: string;
}

export interface BackupScope {
  readonly userNid: number;
  readonly version: string;
  readonly roomId?: string | undefined;
  readonly sessionId?: string | undefined;
}

export class Backups {
  readonly #db: Database;
  constructor(db: Database) {
    this.#db = db;
  }

  async create(userNid: number, algorithm: string, authData: JsonObject): Promise<string> {
    const [row] = await this.#db.query<{ version: number }>(insertVersion, [userNid, algorithm, JSON.stringify(authData)]);
    return String(row!.version);
  }

  /** A backup's description, by default the newest one's. */
  async describe(userNid: number, version?: string): Promise<JsonObject> {
    const row = await this.#version(userNid, version);
    return {
      version: String(row.version),
      algorithm: row.algorithm,
      auth_data: JSON.parse(row.auth_data) as JsonObject,
      etag: String(row.etag),
      count: row.count,
    };
  }

  async update(userNid: number, version: string, given: { algorithm: string; auth_data: JsonObject; version?: string }): Promise<void> {
    if (given.version !== undefined && given.version !== version)
      throw new MatrixError('M_INVALID_PARAM', 400, 'The version in the body is another one.');
    const current = await this.#version(userNid, version);
    if (current.algorithm !== given.algorithm) throw new MatrixError('M_INVALID_PARAM', 400, "A backup's algorithm can't be changed.");
    await this.#db.query(updateVersion, [userNid, current.version, JSON.stringify(given.auth_data), given.algorithm]);
  }

  async delete(userNid: number, version: string): Promise<void> {
    const [row] = await this.#db.query(deleteVersion, [userNid, numberOf(version)]);
    if (!row) throw notFound('There is no such backup.');
    await this.#db.query(deleteVersionKeys, [userNid, numberOf(version)]);
  }

  /** Adds keys; the body is a session, a room's sessions, or all rooms', as the scope says. */
  async put(scope: BackupScope, body: JsonObject): Promise<JsonObject> {
    const current = await this.#newest(scope);
    const keys = readKeys(scope, body);
    return this.#db.transaction(async (tx) => {
      const columns = [
        keys.map((key) => key.room_id),
        keys.map((key) => key.session_id),
        keys.map((key) => key.first_message_index),
        keys.map((key) => key.forwarded_count),
        keys.map((key) => key.is_verified),
        keys.map((key) => key.session_data),
      ];
      const stored = await tx.query(upsertKeys, [scope.userNid, current.version, ...columns]);
      if (stored.length > 0) await tx.query(bumpEtag, [scope.userNid, current.version]);
      const [row] = await tx.query<VersionRow>(selectVersion, [scope.userNid, current.version]);
      return { etag: String(row!.etag), count: row!.count };
    });
  }

  async get(scope: BackupScope): Promise<JsonObject> {
    const { version } = await this.#version(scope.userNid, scope.version);
    const rows = await this.#db.query<KeyRow>(selectKeys, [scope.userNid, version, scope.roomId ?? null, scope.sessionId ?? null]);
    if (scope.sessionId !== undefined) {
      if (!rows[0]) throw notFound('There is no such key in the backup.');
      return render(rows[0]);
    }
    if (scope.roomId !== undefined) return { sessions: Object.fromEntries(rows.map((row) => [row.session_id, render(row)])) };
    const rooms: Record<string, { sessions: Record<string, JsonObject> }> = {};
    for (const row of rows) (rooms[row.room_id] ??= { sessions: {} }).sessions[row.session_id] = render(row);
    return { rooms };
  }

  async remove(scope: BackupScope): Promise<JsonObject> {
    const { version } = await this.#version(scope.userNid, scope.version);
    await this.#db.query(deleteKeys, [scope.userNid, version, scope.roomId ?? null, scope.sessionId ?? null]);
    await this.#db.query(bumpEtag, [scope.userNid, version]);
    const row = await this.#version(scope.userNid, scope.version);
    return { etag: String(row.etag), count: row.count };
  }

  async #version(userNid: number, version: string | undefined): Promise<VersionRow> {
    const [row] = await this.#db.query<VersionRow>(selectVersion, [userNid, version === undefined ? null : numberOf(version)]);
    if (!row) throw notFound('There is no such backup.');
    return row;
  }

  /** Keys can be added to the newest backup only. */
  async #newest(scope: BackupScope): Promise<VersionRow> {
    const newest = await this.#version(scope.userNid, undefined);
    if (String(newest.version) !== scope.version) {
      throw new MatrixError('M_WRONG_ROOM_KEYS_VERSION', 403, 'There is a newer backup.', { current_version: String(newest.version) });
    }
    return newest;
  }
}

const numberOf = (version: string): number => (/^\d{1,9}$/.test(version) ? Number(version) : 0);

function readKeys({ roomId, sessionId }: BackupScope, body: JsonObject): KeyRow[] {
  if (roomId !== undefined && sessionId !== undefined) return [readKey(roomId, sessionId, body)];
  if (roomId !== undefined) return readSessions(roomId, body);
  const rooms = body['rooms'];
  if (!isJsonObject(rooms)) throw badJson('The request lacks "rooms".');
  return Object.entries(rooms).flatMap(([room, value]) => readSessions(room, value));
}

function readSessions(roomId: string, value: unknown): KeyRow[] {
  const sessions = isJsonObject(value) ? value['sessions'] : undefined;
  if (!isJsonObject(sessions)) throw badJson('A room lacks "sessions".');
  return Object.entries(sessions).map(([sessionId, key]) => readKey(roomId, sessionId, key));
}

function readKey(roomId: string, sessionId: string, value: unknown): KeyRow {
  const valid =
    isJsonObject(value) &&
    Number.isSafeInteger(value['first_message_index']) &&
    Number.isSafeInteger(value['forwarded_count']) &&
    typeof value['is_verified'] === 'boolean' &&
    isJsonObject(value['session_data']);
  if (!valid) throw badJson('A key lacks first_message_index, forwarded_count, is_verified or session_data.');
  return {
    room_id: roomId,
    session_id: sessionId,
    first_message_index: value['first_message_index'] as number,
    forwarded_count: value['forwarded_count'] as number,
    is_verified: value['is_verified'] as boolean,
    session_data: JSON.stringify(value['session_data']),
  };
}

function render(row: KeyRow): JsonObject {
  return {
    first_message_index: row.first_message_index,
    forwarded_count: row.forwarded_count,
    is_verified: row.is_verified,
    session_data: JSON.parse(row.session_data) as JsonObject,
  };
}
