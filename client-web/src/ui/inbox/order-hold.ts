/** Whether lines keep their places: while the pointer or the focus rests in the list, but not if it was only left there. */
import { createStore, type StoreApi } from 'zustand/vanilla';

/** ms without a movement of the pointer or a key in the list, after which the order is brought up to date under them. */
export const HOLD_MS = 8_000;

export type HeldBy = 'pointer' | 'focus';

export class OrderHold {
  readonly state: StoreApi<{ readonly held: boolean }> = createStore(() => ({ held: false as boolean }));
  readonly #inside = new Set<HeldBy>();
  readonly #now: () => number;
  #movedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  enter(by: HeldBy): void {
    this.#inside.add(by);
    this.moved();
  }

  leave(by: HeldBy): void {
    this.#inside.delete(by);
    if (this.#inside.size === 0) this.letGo();
  }

  has(by: HeldBy): boolean {
    return this.#inside.has(by);
  }

  /** By pointer or key; holds the order again if it had been let go. As often as it likes: there is one timer. */
  moved(): void {
    if (this.#inside.size === 0) return;
    this.#movedAt = this.#now();
    if (!this.state.getState().held) this.state.setState({ held: true });
    this.#timer ??= setTimeout(() => this.#check(), HOLD_MS);
  }

  /** Until the next movement. */
  letGo(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.state.setState({ held: false });
  }

  #check(): void {
    const left = this.#movedAt + HOLD_MS - this.#now();
    if (left <= 0) this.letGo();
    else this.#timer = setTimeout(() => this.#check(), left);
  }
}
