// Owns which page takes care of which events: each page has a lane of its own, and inherits those of pages that are gone.
import type { Locks } from './browser.ts';

/** A lane is held by a web lock, which the browser gives on when the page that held it ends, however it ends. */
export class Lanes {
  readonly #locks: Locks;
  readonly #prefix: string;
  #held = new AbortController();

  constructor(locks: Locks, prefix: string) {
    this.#locks = locks;
    this.#prefix = prefix;
  }

  /** Holds the lane, and tells; where somebody else holds it, as soon as nobody does. Resolves without waiting for that. */
  claim(lane: string, held: () => Promise<void>): Promise<void> {
    const { signal } = this.#held;
    const name = this.#prefix + lane;
    return new Promise((resolve) => {
      const whileHeld = async (lock: unknown): Promise<void> => {
        if (lock === null) {
          resolve();
          // Rejects when it is given up while it waits, which is no failure.
          this.#locks.request(name, { signal }, whileHeld).catch(resolve);
          return;
        }
        await held();
        resolve();
        if (!signal.aborted) await new Promise((given) => signal.addEventListener('abort', given));
      };
      this.#locks.request(name, { ifAvailable: true }, whileHeld).catch(resolve);
    });
  }

  /** Gives everything up: a page that may be frozen must hold nothing, or browsers would not keep it for going back. */
  release(): void {
    this.#held.abort();
    this.#held = new AbortController();
  }
}
