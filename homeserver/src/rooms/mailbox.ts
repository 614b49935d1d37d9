/** Runs tasks one after the other, in the order in which they came. */
export class Mailbox {
  #tail: Promise<unknown> = Promise.resolve();
  #size = 0;

  /** tasks waiting or running */
  get size(): number {
    return this.#size;
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    this.#size++;
    const result = this.#tail.then(task, task);
    const done = (): void => {
      this.#size--;
    };
    this.#tail = result.then(done, done);
    return result;
  }
}
