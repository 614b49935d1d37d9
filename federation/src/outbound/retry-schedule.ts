/** When a destination that failed is tried again: ever later, with some chance in it, and at once when it shows itself. */

export interface RetrySettings {
  /** ms after the first failure */
  readonly minMs: number;
  readonly maxMs: number;
  /** how much longer after each further failure */
  readonly factor: number;
  /** share of the wait that is left to chance, so that servers don't come back to one another all at once */
  readonly jitter: number;
}

export class RetrySchedule {
  readonly #settings: RetrySettings;
  readonly #random: () => number;
  #failingSince: number | undefined;
  #retryAt = 0;
  #intervalMs = 0;
  #lastFailure = 0;

  /** `random` gives numbers in [0, 1). */
  constructor(settings: RetrySettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  /** ms since the epoch; undefined: it is up */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** ms since the epoch; 0: at once */
  get retryAt(): number {
    return this.#retryAt;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  restore(state: { readonly failingSince: number; readonly retryAt: number; readonly intervalMs: number }): void {
    this.#failingSince = state.failingSince;
    this.#retryAt = state.retryAt;
    this.#intervalMs = state.intervalMs;
  }

  failed(now: number): void {
    const { minMs, maxMs, factor, jitter } = this.#settings;
    this.#failingSince ??= now;
    this.#intervalMs = this.#intervalMs === 0 ? minMs : Math.min(maxMs, this.#intervalMs * factor);
    this.#retryAt = now + Math.round(this.#intervalMs * (1 - jitter * this.#random()));
    this.#lastFailure = now;
  }

  succeeded(): void {
    this.#failingSince = undefined;
    this.#retryAt = 0;
    this.#intervalMs = 0;
  }

  /**
   * It showed itself, so it is tried now. A server that reaches us but can't be reached shows itself all the time: it is
   * tried once in `minMs`, and the interval keeps growing.
   */
  hurry(): void {
    this.#retryAt = Math.min(this.#retryAt, this.#lastFailure + this.#settings.minMs);
  }

  /** Tried now, because somebody asks for it. */
  now(): void {
    this.#retryAt = 0;
  }
}
