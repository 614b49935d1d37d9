/** Keeps warnings rare: when the network is away, thousands of servers begin to fail at once. */
import type { Clock } from '../ports.ts';

const WINDOW_MS = 60_000;
const IN_A_WINDOW = 20;

export class WarningLimit {
  readonly #clock: Pick<Clock, 'now'>;
  #windowStart = 0;
  #used = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** True for the first few of each minute. */
  readonly mayWarn = (): boolean => {
    const now = this.#clock.now();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#used = 0;
    }
    return ++this.#used <= IN_A_WINDOW;
  };
}
