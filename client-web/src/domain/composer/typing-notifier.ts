/** Tells others that somebody is writing, and that they stopped: after a pause, when the text is sent or gone, when the conversation is closed. */

/** ms; the server forgets after twice that. */
const AGAIN_AFTER_MS = 10_000;
const STOPPED_AFTER_MS = 6_000;

export class TypingNotifier {
  readonly #tell: (typing: boolean) => void;
  readonly #now: () => number;
  #toldAt: number | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (typing: boolean) => void, now: () => number = Date.now) {
    this.#tell = tell;
    this.#now = now;
  }

  typed(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.stop(), STOPPED_AFTER_MS);
    const now = this.#now();
    if (this.#toldAt !== undefined && now - this.#toldAt < AGAIN_AFTER_MS) return;
    this.#toldAt = now;
    this.#tell(true);
  }

  stop(): void {
    clearTimeout(this.#pause);
    if (this.#toldAt === undefined) return;
    this.#toldAt = undefined;
    this.#tell(false);
  }
}
