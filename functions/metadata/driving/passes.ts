// Owns when passes run: one at a time, and what is asked for while one runs is answered by the next.
import type { Parts } from '../parts.ts';
import { pass, type PassResult } from './pass.ts';

export class Passes {
  readonly #parts: Parts;
  #running: Promise<PassResult> | undefined;
  #next: { depth: 'thorough' | 'light'; result: Promise<PassResult> } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Runs a pass that begins after this call. */
  request(depth: 'thorough' | 'light'): Promise<PassResult> {
    if (this.#next !== undefined) {
      if (depth === 'thorough') this.#next.depth = depth;
      return this.#next.result;
    }
    if (this.#running === undefined) return this.#start(depth);
    const before = this.#running;
    const next = { depth, result: Promise.resolve({ done: true, started: 0 }) };
    next.result = before.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    this.#next = next;
    return next.result;
  }

  /** The same, for who does not wait: what goes wrong is told in the log. */
  look(depth: 'thorough' | 'light' = 'light'): void {
    this.request(depth).catch(() => {
      this.#parts.log.write('WARNING', 'a pass could not be finished; the next tick looks again');
    });
  }

  #startNext(): Promise<PassResult> {
    const depth = this.#next?.depth ?? 'light';
    this.#next = undefined;
    return this.#start(depth);
  }

  #start(depth: 'thorough' | 'light'): Promise<PassResult> {
    const running = pass(this.#parts, depth).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
