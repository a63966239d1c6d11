/** The DuckDB instance: one attached database for what is durable, and one in memory for everything else. */

import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { JsFunction } from '../../duckdb/js/define.ts';
import { quoteText } from '../../duckdb/text.ts';
import { registerFunctions } from './register-functions.ts';

/** How the instance is set up. */
export interface DatabaseOptions {
  /** The durable file; undefined for none. */
  readonly file: string | undefined;
  readonly memoryLimitMb: number;
  readonly threads: number;
  /** Where pages may spill to, encrypted; undefined for nowhere. */
  readonly spillFolder: string | undefined;
}

/** Connections kept for the next statement. */
const IDLE_CONNECTIONS = 4;

/** DuckDB's smallest block: a small table's columns take one each, in the file and in memory. */
const BLOCK_BYTES = 16_384;

/**
 * Rows that a table's columns are cut into, for a file that is written in small steps: a checkpoint holds whole groups
 * uncompressed, and with DuckDB's own 122,880 rows it took a hundred megabytes at a time. Scans are no slower.
 */
const ROW_GROUP_ROWS = 8_192;

/** DuckDB stops expressions at a depth that the parser's own limit stays well below. */
const MAX_EXPRESSION_DEPTH = 10_000;

/** Owns the instance and its connections. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /**
   * Opens the file (making it if need be) and sets up schemas, functions and macros. Rejects when it is in use.
   * @param own functions of the engine's own that generated SQL may call
   */
  static async open(options: DatabaseOptions, own: readonly JsFunction[] = []): Promise<Database> {
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      threads: String(options.threads),
      memory_limit: `${options.memoryLimitMb}MB`,
      temp_directory: options.spillFolder ?? '',
      temp_file_encryption: 'true',
      // Without it DuckDB refuses to write what it calls not securely random; the file beside holds the same rows unencrypted.
      force_mbedtls_unsafe: 'true',
      // Freed memory goes back at once: the process has little of it, and other parts that want some.
      allocator_flush_threshold: '8MB',
      allocator_bulk_deallocation_flush_threshold: '16MB',
      // Rows since the last checkpoint are in memory, uncompressed: half of DuckDB's 16 MB.
      checkpoint_threshold: '8MB',
      max_expression_depth: String(MAX_EXPRESSION_DEPTH),
    });
    const database = new Database(instance);
    const connection = await database.acquire();
    await connection.run(
      `ATTACH ${quoteText(options.file ?? ':memory:')} AS store${options.file === undefined ? '' : ` (BLOCK_SIZE ${BLOCK_BYTES}, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`}`,
    );
    // From here on SQL reaches no file but the attached one.
    await connection.run('SET enable_external_access = false');
    await connection.run('CREATE SCHEMA IF NOT EXISTS store.data');
    await connection.run('CREATE SCHEMA IF NOT EXISTS store.meta');
    await connection.run('CREATE SCHEMA results');
    await registerFunctions(connection, own);
    database.release(connection);
    return database;
  }

  /** A connection of one's own until it is released. */
  async acquire(): Promise<DuckDBConnection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const connection = await this.#instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  }

  release(connection: DuckDBConnection): void {
    if (this.#idle.length < IDLE_CONNECTIONS) this.#idle.push(connection);
    else connection.closeSync();
  }

  /** Runs with a connection and gives it back. */
  async withConnection<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await use(connection);
    } finally {
      this.release(connection);
    }
  }

  /** Writes what is pending into the file and closes it. */
  async close(): Promise<void> {
    await this.withConnection(async (connection) => {
      await connection.run('USE memory');
      await connection.run('DETACH store');
    });
    for (const connection of this.#idle) connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Runs in a transaction: all of it is on disk when this resolves, or none. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION');
  try {
    const value = await work();
    await connection.run('COMMIT');
    return value;
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
}

/** How often a rollback is tried: a stop signal that comes at the wrong moment interrupts even that. */
const MAX_ROLLBACKS = 20;

async function rollBack(connection: DuckDBConnection): Promise<void> {
  for (let attempt = 0; attempt < MAX_ROLLBACKS; attempt++) {
    try {
      await connection.run('ROLLBACK');
      return;
    } catch (error) {
      if (!(error instanceof Error) || !/interrupt/i.test(error.message)) return;
    }
  }
}
