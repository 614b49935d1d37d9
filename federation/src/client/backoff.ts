/**
 * Which servers are not asked for now because they did not answer. After each failure the wait grows; one answer, or one
 * request that the server itself makes, ends it.
 */
import { LRUCache } from 'lru-cache';
import type { ServerName } from '../ports.ts';

export interface BackoffSettings {
  /** ms after the first failure */
  readonly minMs: number;
  readonly maxMs: number;
  /** how much longer after each further failure */
  readonly factor: number;
}
export const DEFAULT_BACKOFF: BackoffSettings = { minMs: 1_000, maxMs: 3_600_000, factor: 2 };

export interface DestinationState {
  readonly server: ServerName;
  /** ms since the epoch */
  readonly failedSince: number;
  readonly retryAt: number;
  readonly failures: number;
  /** why it failed last */
  readonly reason: string;
}

/** share of the wait that is left to chance, so that servers don't come back to one another all at once */
const JITTER = 0.2;
/** the longest failing are forgotten first: they are then asked once more */
const MAX_SERVERS = 50_000;

export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #down = new LRUCache<ServerName, DestinationState>({ maxSize: MAX_SERVERS, sizeCalculation: () => 1 });
  readonly #listeners = new Set<(server: ServerName) => void>();

  /** `random` gives numbers in [0, 1). */
  constructor(options: { settings?: BackoffSettings; now: () => number; random: () => number }) {
    this.#settings = options.settings ?? DEFAULT_BACKOFF;
    this.#now = options.now;
    this.#random = options.random;
  }

  /** Requests to it are refused at once. */
  isDown(server: ServerName): boolean {
    return this.#now() < (this.#down.peek(server)?.retryAt ?? 0);
  }

  /** undefined: it answered last time, or was never asked */
  state(server: ServerName): DestinationState | undefined {
    return this.#down.peek(server);
  }

  failedSince(server: ServerName): number | undefined {
    return this.state(server)?.failedSince;
  }

  retryAt(server: ServerName): number | undefined {
    return this.state(server)?.retryAt;
  }

  /** All that failed when last asked. */
  list(): DestinationState[] {
    return [...this.#down.values()];
  }

  /** `startedAt`: when the request was made. What failed together counts once. */
  markFailed(server: ServerName, reason: string, startedAt: number = this.#now()): void {
    const before = this.#down.get(server);
    if (before && startedAt < before.retryAt) return;
    const now = this.#now();
    const { minMs, maxMs, factor } = this.#settings;
    const failures = (before?.failures ?? 0) + 1;
    const wait = Math.min(maxMs, minMs * factor ** (failures - 1)) * (1 - JITTER * this.#random());
    this.#down.set(server, { server, failedSince: before?.failedSince ?? now, retryAt: now + Math.round(wait), failures, reason });
  }

  /** It answered, or sent an authenticated request. Listeners hear of it if it was failing. */
  markUp(server: ServerName): void {
    if (!this.#down.delete(server)) return;
    for (const listener of this.#listeners) listener(server);
  }

  /** For queues that wait for a server; returns how to stop listening. */
  onUp(listener: (server: ServerName) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
