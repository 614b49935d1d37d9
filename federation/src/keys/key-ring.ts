/**
 * The public keys of other servers: in memory, in the store, and fetched when neither has what is needed. One fetch at a
 * time for each server; keys are fetched anew ahead of their time, so that nobody has to wait for it.
 */
import { LRUCache } from 'lru-cache';
import type { JsonObject } from '@nexuscomm/spec/json.ts';
import type { Clock, KeyStore, Log, ServerKey, ServerName } from '../ports.ts';
import type { FetchKeys } from './fetch-keys.ts';
import type { OwnKeys } from './key-document.ts';
import { limitConcurrency } from './limit-concurrency.ts';

/** A signature that is to be checked: made at `ts` under one of these keys. */
export interface KeyNeed {
  readonly server: ServerName;
  readonly keyIds: readonly string[];
  /** ms since the epoch */
  readonly ts: number;
  /** the key must be published as valid then (room versions 5 and later; requests) */
  readonly enforceValidity: boolean;
}

/** Keys by server; plain data, so that it can be handed to a worker. */
export type KeySet = ReadonlyMap<ServerName, readonly ServerKey[]>;

interface Entry {
  readonly keys: ReadonlyMap<string, ServerKey>;
  /** ms since the epoch */
  readonly refreshAt: number;
}

/** ms until a server is asked again that did not tell the key that was needed */
const ASK_AGAIN_MS = 10_000;
const MAX_SERVERS = 20_000;
/** servers that are asked at once: each is a TLS handshake, of a millisecond, and all of them may end in one turn */
const MAX_FETCHES = 32;

/** True if what the key signed at `ts` counts. */
export function isUsable(key: ServerKey, ts: number, enforceValidity: boolean): boolean {
  if (key.expiredTs !== undefined) return key.expiredTs >= ts;
  return !enforceValidity || key.validUntilTs >= ts;
}

export class KeyRing {
  readonly #own: OwnKeys;
  readonly #store: KeyStore;
  readonly #fetch: FetchKeys;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #entries = new LRUCache<ServerName, Entry>({ max: MAX_SERVERS });
  readonly #loading = new Map<ServerName, Promise<Entry>>();
  readonly #fetching = new Map<ServerName, Promise<Entry>>();
  readonly #askedAt = new LRUCache<ServerName, number>({ max: MAX_SERVERS });
  readonly #limited = limitConcurrency(MAX_FETCHES);

  constructor(options: { own: OwnKeys; store: KeyStore; fetch: FetchKeys; clock: Clock; log: Log }) {
    this.#own = options.own;
    this.#store = options.store;
    this.#fetch = options.fetch;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * All known keys of the servers, after fetching what is needed and not known. A server that can't be asked has few or
   * none. `ignoreBackoff`: the servers have just been heard of.
   */
  async keysFor(needs: readonly KeyNeed[], options: { readonly ignoreBackoff?: boolean } = {}): Promise<KeySet> {
    const byServer = Map.groupBy(needs, (need) => need.server);
    this.#loadAll([...byServer.keys()]);
    const found = await Promise.all(
      [...byServer].map(async ([server, wanted]) => [server, await this.#keysOf(server, wanted, options.ignoreBackoff ?? false)] as const),
    );
    return new Map(found);
  }

  async #keysOf(server: ServerName, needs: readonly KeyNeed[], ignoreBackoff: boolean): Promise<readonly ServerKey[]> {
    if (server === this.#own.serverName) return this.#own.keys();
    let entry = await this.#load(server);
    const unmet = needs.filter((need) => !isMet(entry, need));
    const mayAsk = this.#mayAsk(server);
    if (unmet.length > 0 && mayAsk) {
      const keyIds = [...new Set(unmet.flatMap((need) => need.keyIds))];
      entry = await this.#refresh(server, { keyIds, minimumValidUntilTs: Math.max(...unmet.map((need) => need.ts)), ignoreBackoff });
    } else if (unmet.length === 0 && this.#clock.now() >= entry.refreshAt && mayAsk) {
      void this.#refresh(server, { keyIds: [], minimumValidUntilTs: this.#clock.now(), ignoreBackoff }).catch((error: unknown) =>
        this.#log.warn({ server, err: error }, 'refreshing keys failed'),
      );
    }
    return [...entry.keys.values()];
  }

  /** A fetch that is under way is joined; otherwise the server is left alone for a while after each. */
  #mayAsk(server: ServerName): boolean {
    return this.#fetching.has(server) || this.#clock.now() - (this.#askedAt.get(server) ?? -Infinity) >= ASK_AGAIN_MS;
  }

  async #load(server: ServerName): Promise<Entry> {
    const known = this.#entries.get(server);
    if (known) return known;
    this.#loadAll([server]);
    return this.#loading.get(server)!;
  }

