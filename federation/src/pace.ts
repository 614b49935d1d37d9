/**
 * Spreads the beginnings of many pieces of work over turns of the event loop: what a message to hundreds of servers sets off
 * at once (signatures, TLS handshakes) must not hold up everything else.
 */
export class Pace {
  readonly #perTurn: number;
  readonly #line: (() => void)[] = [];
  #begun = 0;
  #counting = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Resolves in this turn if few began in it, else in a later one, in the order of the calls. */
  async turn(): Promise<void> {
    this.#countTurns();
    if (this.#begun >= this.#perTurn) return new Promise((begin) => this.#line.push(begin));
    this.#begun++;
  }

  #countTurns(): void {
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(() => {
      this.#counting = false;
      const next = this.#line.splice(0, this.#perTurn);
      this.#begun = next.length;
      if (next.length > 0) this.#countTurns();
      for (const begin of next) begin();
    });
  }
}
