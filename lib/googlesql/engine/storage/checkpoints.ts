/** Moves rows from memory into the file before many small tables fill it: each fresh column takes a vector's room. */

import type { Database } from './database.ts';

/** What one column of a table holds in memory between checkpoints, at least. */
const FRESH_COLUMN_BYTES = 32 * 1024;

/** The share of DuckDB's memory that fresh columns may take. */
const FRESH_SHARE = 0.2;

export class Checkpoints {
  readonly #database: Database;
  readonly #maxColumns: number;
  readonly #fresh = new Map<number, number>();
  #running: Promise<void> = Promise.resolve();

  constructor(database: Database, memoryLimitMb: number) {
    this.#database = database;
    this.#maxColumns = (memoryLimitMb * 1024 * 1024 * FRESH_SHARE) / FRESH_COLUMN_BYTES;
  }

  /** Notes that rows were committed to a table of so many columns. */
  written(id: number, columns: number): void {
    this.#fresh.set(id, columns);
    let total = 0;
    for (const count of this.#fresh.values()) total += count;
    if (total <= this.#maxColumns) return;
    this.#fresh.clear();
    this.#running = this.#running.then(() => this.#checkpoint());
  }

  async #checkpoint(): Promise<void> {
    // Refused while somebody writes; then the next one does it, or DuckDB by itself.
    await this.#database.withConnection(async (connection) => {
      await connection.run('CHECKPOINT store').catch(() => undefined);
    });
  }

  async settled(): Promise<void> {
    await this.#running;
  }
}