  /** Begins to load what is not in memory, all of it together. */
  #loadAll(servers: readonly ServerName[]): void {
    const missing = servers.filter((server) => server !== this.#own.serverName && !this.#entries.has(server) && !this.#loading.has(server));
    if (missing.length === 0) return;
    const stored = this.#store.find(missing);
    for (const server of missing) {
      const loading = once(this.#loading, server, async () => {
        const entry = this.#entryOf(new Map(((await stored).get(server) ?? []).map((key) => [key.keyId, key])));
        this.#entries.set(server, entry);
        return entry;
      });
      loading.catch(() => {}); // whoever waits for it is told
    }
  }

  #refresh(server: ServerName, options: Parameters<FetchKeys>[1]): Promise<Entry> {
    return once(this.#fetching, server, async () => {
      this.#askedAt.set(server, this.#clock.now());
      const fetched = await this.#limited(() => this.#fetch(server, options));
      const before = await this.#load(server);
      if (!fetched) return before;
      await this.#store.save(server, { ...fetched, fetchedAt: this.#clock.now() });
      const entry = this.#entryOf(new Map([...before.keys, ...fetched.keys.map((key) => [key.keyId, key] as const)]));
      this.#entries.set(server, entry);
      return entry;
    });
  }

  /** Keys are fetched anew when half of the time from now to their end is over. */
  #entryOf(keys: ReadonlyMap<string, ServerKey>): Entry {
    const now = this.#clock.now();
    const current = [...keys.values()].filter((key) => key.expiredTs === undefined && key.validUntilTs > now);
    // A key that the newest document no longer names may end earlier; it needs no refresh.
    const validUntil = Math.max(...current.map((key) => key.validUntilTs));
    return { keys, refreshAt: current.length === 0 ? now : now + (validUntil - now) / 2 };
  }

  /** The newest document that the server signed, fetched if the one at hand does not have these keys for so long. */
  async documentOf(
    server: ServerName,
    wanted: { readonly keyIds: readonly string[]; readonly minimumValidUntilTs: number },
  ): Promise<JsonObject | undefined> {
    const known = await this.#store.findDocument(server);
    const suffices =
      known !== undefined &&
      Number(known['valid_until_ts']) >= wanted.minimumValidUntilTs &&
      wanted.keyIds.every((keyId) =>
        [known['verify_keys'], known['old_verify_keys']].some((keys) => Object.hasOwn((keys ?? {}) as JsonObject, keyId)),
      );
    if (suffices || !this.#mayAsk(server)) return known;
    await this.#refresh(server, { ...wanted, ignoreBackoff: false });
    return this.#store.findDocument(server);
  }
}

function isMet(entry: Entry, need: KeyNeed): boolean {
  return need.keyIds.some((keyId) => {
    const key = entry.keys.get(keyId);
    return key !== undefined && isUsable(key, need.ts, need.enforceValidity);
  });
}

/** The work that is under way for the server, or new work. */
function once<T>(underWay: Map<ServerName, Promise<T>>, server: ServerName, work: () => Promise<T>): Promise<T> {
  let promise = underWay.get(server);
  if (!promise) {
    promise = work().finally(() => underWay.delete(server));
    underWay.set(server, promise);
  }
  return promise;
}
