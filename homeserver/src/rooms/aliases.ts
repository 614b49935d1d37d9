/** Room aliases of this server (Client-Server API, "Room aliases"). */
import { MatrixError } from '@nexuscomm/spec/errors.ts';
import { sql, type Queryable } from '../storage/database.ts';

const findAlias = sql('alias_find', 'select room_id, creator from room_alias where alias = $1');
const insertAlias = sql(
  'alias_insert',
  'insert into room_alias (alias, room_id, creator) values ($1, $2, $3) on conflict do nothing returning alias',
);
const deleteAlias = sql('alias_delete', 'delete from room_alias where alias = $1');
const listAliases = sql('alias_list', 'select alias from room_alias where room_id = $1 order by alias');
const moveAliases = sql('alias_move', 'update room_alias set room_id = $2 where room_id = $1');

export class RoomAliases {
  readonly #db: Queryable;
  constructor(db: Queryable) {
    this.#db = db;
  }

  async find(alias: string): Promise<string | undefined> {
    return (await this.details(alias))?.roomId;
  }

  async details(alias: string): Promise<{ roomId: string; creator: string } | undefined> {
    const [row] = await this.#db.query<{ room_id: string; creator: string }>(findAlias, [alias]);
    return row && { roomId: row.room_id, creator: row.creator };
  }

  /** Throws M_UNKNOWN (409) if the alias is taken. */
  async create(alias: string, roomId: string, creator: string): Promise<void> {
    const added = await this.#db.query(insertAlias, [alias, roomId, creator]);
    if (added.length === 0) throw new MatrixError('M_UNKNOWN', 409, 'That alias is taken.');
  }

  async delete(alias: string): Promise<void> {
    await this.#db.query(deleteAlias, [alias]);
  }

  async list(roomId: string): Promise<string[]> {
    return (await this.#db.query<{ alias: string }>(listAliases, [roomId])).map((row) => row.alias);
  }

  async move(from: string, to: string): Promise<void> {
    await this.#db.query(moveAliases, [from, to]);
  }
}
