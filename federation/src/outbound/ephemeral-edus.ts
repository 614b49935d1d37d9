/** EDUs that are worth something only while they are new: typing, receipts, presence. Of each subject the newest counts. */
import type { Edu } from '../ports.ts';

export class EphemeralEdus {
  readonly #limit: number;
  readonly #edus = new Map<string, Edu>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#edus.size;
  }

  /** `subject`: what the EDU tells of, for example a user's typing in a room. */
  set(subject: string, edu: Edu): void {
    this.#edus.delete(subject);
    this.#edus.set(subject, edu);
    if (this.#edus.size > this.#limit) this.#edus.delete(this.#edus.keys().next().value!);
  }

  /** The oldest ones; they are not given again. */
  take(count: number): Edu[] {
    const taken = [...this.#edus].slice(0, Math.max(0, count));
    for (const [subject] of taken) this.#edus.delete(subject);
    return taken.map(([, edu]) => edu);
  }

  clear(): void {
    this.#edus.clear();
  }
}
