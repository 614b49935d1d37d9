/**
 * The splits the person has made, of all accounts. Read from IndexedDB for the first paint, then kept the same in the account
 * data of every account that runs here, so that they follow the person to other browsers; see saved-splits.ts for the form.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AccountRecord } from '../accounts/account.ts';
import type { Database } from '../storage/database.ts';
import {
  hasNews,
  isRemoved,
  makeSplit,
  MAX_SPLITS,
  mergeSplits,
  parseSplits,
  splitsContent,
  type SavedSplit,
  type SplitDraft,
  type SplitRecord,
  type SplitRecords,
} from './saved-splits.ts';
import type { OwnSplit } from './splits.ts';

/** The account data of an account. `read` gives what is known of it; `follow` tells when that has changed. */
export interface SplitSlot {
  read(): unknown;
  write(content: Record<string, unknown>): Promise<void>;
  /** @returns ends it */
  follow(changed: () => void): () => void;
}

interface Connection {
  readonly slot: SplitSlot;
  /** What the account has, as far as we know. */
  known: SplitRecords;
  /** The last that was written, as JSON. What a server does not keep is not written for ever. */
  written: string | undefined;
  busy: boolean;
  failures: number;
  retry: ReturnType<typeof setTimeout> | undefined;
}

const RETRY_AFTER_MS = 30_000;
const LONGEST_RETRY_MS = 600_000;
const KEPT_AS = 'splits';
const CHANNEL = 'nexuscomm-splits';

export class OwnSplits {
  /** In their order. */
  readonly state: StoreApi<{ readonly splits: readonly SavedSplit[] }> = createStore(() => ({ splits: [] as readonly SavedSplit[] }));
  readonly #db: Database;
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
  #records: SplitRecords = new Map();
  /** Other windows of this browser; they may have the session that carries a change to the server. */
  readonly #windows: BroadcastChannel | undefined;

  constructor(db: Database, now: () => number = Date.now) {
    this.#db = db;
    this.#now = now;
    if ('document' in globalThis && 'BroadcastChannel' in globalThis) {
      this.#windows = new BroadcastChannel(CHANNEL);
      this.#windows.addEventListener('message', () => void this.load());
    }
  }

  async load(): Promise<void> {
    const kept = await this.#db.get('values', KEPT_AS).catch(() => undefined);
    this.#take(parseSplits(kept, this.#now()));
  }

  get(id: string): SavedSplit | undefined {
    return this.state.getState().splits.find((split) => split.id === id);
  }

  get isFull(): boolean {
    return this.state.getState().splits.length >= MAX_SPLITS;
  }

  /** undefined: it has no name, or there are `MAX_SPLITS` already. */
  create(draft: SplitDraft): SavedSplit | undefined {
    if (this.isFull) return undefined;
    const place = (this.state.getState().splits.at(-1)?.place ?? -1) + 1;
    const split = makeSplit(crypto.randomUUID().replaceAll('-', '').slice(0, 12), { place, ts: this.#now() }, draft);
    if (split) this.#change([split]);
    return split;
  }

  /** undefined: it has no name, or is gone. */
  change(id: string, draft: SplitDraft): SavedSplit | undefined {
    const before = this.get(id);
    const split = before && makeSplit(id, { place: before.place, ts: this.#after(before) }, draft);
    if (split) this.#change([split]);
    return split;
  }

  /** @returns brings it back, as far as there is room */
  remove(id: string): () => void {
    const before = this.get(id);
    if (!before) return () => {};
    this.#change([{ id, ts: this.#after(before), removed: true }]);
    return () => {
      if (!this.isFull) this.#change([{ ...before, ts: this.#after(this.#records.get(id) ?? before) }]);
    };
  }

  /** Changes its place with the one before (-1) or after it (1). */
  move(id: string, by: -1 | 1): void {
    const order = [...this.state.getState().splits];
    const from = order.findIndex((split) => split.id === id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= order.length) return;
    [order[from], order[to]] = [order[to]!, order[from]!];
    // Places may be equal, or far apart, if two browsers made splits at once: those that change are counted anew.
    this.#change(order.flatMap((split, place) => (split.place === place ? [] : [{ ...split, place, ts: this.#after(split) }])));
  }

  /** Keeps an account the same from now on. @returns ends it */
  connect(slot: SplitSlot): () => void {
    const connection: Connection = { slot, known: new Map(), written: undefined, busy: false, failures: 0, retry: undefined };
    this.#connections.add(connection);
    const read = (): void => {
      connection.known = parseSplits(slot.read(), this.#now());
      this.#take(connection.known);
      void this.#push(connection);
    };
    const unfollow = slot.follow(read);
    read();
    return () => {
      unfollow();
      clearTimeout(connection.retry);
      this.#connections.delete(connection);
    };
  }

  /** The network is back. */
  retryNow(): void {
    for (const connection of this.#connections) {
      connection.failures = 0;
      void this.#push(connection);
    }
  }

  /** Here only: the last account has left this browser. */
  async forget(): Promise<void> {
    this.#records = new Map();
    this.state.setState({ splits: [] });
    await this.#db.delete('values', KEPT_AS);
  }

  /** Newer than the record, even if another device's clock is ahead. */
  #after(record: SplitRecord): number {
    return Math.max(this.#now(), record.ts + 1);
  }

  #change(records: readonly SplitRecord[]): void {
    this.#take(new Map(records.map((record) => [record.id, record])));
  }

  #take(news: SplitRecords): void {
    const merged = mergeSplits(this.#records, news, this.#now());
    const before = this.#records;
    if (merged.size === before.size && [...merged].every(([id, record]) => before.get(id) === record)) return;
    this.#records = merged;
    const saved = [...merged.values()].filter((record): record is SavedSplit => !isRemoved(record));
    this.state.setState({ splits: saved.toSorted((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1)) });
    void this.#keep();
    for (const connection of this.#connections) void this.#push(connection);
  }

  async #keep(): Promise<void> {
    await this.#db.put('values', KEPT_AS, splitsContent(this.#records)).catch(() => {});
    this.#windows?.postMessage('changed');
  }

  async #push(connection: Connection): Promise<void> {
    if (connection.busy) return;
    connection.busy = true;
    clearTimeout(connection.retry);
    try {
      while (this.#connections.has(connection) && hasNews(this.#records, connection.known)) {
        const records = this.#records;
        const content = splitsContent(records);
        const json = JSON.stringify(content);
        if (json === connection.written) return;
        await connection.slot.write(content);
        connection.written = json;
        connection.known = records;
        connection.failures = 0;
      }
    } catch {
      const wait = Math.min(RETRY_AFTER_MS * 2 ** connection.failures++, LONGEST_RETRY_MS);
      if (this.#connections.has(connection)) connection.retry = setTimeout(() => void this.#push(connection), wait);
    } finally {
      connection.busy = false;
    }
  }
}

/** With the keys that its accounts have here. Of none that is signed in here, nothing is in it. */
export function ownSplitOf({ userIds, place: _place, ts: _ts, ...split }: SavedSplit, accounts: readonly AccountRecord[]): OwnSplit {
  if (!userIds) return split;
  return { ...split, accountKeys: accounts.filter((account) => userIds.includes(account.userId)).map((account) => account.key) };
}
