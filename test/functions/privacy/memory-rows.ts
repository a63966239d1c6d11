// Owns a warehouse in memory that understands the statements of erasures and no others.
import assert from 'node:assert/strict';
import type { ErasedRows, Statement, TablePath } from '#shared/gcp/erased-rows.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export type Row = Readonly<Record<string, string>>;

export interface MemoryRows extends ErasedRows, PersonRows {
  readonly tables_: Map<string, Row[]>;
  /** Jobs that have not ended. */
  readonly running: Set<string>;
  /** Every statement that was run, as the history of jobs would show it. */
  readonly history: readonly string[];
}

const STATEMENT = /^(?:DELETE |SELECT COUNT\(\*\) AS remaining\n|SELECT \*\n)FROM `([^`]+)`\nWHERE ([^]+)$/;
const KEYS = /^SELECT DISTINCT FORMAT_TIMESTAMP\('[^']+', `([^`]+)`\) AS key\nFROM `([^`]+)`\nWHERE (.+)$/;
const CONDITION_TABLE = /SELECT token FROM `([^`]+)`/;
const CONDITION = /`([^`]+)` IN \(SELECT token FROM `([^`]+)`\)/g;

export function memoryRows(tables: Readonly<Record<string, readonly Row[]>>): MemoryRows {
  const held = new Map(Object.entries(tables).map(([name, rows]) => [name, [...rows]]));
  const jobs = new Map<string, Statement>();
  const history: string[] = [];
  const running = new Set<string>();

  const matching = (sql: string): { readonly table: string; readonly holds: (row: Row) => boolean } => {
    history.push(sql);
    const [, table = '', condition = ''] = STATEMENT.exec(sql) ?? assert.fail(`not a statement of an erasure: ${sql}`);
    const conditions = [...condition.matchAll(CONDITION)].map(([, column = '', tokens = '']) => ({
      column,
      tokens: new Set(held.get(tokens)?.map(({ token }) => token) ?? missing(tokens)),
    }));
    if (!held.has(table)) missing(table);
    return { table, holds: (row) => conditions.some(({ column, tokens }) => tokens.has(row[column])) };
  };

  return {
    tables_: held,
    history,
    tables: async (dataset, prefix) =>
      [...held.keys()].flatMap((name) =>
        name.startsWith(`${dataset}.${prefix}`) ? [name.slice(dataset.length + 1)] : [],
      ),
    loadTokens: async (table, tokens) =>
      void held.set(
        table,
        tokens.map((token) => ({ token })),
      ),
    runStatement: async (jobId, sql) => {
      const known = jobs.get(jobId);
      if (known !== undefined) return known;
      const { table, holds } = matching(sql);
      const rows = held.get(table) ?? [];
      const left = rows.filter((row) => !holds(row));
      held.set(table, left);
      const done: Statement = { kind: 'done', rows: rows.length - left.length };
      jobs.set(jobId, done);
      return done;
    },
    running,
    isRunning: async (job) => running.has(job),
    texts: async (sql) => {
      history.push(sql);
      const [, column = '', table = '', condition = ''] = KEYS.exec(sql) ?? assert.fail(`not a statement: ${sql}`);
      const tokens = new Set(held.get(CONDITION_TABLE.exec(condition)?.[1] ?? '')?.map(({ token }) => token));
      const found = (held.get(table) ?? missing(table)).filter(({ subject }) => tokens.has(subject));
      return [...new Set(found.map((row) => row[column] ?? ''))];
    },
    count: async (sql) => {
      const { table, holds } = matching(sql);
      return (held.get(table) ?? []).filter(holds).length;
    },
    async *rows(sql) {
      const { table, holds } = matching(sql);
      yield* (held.get(table) ?? []).filter(holds);
    },
    dropTable: async (table: TablePath) => void held.delete(table),
  };
}

/** As BigQuery says it, through the wrapper of its client. */
function missing(table: string): never {
  throw new PlatformError('cloud_missing', { message: `No table ${table}.` });
}
