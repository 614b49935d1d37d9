/** The PDUs that one destination has in memory, in order. Full, it forgets them all and remembers up to where. */
import type { OutgoingPdu } from './outbox-store.ts';

/** What all destinations have in memory together. */
export class BacklogBudget {
  readonly limit: number;
  used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }
}

export class PduBacklog {
  readonly #limit: number;
  readonly #budget: BacklogBudget;
  #pdus: OutgoingPdu[] = [];
  #forgottenUpTo = 0;

  constructor(limit: number, budget: BacklogBudget) {
    this.#limit = limit;
    this.#budget = budget;
  }

  get size(): number {
    return this.#pdus.length;
  }

  /** The greatest position that was forgotten; 0: none. */
  get forgottenUpTo(): number {
    return this.#forgottenUpTo;
  }

  /** The least position that is here; undefined: it is empty. */
  get lowestPos(): number | undefined {
    // Rooms commit independently of one another, so the first need not be the lowest.
    return this.#pdus.length === 0 ? undefined : this.#pdus.reduce((lowest, { pos }) => Math.min(lowest, pos), Infinity);
  }

  /** false: there was no room, and all of it is forgotten */
  push(pdu: OutgoingPdu): boolean {
    this.#pdus.push(pdu);
    this.#budget.used++;
    if (this.#pdus.length <= this.#limit && this.#budget.used <= this.#budget.limit) return true;
    this.#forgottenUpTo = this.#pdus.reduce((highest, { pos }) => Math.max(highest, pos), this.#forgottenUpTo);
    this.clear();
    return false;
  }

  first(count: number): readonly OutgoingPdu[] {
    return this.#pdus.slice(0, count);
  }

  /** Takes out what was sent, wherever it stands now. */
  remove(sent: readonly OutgoingPdu[]): void {
    const gone = new Set(sent);
    this.#keep((pdu) => !gone.has(pdu));
  }

  /** Takes out all up to a position: it was sent otherwise. */
  dropUpTo(pos: number): void {
    this.#keep((pdu) => pdu.pos > pos);
  }

  clear(): void {
    this.#budget.used -= this.#pdus.length;
    this.#pdus = [];
  }

  #keep(wanted: (pdu: OutgoingPdu) => boolean): void {
    const kept = this.#pdus.filter(wanted);
    this.#budget.used -= this.#pdus.length - kept.length;
    this.#pdus = kept;
  }
}
