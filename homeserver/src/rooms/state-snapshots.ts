/**
 * State snapshots as a chain of packed deltas.
 *
 * The n-th snapshot of a chain lies on the one before it, except that every 16th (256th, 4096th, ...) lies on the one
 * 16 (256, 4096, ...) before it and repeats the changes in between. So a chain is read in at most 15 steps for each
 * power of sixteen, each change is stored once for each power, and the chain of the current snapshot is exactly what
 * the next one is made from.
 */

const RADIX = 16;
const ENTRY_BYTES = 12;
/** The 64 bits of an event's number are read and written as two words: ten times as fast as a BigInt. */
const WORD = 2 ** 32;

/** key (string-table id) -> event nid; 0 in a delta: the key is gone */
export type StateMap = Map<number, number>;

export interface Snapshot {
  readonly id: number;
  readonly parent: number;
  readonly n: number;
  readonly delta: Buffer;
}

export function packDelta(changes: ReadonlyMap<number, number>): Buffer {
  const delta = Buffer.allocUnsafe(changes.size * ENTRY_BYTES);
  let at = 0;
  for (const [key, nid] of changes) {
    at = delta.writeInt32BE(key, at);
    at = delta.writeInt32BE(Math.floor(nid / WORD), at);
    at = delta.writeUInt32BE(nid >>> 0, at);
  }
  return delta;
}

/** Lays a packed delta over a map. */
export function applyDelta(state: StateMap, delta: Buffer, keepGone = false): void {
  for (let at = 0; at < delta.length; at += ENTRY_BYTES) {
    const key = delta.readInt32BE(at);
    const nid = delta.readInt32BE(at + 4) * WORD + delta.readUInt32BE(at + 8);
    if (nid === 0 && !keepGone) state.delete(key);
    else state.set(key, nid);
  }
}

/** The step back that the n-th snapshot of a chain takes to its parent. */
function stepOf(n: number): number {
  let step = 1;
  while (n % (step * RADIX) === 0) step *= RADIX;
  return step;
}

/** The snapshots from the first one down to the current one, ready to be extended. Immutable. */
export class SnapshotChain {
  static readonly empty = new SnapshotChain([]);
  readonly links: readonly Snapshot[];

  constructor(links: readonly Snapshot[]) {
    this.links = links;
  }

  /** id of the current snapshot; 0: empty state */
  get id(): number {
    return this.links.at(-1)?.id ?? 0;
  }

  state(): StateMap {
    const state: StateMap = new Map();
    for (const link of this.links) applyDelta(state, link.delta);
    return state;
  }

  /** The chain with one more snapshot, in which `changes` are laid over the current state. */
  extend(id: number, changes: ReadonlyMap<number, number>): SnapshotChain {
    const n = (this.links.at(-1)?.n ?? 0) + 1;
    const parentN = n - stepOf(n);
    let keep = this.links.length;
    while (keep > 0 && this.links[keep - 1]!.n > parentN) keep--;
    const merged: StateMap = new Map();
    for (const link of this.links.slice(keep)) applyDelta(merged, link.delta, true);
    for (const [key, nid] of changes) merged.set(key, nid);
    const links = this.links.slice(0, keep);
    return new SnapshotChain([...links, { id, parent: links.at(-1)?.id ?? 0, n, delta: packDelta(merged) }]);
  }
}
