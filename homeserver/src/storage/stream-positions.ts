/**
 * Stream positions: one increasing number line for everything a client can be told of (events, receipts, account data,
 * to-device messages, ...). A writer reserves blocks from one sequence, so gaps are harmless and a restarted process
 * never reuses a position. The watermark is the position at or below which everything is committed: a sync token.
 */
import { sql, type Queryable } from './database.ts';

const reserveBlock = sql('position_block', `select nextval('position_block') as block`);

export const POSITIONS_PER_BLOCK = 4096;

export class StreamPositions {
  readonly #db: Queryable;
  /** The next position to hand out, and the end of its block. */
  #next: number;
  #end: number;
  /** The block after this one, asked for before it is needed. */
  #spare: number | undefined;
  #refill: Promise<void> | undefined;
  /** Positions handed out and not yet settled, ascending. */
  readonly #open = new Set<number>();
  #last: number;
  #watermark: number;
  #watermarkListeners: ((watermark: number) => void)[] = [];
  #waiting: (() => void)[] = [];

  private constructor(db: Queryable, block: number) {
    this.#db = db;
    this.#next = block * POSITIONS_PER_BLOCK;
    this.#end = this.#next + POSITIONS_PER_BLOCK;
    this.#last = this.#watermark = this.#next - 1;
  }

  static async open(db: Queryable): Promise<StreamPositions> {
    return new StreamPositions(db, await nextBlock(db));
  }

  /** Everything at or below is committed and visible. */
  get watermark(): number {
    return this.#watermark;
  }

  /** The newest position or id that was handed out. */
  get last(): number {
    return this.#last;
  }

  /** Resolves when everything up to a position that was handed out is committed, or lost. */
  async reached(position: number): Promise<void> {
    const wanted = Math.min(position, this.#last);
    // Ids after the newest position that was settled hold nothing up.
    if (wanted > this.#watermark) this.settle([]);
    while (wanted > this.#watermark) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Called whenever the watermark rises. */
  onWatermark(listener: (watermark: number) => void): void {
    this.#watermarkListeners.push(listener);
  }

  /**
   * Makes sure that `count` positions can be taken without waiting. Call before a step that must not be interrupted.
   */
  async ready(count: number): Promise<void> {
    while (this.#end - this.#next + (this.#spare === undefined ? 0 : POSITIONS_PER_BLOCK) < count) await this.#fetchSpare();
  }

  /** Takes a position. It holds the watermark down until `settle` is called for it, whatever the outcome. */
  take(): number {
    const position = this.takeId();
    this.#open.add(position);
    return position;
  }

  /** Takes a number off the line as a mere id: it does not hold the watermark. Needs `ready`. */
  takeId(): number {
    if (this.#next === this.#end) {
      if (this.#spare === undefined) throw new Error('no stream positions reserved: ready() was not awaited');
      this.#next = this.#spare * POSITIONS_PER_BLOCK;
      this.#end = this.#next + POSITIONS_PER_BLOCK;
      this.#spare = undefined;
    }
    if (this.#spare === undefined && this.#end - this.#next < POSITIONS_PER_BLOCK / 2) {
      this.#fetchSpare().catch(() => {}); // asked for again by ready(), which reports the error
    }
    this.#last = this.#next++;
    return this.#last;
  }

  /** The write at this position is committed, or will never be. */
  settle(positions: Iterable<number>): void {
    for (const position of positions) this.#open.delete(position);
    const [oldest] = this.#open; // sets iterate in insertion order, and positions are taken in ascending order
    const watermark = oldest === undefined ? this.#last : oldest - 1;
    if (watermark <= this.#watermark) return;
    this.#watermark = watermark;
    for (const listener of this.#watermarkListeners) listener(watermark);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Runs a durable write at a fresh position and settles it, whether or not the write succeeds. */
  async write<T>(work: (position: number) => Promise<T>): Promise<T> {
    await this.ready(1);
    const position = this.take();
    try {
      return await work(position);
    } finally {
      this.settle([position]);
    }
  }

  #fetchSpare(): Promise<void> {
    this.#refill ??= (async () => {
      try {
        this.#spare = await nextBlock(this.#db);
      } finally {
        this.#refill = undefined;
      }
    })();
    return this.#refill;
  }
}

async function nextBlock(db: Queryable): Promise<number> {
  const [row] = await db.query<{ block: number }>(reserveBlock);
  return row!.block;
}
