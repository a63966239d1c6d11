/** Durable key facts of one service: a node:sqlite file whose commits are on disk before anyone is told. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

export type SqlValue = SQLInputValue;

export interface Store {
  /** Rows of a query, as plain objects; statements are prepared once per text. */
  all<Row>(sql: string, ...values: SqlValue[]): Row[];
  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined;
  /** Rows one at a time, for tables too large to hold. */
  iterate<Row>(sql: string, ...values: SqlValue[]): Iterable<Row>;
  /** Runs a statement and returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** All or nothing, on disk when it returns. Nested calls join the outer transaction. */
  transaction<Result>(work: () => Result): Result;
  /**
   * Like `transaction`, but shares one commit (one fdatasync) with whatever else is asked for in the same turn of the
   * event loop; resolves once it is on disk. If one member throws, only its own changes are undone and its promise rejects.
   */
  together<Result>(work: () => Result): Promise<Result>;
  close(): void;
}

/**
 * `full`: acknowledged means on disk (fdatasync at every commit). `normal`: survives the death of the process, but the
 * last moments may be lost with the machine: only for what may be repeated, such as acknowledgements.
 */
export type Durability = 'full' | 'normal';

/**
 * Opens (and creates) a store. `migrations` are run once each, in order; append to the list, never edit it.
 * @throws when the file is held by another process or is not a database
 */
export function openStore(file: string, migrations: readonly string[], durability: Durability = 'full'): Store {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'};`);
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;');
    migrate(database, migrations);
  } catch (error) {
    // Open, it would hold the lock of a migration that failed.
    database.close();
    throw error;
  }
  return createStore(database);
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}

interface Member {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function createStore(database: DatabaseSync): Store {
  const statements = new Map<string, StatementSync>();
  let depth = 0;
  let waiting: Member[] = [];

  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };

  const transaction = <Result>(work: () => Result): Result => {
    if (depth > 0) return work();
    database.exec('BEGIN IMMEDIATE');
    depth += 1;
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // Some failures, such as a full disk, have rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    } finally {
      depth -= 1;
    }
  };

  const savepoint = (member: Member): (() => void) => {
    database.exec('SAVEPOINT member');
    try {
      const result = member.work();
      return () => member.resolve(result);
    } catch (error) {
      database.exec('ROLLBACK TO member');
      return () => member.reject(error);
    } finally {
      database.exec('RELEASE member');
    }
  };

  const commitWaiting = (): void => {
    const members = waiting;
    waiting = [];
    try {
      const answers = transaction(() => members.map(savepoint));
      for (const answer of answers) answer();
    } catch (error) {
      for (const member of members) member.reject(error);
    }
  };

  return {
    // node:sqlite types rows as records of SQL values; the caller states the shape its own SELECT lists.
    all: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).all(...values) as Row[],
    get: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).get(...values) as Row | undefined,
    iterate: <Row>(sql: string, ...values: SqlValue[]) =>
      database.prepare(sql).iterate(...values) as unknown as Iterable<Row>,
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    transaction,
    together: <Result>(work: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
        if (waiting.length === 1) setImmediate(commitWaiting);
      }),
    close: () => database.close(),
  };
}
