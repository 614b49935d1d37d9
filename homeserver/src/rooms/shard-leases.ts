/**
 * The right to write rooms. Rooms hash to 256 shards; the holder of a shard has its epoch, every write checks it, and a
 * takeover raises it. So a process that was paused, or cut off from the database, can't write after it was replaced.
 */
import { sql, type Queryable } from '../storage/database.ts';

export const SHARDS = 256;

const takeAll = sql('shard_take_all', 'update shard_lease set owner = $1, epoch = epoch + 1 returning shard, epoch');

/** Takes all shards for `owner`; returns the epoch held for each. */
export async function takeAllShards(db: Queryable, owner: string): Promise<Map<number, number>> {
  const rows = await db.query<{ shard: number; epoch: number }>(takeAll, [owner]);
  return new Map(rows.map((row) => [row.shard, row.epoch]));
}

/** FNV-1a over the room id's UTF-16 units. */
export function shardOf(roomId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < roomId.length; i++) hash = Math.imul(hash ^ roomId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SHARDS;
}
