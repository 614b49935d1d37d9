/**
 * A room's auth chains as a graph of numbers: each state event points to its auth events. Numbers are given in an order
 * in which auth events come before what they authorise, so every question is one sweep over typed arrays.
 */
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import { sql, type Queryable } from '../storage/database.ts';

const selectEdges = sql('auth_edges', 'select nid, auth from event where room_nid = $1 and nid > $2 and key is not null order by nid limit $3');
/** Rows read at once, so that parsing them does not hold up the event loop. */
const PAGE = 2_000;
const BITS = 32;

export interface AuthEdges {
  readonly nid: number;
  readonly auth: readonly number[];
}

export class AuthGraph {
  readonly #roomNid: number;
  /** ascending */
  #nids = new Float64Array(64);
  /** node i points to edges[offsets[i]] .. edges[offsets[i + 1] - 1], as places in `nids` */
  #offsets = new Int32Array(65);
  #edges = new Int32Array(256);
  #size = 0;

  constructor(roomNid: number) {
    this.#roomNid = roomNid;
  }

  /** Reads what was stored since the last time. */
  async refresh(db: Queryable): Promise<void> {
    for (;;) {
      const last = this.#size === 0 ? 0 : this.#nids[this.#size - 1]!;
      const rows = await db.query<AuthEdges>(selectEdges, [this.#roomNid, last, PAGE]);
      for (const row of rows) this.add(row);
      if (rows.length < PAGE) return;
    }
  }

  /** Adds a state event with a higher number than all before it. */
  add({ nid, auth }: AuthEdges): void {
    if (this.#size > 0 && nid <= this.#nids[this.#size - 1]!) return;
    if (this.#size === this.#nids.length) this.#nids = grown(this.#nids, (length) => new Float64Array(length));
    if (this.#size + 1 === this.#offsets.length) this.#offsets = grown(this.#offsets, (length) => new Int32Array(length));
    let end = this.#offsets[this.#size]!;
    if (end + auth.length > this.#edges.length) this.#edges = grown(this.#edges, (length) => new Int32Array(length + auth.length));
    for (const authNid of auth) {
      const place = this.#placeOf(authNid);
      if (place !== -1) this.#edges[end++] = place;
    }
    this.#nids[this.#size++] = nid;
    this.#offsets[this.#size] = end;
  }

  /** Takes back the event that was added last. */
  removeLast(): void {
    this.#size--;
  }

  /** Events that are in the chains of some of the sets but not of all; a set's own events count as its chain. */
  difference(sets: readonly Iterable<number>[]): number[] {
    const words = Math.ceil(sets.length / BITS);
    const marks = new Uint32Array(this.#size * words);
    sets.forEach((set, i) => {
      for (const nid of set) {
        const place = this.#placeOf(nid);
        if (place !== -1) marks[place * words + (i >> 5)]! |= 1 << (i & 31);
      }
    });
    const full = Array.from(
      { length: words },
      (_, word) => (word < words - 1 || sets.length % BITS === 0 ? -1 : (1 << (sets.length % BITS)) - 1) >>> 0,
    );
    const found: number[] = [];
    for (let node = this.#size - 1; node >= 0; node--) {
      let any = false;
      let all = true;
      for (let word = 0; word < words; word++) {
        const mark = marks[node * words + word]!;
        if (mark !== 0) any = true;
        if (mark !== full[word]) all = false;
      }
      if (!any) continue;
      if (!all) found.push(this.#nids[node]!);
      for (let edge = this.#offsets[node]!; edge < this.#offsets[node + 1]!; edge++) {
        const target = this.#edges[edge]!;
        for (let word = 0; word < words; word++) marks[target * words + word]! |= marks[node * words + word]!;
      }
    }
    return found;
  }

  /** Events on paths between any two of the given ones, these included. */
  between(given: Iterable<number>): number[] {
    const below = this.#reach(given);
    const leads = new Uint8Array(this.#size);
    for (const nid of given) {
      const place = this.#placeOf(nid);
      if (place !== -1) leads[place] = 1;
    }
    const found: number[] = [];
    for (let node = 0; node < this.#size; node++) {
      for (let edge = this.#offsets[node]!; leads[node] === 0 && edge < this.#offsets[node + 1]!; edge++) leads[node] = leads[this.#edges[edge]!]!;
      if (leads[node] === 1 && below[node] === 1) found.push(this.#nids[node]!);
    }
    return found;
  }

  /** The given events and their auth chains. */
  closure(given: Iterable<number>): number[] {
    return this.#marked(this.#reach(given));
  }

  /** The auth chains of the given events: of these only those that authorise another one. */
  ancestors(given: Iterable<number>): number[] {
    const reached = this.#reach(given);
    const authorises = new Uint8Array(this.#size);
    for (let node = 0; node < this.#size; node++) {
      if (reached[node] === 0) continue;
      for (let edge = this.#offsets[node]!; edge < this.#offsets[node + 1]!; edge++) authorises[this.#edges[edge]!] = 1;
    }
    return this.#marked(authorises);
  }

  #marked(marks: Uint8Array): number[] {
    const found: number[] = [];
    for (let node = 0; node < this.#size; node++) if (marks[node] === 1) found.push(this.#nids[node]!);
    return found;
  }

  #reach(given: Iterable<number>): Uint8Array {
    const reached = new Uint8Array(this.#size);
    for (const nid of given) {
      const place = this.#placeOf(nid);
      if (place !== -1) reached[place] = 1;
    }
    for (let node = this.#size - 1; node >= 0; node--) {
      if (reached[node] === 0) continue;
      for (let edge = this.#offsets[node]!; edge < this.#offsets[node + 1]!; edge++) reached[this.#edges[edge]!] = 1;
    }
    return reached;
  }

  #placeOf(nid: number): number {
    let low = 0;
    let high = this.#size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#nids[middle]!;
      if (found === nid) return middle;
      if (found < nid) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

/** Rooms whose auth chains are kept in memory. */
const MAX_GRAPHS = 200;

export class AuthGraphs {
  readonly #db: Queryable;
  readonly #graphs = new LRUCache<number, AuthGraph>(upTo(MAX_GRAPHS));

  constructor(db: Queryable) {
    this.#db = db;
  }

  /** The auth chains of a room, with all that is stored. */
  async of(roomNid: number): Promise<AuthGraph> {
    const graph = this.#graphs.get(roomNid) ?? new AuthGraph(roomNid);
    this.#graphs.set(roomNid, graph);
    await graph.refresh(this.#db);
    return graph;
  }
}

function grown<A extends Float64Array | Int32Array>(array: A, make: (length: number) => A): A {
  const larger = make(array.length * 2);
  larger.set(array);
  return larger;
}
