/** How much memory DuckDB may take: little as a rule, and more while a statement runs that little was not enough for. */

import type { Database } from './database.ts';
import { isOutOfMemory } from './map-error.ts';

/** Limits of DuckDB's memory, MB. */
export interface MemoryLimits {
  /** What it has as a rule, most of it for pages that it may give up. */
  readonly usualMb: number;
  /** What a statement may make it take that fails with less. */
  readonly mostMb: number;
}

export class MemoryRoom {
  readonly #database: Database;
  readonly #limits: MemoryLimits;
  #using = 0;
  #isRaised = false;
  #changing: Promise<void> = Promise.resolve();

  constructor(database: Database, limits: MemoryLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  /** Does something that changes nothing when it fails: for want of memory, it is done once more with more of it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isRaised && this.#using === 0) await this.#follow();
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error) || this.#limits.mostMb <= this.#limits.usualMb) throw error;
    }
    return this.#withMore(work);
  }

  /** With more memory; afterwards the rest is given back. */
  async #withMore<T>(work: () => Promise<T>): Promise<T> {
    this.#using++;
    await this.#follow();
    try {
      return await work();
    } finally {
      this.#using--;
      await this.#follow();
    }
  }

  /** Has the limit follow whether anybody needs more. One change comes after the other. */
  async #follow(): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change());
    await this.#changing;
  }

  async #change(): Promise<void> {
    const raise = this.#using > 0;
    if (raise === this.#isRaised) return;
    const mb = raise ? this.#limits.mostMb : this.#limits.usualMb;
    // DuckDB refuses a limit that is below what is pinned just then; whoever comes next tries again.
    const changed = await this.#database.withConnection(async (connection) =>
      connection.run(`SET memory_limit = '${mb}MB'`).then(
        () => true,
        () => false,
      ),
    );
    if (changed) this.#isRaised = raise;
  }
}
