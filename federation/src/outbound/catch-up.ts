/** How a destination that is behind gets what it missed: read from storage page by page, some rooms at a time. */
import type { ServerName } from '../ports.ts';
import type { CatchUpRange, OutboxStore, OutgoingPdu } from './outbox-store.ts';
import type { Slots } from './slots.ts';

/** A range whose end is not known yet. */
const beginningAt = (pos: number): CatchUpRange => ({ after: pos, cursor: pos, upto: 0 });

export class CatchUp {
  readonly #server: ServerName;
  readonly #store: OutboxStore;
  /** destinations that read at the same time */
  readonly #reads: Slots;
  readonly #floor: () => number;
  /** set while the destination is behind */
  #missed: CatchUpRange | undefined;
  #page: readonly OutgoingPdu[] = [];
  #pageCursor = 0;

  /** `floor`: everything up to there is committed and was handed to the queues. */
  constructor(options: { server: ServerName; store: OutboxStore; reads: Slots; floor: () => number }) {
    this.#server = options.server;
    this.#store = options.store;
    this.#reads = options.reads;
    this.#floor = options.floor;
  }

  get active(): boolean {
    return this.#missed !== undefined;
  }

  /** While active: nothing up to here is missing that newer events don't lead to. */
  get cursor(): number {
    return this.#missed?.cursor ?? 0;
  }

  get pending(): number {
    return this.#page.length;
  }

  /** What lies above the position is missing. */
  begin(pos: number): void {
    this.#missed ??= beginningAt(pos);
  }

  /** The next events; none: all of the range was read, and `finish` ends it. */
  async first(count: number): Promise<readonly OutgoingPdu[]> {
    const missed = this.#missed;
    if (missed && this.#page.length === 0) {
      const range = missed.upto > 0 ? missed : { ...missed, upto: this.#floor() };
      const page = await this.#reads.run(() => this.#store.catchUp(this.#server, range));
      this.#missed = range;
      this.#page = page.pdus;
      this.#pageCursor = page.cursor;
    }
    return this.#page.slice(0, count);
  }

  /** They were accepted; anything else than what `first` gave is passed over. */
  sent(pdus: readonly OutgoingPdu[]): void {
    if (!this.#missed || pdus.length === 0 || this.#page[0] !== pdus[0]) return;
    this.#page = this.#page.slice(pdus.length);
    if (this.#page.length === 0) this.#missed = { ...this.#missed, cursor: Math.max(this.#missed.cursor, this.#pageCursor) };
  }

  /** The range is done; the position up to which nothing is missing now. */
  finish(): number {
    const done = Math.max(this.#missed?.cursor ?? 0, this.#missed?.upto ?? 0);
    this.#missed = undefined;
    return done;
  }

  /** Lets go of what was read: it is read again when the server is back. */
  release(): void {
    this.#page = [];
  }
}
