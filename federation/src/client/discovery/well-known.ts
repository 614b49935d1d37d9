/** Delegation by `https://<hostname>/.well-known/matrix/server` (Server-Server API, "Resolving server names", step 3), cached. */
import { LRUCache } from 'lru-cache';
import { isServerName } from '@nexuscomm/spec/identifiers/parse.ts';
import { isJsonObject } from '@nexuscomm/spec/json.ts';
import type { Clock, Log, ServerName } from '../../ports.ts';
import { readJson } from '../read-response.ts';
import type { TransportResponse } from '../transport.ts';
import { Unreachable } from '../errors.ts';
import { withDeadline } from '../with-deadline.ts';

export interface WellKnownSettings {
  /** ms; the specification recommends 24 hours where the answer says nothing, and 48 hours at most */
  readonly defaultMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** how long an error counts at first; twice as long after each further one */
  readonly errorMinMs: number;
  readonly errorMaxMs: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DEFAULT_WELL_KNOWN: WellKnownSettings = {
  defaultMs: 24 * HOUR,
  minMs: 5 * MINUTE,
  maxMs: 48 * HOUR,
  errorMinMs: MINUTE,
  errorMaxMs: HOUR,
  timeoutMs: 10_000,
  maxBytes: 50 * 1024,
};

export interface WellKnownAnswer {
  /** undefined: there is none that can be used */
  readonly delegatedTo: string | undefined;
  /** ms since the epoch until which that counts */
  readonly validUntil: number;
}

interface Entry extends WellKnownAnswer {
  readonly failures: number;
  /** how long a good answer may be used while no new one can be had */
  readonly staleUntil: number;
}

/** Fetches an https address, following redirects. */
export type Get = (url: string, server: ServerName, signal: AbortSignal) => Promise<TransportResponse>;

const MAX_HOSTS = 20_000;

export class WellKnown {
  readonly #get: Get;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: WellKnownSettings;
  readonly #cache = new LRUCache<string, Entry>({ max: MAX_HOSTS });
  readonly #underWay = new Map<string, Promise<WellKnownAnswer>>();

  constructor(options: { get: Get; clock: Clock; log: Log; settings?: WellKnownSettings }) {
    this.#get = options.get;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#settings = options.settings ?? DEFAULT_WELL_KNOWN;
  }

  /** Never throws: an error is an answer too, and is cached. */
  async lookUp(hostname: string): Promise<WellKnownAnswer> {
    const cached = this.#cache.get(hostname);
    if (cached && this.#clock.now() < cached.validUntil) return cached;
    let fetching = this.#underWay.get(hostname);
    if (!fetching) {
      fetching = this.#refresh(hostname, cached).finally(() => this.#underWay.delete(hostname));
      this.#underWay.set(hostname, fetching);
    }
    return fetching;
  }

  /** What is known is forgotten, for an operator who has just changed it. */
  forget(hostname: string): void {
    this.#cache.delete(hostname);
  }

  async #refresh(hostname: string, before: Entry | undefined): Promise<WellKnownAnswer> {
    const { minMs, maxMs, errorMinMs, errorMaxMs } = this.#settings;
    let entry: Entry;
    try {
      const { delegatedTo, lifetimeMs } = await this.#fetch(hostname);
      const now = this.#clock.now();
      entry = { delegatedTo, failures: 0, validUntil: now + Math.min(maxMs, Math.max(minMs, lifetimeMs)), staleUntil: now + maxMs };
    } catch (error) {
      const failures = (before?.failures ?? 0) + 1;
      const now = this.#clock.now();
      const validUntil = now + Math.min(errorMaxMs, errorMinMs * 2 ** (failures - 1));
      const usable = before?.delegatedTo !== undefined && now < before.staleUntil;
      entry = { delegatedTo: usable ? before.delegatedTo : undefined, failures, validUntil, staleUntil: before?.staleUntil ?? 0 };
      this.#log.debug({ hostname, reason: error instanceof Error ? error.message : error, delegatedTo: entry.delegatedTo }, 'no .well-known');
    }
    this.#cache.set(hostname, entry);
    return entry;
  }

  async #fetch(hostname: string): Promise<{ delegatedTo: string; lifetimeMs: number }> {
    const server = hostname as ServerName;
    const { timeoutMs, maxBytes, defaultMs } = this.#settings;
    const expired = (): Error => new Unreachable(server, 'timeout', '.well-known took too long');
    return withDeadline({ clock: this.#clock, ms: timeoutMs, expired }, async (signal) => {
      const response = await this.#get(`https://${hostname}/.well-known/matrix/server`, server, signal);
      const body = await readJson(response, server, maxBytes);
      if (response.status !== 200) throw new Error(`.well-known answered ${response.status}`);
      const name = isJsonObject(body) ? body['m.server'] : undefined;
      if (typeof name !== 'string' || !isServerName(name)) throw new Error('.well-known has no valid m.server');
      return { delegatedTo: name, lifetimeMs: lifetimeOf(response.headers, this.#clock.now()) ?? defaultMs };
    });
  }
}

/** What Cache-Control, or else Expires, says; undefined if neither says anything. */
export function lifetimeOf(headers: TransportResponse['headers'], now: number): number | undefined {
  const control = headers['cache-control']?.toLowerCase();
  if (control !== undefined) {
    if (/\bno-(?:store|cache)\b/.test(control)) return 0;
    const maxAge = /\bmax-age="?(\d{1,10})\b/.exec(control);
    if (maxAge) return Number(maxAge[1]) * 1000;
  }
  const { expires } = headers;
  if (expires === undefined) return undefined;
  const at = Date.parse(expires);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
