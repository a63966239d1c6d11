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

  /** Waits until nobody holds the lane, then holds it, having told so. */
  claim(lane: string, held: () => void): void {
    const { signal } = this.#held;
    const whileHeld = (): Promise<void> => {
      held();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    };
    // Rejects when it is given up while it waits, which is no failure.
    this.#locks.request(this.#prefix + lane, { signal }, whileHeld).catch(() => undefined);
  }

  /** Gives everything up: a page that may be frozen must hold nothing, or browsers would not keep it for going back. */
  release(): void {
    this.#held.abort();
    this.#held = new AbortController();
  }
}
