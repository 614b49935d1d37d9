/** A clock that stands still until it is told to go on. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** Turns of the event loop that work gets to come to rest. */
const SETTLE_TURNS = 10;

export class ManualClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(start = 1_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const alarm = { at: this.#now + ms, ring: resolve };
      this.#alarms.add(alarm);
      signal?.addEventListener(
        'abort',
        () => {
          if (this.#alarms.delete(alarm)) reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  /** Lets what can go on without the time passing go on. */
  async settle(): Promise<void> {
    for (let i = 0; i < SETTLE_TURNS; i++) await turn();
  }

  /** Lets the time pass, one alarm after another. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (;;) {
      const next = [...this.#alarms].filter((alarm) => alarm.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#alarms.delete(next);
      next.ring();
      await this.settle();
    }
    this.#now = end;
  }
}
