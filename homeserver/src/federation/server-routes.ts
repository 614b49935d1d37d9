/**
 * From numbers in the string table to names of servers, for what goes to other servers. Usually all names are in memory
 * and nothing waits; what has to wait keeps its place in line, and holds back the floor of what was handed over.
 */
import type { Clock, Log, ServerName } from '@nexuscomm/federation/ports.ts';
import { LRUCache } from 'lru-cache';
import { upTo } from '../storage/cache-size.ts';
import type { StringTable } from '../storage/string-table.ts';

const MAX_NAMES = 100_000;
/** ms between two tries when the database fails */
const RETRY_MS = 1_000;

export class ServerRoutes {
  readonly #strings: StringTable;
  readonly #ownNid: number;
  readonly #watermark: () => number;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #names = new LRUCache<number, ServerName>(upTo(MAX_NAMES));
  /** work that is not done yet -> the position of what it hands over */
  readonly #open = new Map<object, number>();
  #line: Promise<void> = Promise.resolve();
  #waiting = 0;
  readonly #stop = new AbortController();

  constructor(options: { strings: StringTable; ownNid: number; watermark: () => number; clock: Clock; log: Log }) {
    this.#strings = options.strings;
    this.#ownNid = options.ownNid;
    this.#watermark = options.watermark;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  get ownNid(): number {
    return this.#ownNid;
  }

  /** Everything up to this position is committed and was handed over. */
  floor(): number {
    let floor = this.#watermark();
    for (const pos of this.#open.values()) floor = Math.min(floor, pos - 1);
    return floor;
  }

  /** Hands over at once if all names are in memory and nobody waits, else in the order of the calls. */
  inOrder(pos: number, serverNids: Iterable<number>, deliver: (servers: ServerName[]) => void): void {
    const others = [...serverNids].filter((nid) => nid !== this.#ownNid);
    if (others.length === 0) return;
    const known = this.#known(others);
    if (known && this.#waiting === 0) {
      deliver(known);
      return;
    }
    this.#waiting++;
    const before = this.#line;
    this.#line = this.later(pos, async () => {
      await before;
      deliver(await this.names(others));
    }).finally(() => this.#waiting--);
  }

  /** Work that hands over what happened at a position. It is repeated until it succeeds or the server stops. */
  async later(pos: number, work: () => Promise<void>): Promise<void> {
    const token = {};
    this.#open.set(token, pos);
    while (!this.#stop.signal.aborted) {
      try {
        await work();
        this.#open.delete(token);
        return;
      } catch (err) {
        this.#log.warn({ err }, 'finding out where something is to be sent failed');
        await this.#clock.wait(RETRY_MS, this.#stop.signal).catch(() => {}); // stopping
      }
    }
  }

  /** The names of servers, this one left out. */
  async names(serverNids: Iterable<number>): Promise<ServerName[]> {
    const others = [...serverNids].filter((nid) => nid !== this.#ownNid);
    const known = this.#known(others);
    if (known) return known;
    const names = (await this.#strings.texts(others)) as ServerName[];
    names.forEach((name, i) => this.#names.set(others[i]!, name));
    return names;
  }

  /** What is waiting is given up: it is found again after the next start. */
  stop(): void {
    this.#stop.abort();
  }

  #known(serverNids: readonly number[]): ServerName[] | undefined {
    const names: ServerName[] = [];
    for (const nid of serverNids) {
      const name = this.#names.get(nid);
      if (name === undefined) return undefined;
      names.push(name);
    }
    return names;
  }
}
