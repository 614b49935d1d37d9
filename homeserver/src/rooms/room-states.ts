/** States of the past: the chain of snapshots that ends in one, and the whole state that it stands for. */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { Queryable } from '../storage/database.ts';
import { loadChains } from './room-loader.ts';
import type { Room } from './room.ts';
import { SnapshotChain } from './state-snapshots.ts';

type StateEntries = ReadonlyMap<number, number>;

export class RoomStates {
  readonly #db: Queryable;
  readonly #entries: LRUCache<number, StateEntries>;

  constructor(db: Queryable, cacheSize: number) {
    this.#db = db;
    this.#entries = new LRUCache(upTo(cacheSize));
  }

  /** The chain of a stored snapshot; 0 is the empty state. */
  async chain(snap: number, room: Room): Promise<SnapshotChain> {
    if (snap === 0) return SnapshotChain.empty;
    if (room.head.chain.id === snap) return room.head.chain;
    const chain = (await loadChains(this.#db, [snap])).get(snap);
    if (!chain) throw new Error(`snapshot ${snap} of ${room.roomId} is missing`);
    return chain;
  }

  /** Key -> event of the whole state. Not to be changed by the caller. */
  entries(chain: SnapshotChain): StateEntries {
    let entries = this.#entries.get(chain.id);
    if (!entries) {
      entries = chain.state();
      this.#entries.set(chain.id, entries);
    }
    return entries;
  }
}

/** What `after` has otherwise than `before`: key -> event, 0 where it has none. */
export function stateDifference(before: StateEntries, after: StateEntries): Map<number, number> {
  const changes = new Map<number, number>();
  for (const [key, nid] of after) if (before.get(key) !== nid) changes.set(key, nid);
  for (const key of before.keys()) if (!after.has(key)) changes.set(key, 0);
  return changes;
}
