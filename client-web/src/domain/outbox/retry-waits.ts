/** What can't be done now is tried again by itself, later each time; one wait for each key. */
export class RetryWaits {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** ms; the last wait of what has not succeeded since */
  readonly #delays = new Map<string, number>();
  readonly #firstMs: number;
  readonly #mostMs: number;

  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  has(key: string): boolean {
    return this.#timers.has(key);
  }

  /** Calls `again` when it is time; `afterMs`, where the server has said when. */
  wait(key: string, again: () => void, afterMs?: number): void {
    const delay = afterMs ?? Math.min(this.#mostMs, (this.#delays.get(key) ?? this.#firstMs / 2) * 2);
    this.#delays.set(key, delay);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      again();
    }, delay);
    this.#timers.set(key, timer);
  }

  /** Nobody need wait any more: of all keys that pass. */
  end(passes: (key: string) => boolean = () => true): void {
    for (const [key, timer] of this.#timers) {
      if (!passes(key)) continue;
      clearTimeout(timer);
      this.#timers.delete(key);
    }
  }

  succeeded(key: string): void {
    this.#delays.delete(key);
  }
}
