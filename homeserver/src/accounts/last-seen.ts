/** When and from where devices were last seen: collected in memory, written now and then. */
import type { Session } from '../http/handler.ts';
import type { AccountStore, SeenDevice } from './account-store.ts';

const FLUSH_MS = 30_000;
/** A device that was seen so lately is not written again. */
const RESOLUTION_MS = 60_000;
const MAX_USER_AGENT_LENGTH = 255;

export class LastSeen implements AsyncDisposable {
  readonly #store: AccountStore;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #written = new Map<number, number>();
  #fresh = new Map<number, SeenDevice>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: { store: AccountStore; now: () => number; onError: (error: unknown) => void }) {
    this.#store = options.store;
    this.#now = options.now;
    this.#onError = options.onError;
    this.#timer = setInterval(() => void this.#flush(), FLUSH_MS).unref();
  }

  record(session: Session, ip: string, userAgent: string): void {
    const ts = this.#now();
    if (ts - (this.#written.get(session.deviceNid) ?? 0) < RESOLUTION_MS) return;
    this.#fresh.set(session.deviceNid, { deviceNid: session.deviceNid, ts, ip, userAgent: userAgent.slice(0, MAX_USER_AGENT_LENGTH) });
  }

  async #flush(): Promise<void> {
    const seen = [...this.#fresh.values()];
    if (seen.length === 0) return;
    this.#fresh = new Map();
    const old = this.#now() - RESOLUTION_MS;
    for (const [nid, ts] of this.#written) if (ts < old) this.#written.delete(nid);
    for (const { deviceNid, ts } of seen) this.#written.set(deviceNid, ts);
    await this.#store.touch(seen).catch(this.#onError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#flush();
  }
}
