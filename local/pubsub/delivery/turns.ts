/** Lets work on the same thing run one after the other, and only so much of it at once altogether. */

export class Turns {
  readonly #maxAtOnce: number;
  #running = 0;
  readonly #busy = new Set<string>();
  #waiting: { readonly name: string; readonly run: () => void }[] = [];

  constructor(maxAtOnce: number) {
    this.#maxAtOnce = maxAtOnce;
  }

  /** Runs `work` when it is its turn; resolves when it is done. Work that throws counts as done. */
  take(name: string, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        this.#running += 1;
        this.#busy.add(name);
        void work()
          .then(resolve, reject)
          .finally(() => this.#done(name));
      };
      this.#waiting.push({ name, run });
      this.#next();
    });
  }

  #done(name: string): void {
    this.#running -= 1;
    this.#busy.delete(name);
    this.#next();
  }

  #next(): void {
    while (this.#running < this.#maxAtOnce) {
      const index = this.#waiting.findIndex(({ name }) => !this.#busy.has(name));
      const [found] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (found === undefined) return;
      found.run();
    }
  }
}
