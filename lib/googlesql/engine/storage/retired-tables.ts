/** DuckDB tables that no definition names any more, kept until the statements that may still read them have ended. */

import type { Database } from './database.ts';
import { relationName } from './records.ts';

interface Retired {
  readonly id: number;
  /** Operations that began before the table was retired. */
  readonly readers: Set<number>;
}

export class RetiredTables {
  readonly #database: Database;
  readonly #readers = new Set<number>();
  #retired: Retired[] = [];
  #lastReader = 0;
  #dropping: Promise<void> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs something that reads tables: none that exists at its start goes away before its end. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    this.#lastReader++;
    const reader = this.#lastReader;
    this.#readers.add(reader);
    try {
      return await work();
    } finally {
      this.#readers.delete(reader);
      for (const { readers } of this.#retired) readers.delete(reader);
      this.#dropUnread();
    }
  }

  /** Takes a table that committed definitions do not name any more. */
  retire(id: number): void {
    this.#retired.push({ id, readers: new Set(this.#readers) });
    this.#dropUnread();
  }

  #dropUnread(): void {
    const unread = this.#retired.filter(({ readers }) => readers.size === 0);
    if (unread.length === 0) return;
    this.#retired = this.#retired.filter(({ readers }) => readers.size > 0);
    this.#dropping = this.#dropping.then(() => this.#drop(unread));
  }

  async #drop(tables: readonly Retired[]): Promise<void> {
    await this.#database.withConnection(async (connection) => {
      for (const { id } of tables) {
        // One that cannot go now goes when the file is opened the next time.
        await connection.run(`DROP TABLE IF EXISTS ${relationName(id)}`).catch(() => undefined);
      }
    });
  }

  /** Resolves when what was being dropped is gone. */
  async settled(): Promise<void> {
    await this.#dropping;
  }
}
