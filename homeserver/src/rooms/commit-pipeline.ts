/**
 * Group commit: writes wait while a flush is under way, and all that waited go into the next one. There is no timer,
 * so a lone write is flushed at once and a crowd shares one statement. Flushes follow each other, so writes become
 * durable in the order in which they were enqueued.
 */
import { isConnectionError, type Queryable } from '../storage/database.ts';
import { LeaseLost, persistEvents, werePersisted, type RoomWrite } from './persist-events.ts';

export interface CommitPipelineOptions {
  readonly db: Queryable;
  /** the epoch held for each shard */
  readonly epochs: ReadonlyMap<number, number>;
  /** events in one statement at most */
  readonly maxBatch: number;
  /** how long a write waits for a lost database to come back, ms */
  readonly retryForMs: number;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Told the positions of a batch once all of it is committed and handed out, or lost. */
  readonly settle: (positions: readonly number[]) => void;
  /** Another process has taken over: this one must stop. */
  readonly onLeaseLost: (error: LeaseLost) => void;
}

interface Pending {
  readonly write: RoomWrite;
  /** Runs after the commit, in commit order, before anybody is told of the write. */
  readonly committed: () => void;
  /** Runs when the write, and so everything of its room that was built on it, is lost. */
  readonly failed: (error: unknown) => void;
}

const RETRY_DELAY_MS = 100;

export class CommitPipeline {
  readonly #options: CommitPipelineOptions;
  #queue: Pending[] = [];
  #flushing = false;
  #idle: (() => void)[] = [];

  constructor(options: CommitPipelineOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#queue.length;
  }

  enqueue(pending: Pending): void {
    this.#queue.push(pending);
    if (this.#flushing) return;
    this.#flushing = true;
    // After the current tick, so that what one task enqueues (a new room's ten events) goes out together.
    setImmediate(() => void this.#run());
  }

  /** Resolves when nothing is queued or in flight. */
  async drain(): Promise<void> {
    if (!this.#flushing) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#persist(batch);
        for (const pending of batch) pending.committed();
      } catch (error) {
        await this.#salvage(batch, error);
      }
      this.#settle(batch);
    }
    this.#flushing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** A redaction can't be in one statement with the event it redacts: the statement would not see that row. */
  #takeBatch(): Pending[] {
    const nids = new Set<number>();
    let size = 0;
    for (const { write } of this.#queue) {
      if (size === this.#options.maxBatch || (write.redacts !== undefined && nids.has(write.redacts))) break;
      nids.add(write.event.nid);
      size++;
    }
    return this.#queue.splice(0, size);
  }

  async #persist(batch: readonly Pending[]): Promise<void> {
    const { db, epochs, now, wait, retryForMs } = this.#options;
    const writes = batch.map((pending) => pending.write);
    const deadline = now() + retryForMs;
    let uncertain = false;
    for (;;) {
      try {
        if (uncertain && (await werePersisted(db, writes))) return;
        await persistEvents(db, epochs, writes);
        return;
      } catch (error) {
        if (!isConnectionError(error) || now() >= deadline) throw error;
        uncertain = true;
        await wait(RETRY_DELAY_MS);
      }
    }
  }

  /** One room's bad write must not take the others of its batch with it: each room is tried again by itself. */
  async #salvage(batch: readonly Pending[], error: unknown): Promise<void> {
    if (error instanceof LeaseLost) this.#options.onLeaseLost(error);
    const rooms = Map.groupBy(batch, (pending) => pending.write.event.roomNid);
    const retry = rooms.size > 1 && !(error instanceof LeaseLost) && !isConnectionError(error);
    for (const [roomNid, ofRoom] of rooms) {
      let failure = error;
      if (retry) {
        try {
          await this.#persist(ofRoom);
          for (const pending of ofRoom) pending.committed();
          continue;
        } catch (own) {
          failure = own;
        }
      }
      const stranded = this.#queue.filter((pending) => pending.write.event.roomNid === roomNid);
      if (stranded.length > 0) this.#queue = this.#queue.filter((pending) => pending.write.event.roomNid !== roomNid);
      for (const pending of [...ofRoom, ...stranded]) pending.failed(failure);
      this.#settle(stranded);
    }
  }

  #settle(batch: readonly Pending[]): void {
    this.#options.settle(batch.flatMap(({ write }) => (write.event.pos === null ? [] : [write.event.pos])));
  }
}
