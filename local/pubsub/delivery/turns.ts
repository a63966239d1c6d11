/** Lets work on the same thing run one after the other, and only so much of it at once altogether. */

export class Turns {
  readonly #maxAtOnce: number;
  #running = 0;
  readonly #busy = new Set<string>();
  readonly #idle: (() => void)[] = [];
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

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  #done(name: string): void {
    this.#running -= 1;
    this.#busy.delete(name);
    this.#next();
    if (this.#running > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
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
