/** A warehouse for tests, with short ways to ask it things. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { DatasetRef, TableRef } from '#lib/googlesql/engine/definitions.ts';
import { openWarehouse } from '#lib/googlesql/engine/open-warehouse.ts';
import type { EngineError, Outcome } from '#lib/googlesql/engine/outcome.ts';
import type { CallRemote } from '#lib/googlesql/engine/remote/remote-call.ts';
import type { AppendOptions, RowsPage, RunRequest, RunResult } from '#lib/googlesql/engine/requests.ts';
import type { Warehouse, WarehouseOptions } from '#lib/googlesql/engine/warehouse.ts';

/** 2026-08-01T12:00:00Z, where the clock of a test warehouse starts. */
export const START_MS = Date.UTC(2026, 7, 1, 12);

export const DATASET: DatasetRef = { projectId: 'test-project', datasetId: 'd' };

/** A table of the test dataset, perhaps with a decorator. */
export function table(tableId: string): TableRef {
  return { ...DATASET, tableId };
}

/** A folder that goes when the tests of the file have ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'warehouse-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestWarehouse {
  readonly warehouse: Warehouse;
  readonly clock: { nowMs: number };
  /** The rows of a query as plain values of REST, page by page. */
  readonly rows: (sql: string, more?: Partial<RunRequest>) => Promise<unknown[][]>;
  /** What a statement did; fails the test when it failed. */
  readonly run: (sql: string, more?: Partial<RunRequest>) => Promise<RunResult>;
  /** Why a statement failed; fails the test when it did not. */
  readonly refusal: (sql: string, more?: Partial<RunRequest>) => Promise<EngineError>;
  readonly append: (tableId: string, rows: readonly object[], options?: Partial<AppendOptions>) => Promise<number>;
}

let queries = 0;

/** Opens a warehouse with an empty dataset `d`; without a file it is in memory, and closed after the tests of the file. */
export async function testWarehouse(file?: string): Promise<TestWarehouse> {
  return openTestWarehouse(file === undefined ? {} : { file });
}

/** The same with endpoints for its remote functions. */
export async function openTestWarehouse({
  file,
  callRemote,
  limits,
}: {
  readonly file?: string;
  readonly callRemote?: CallRemote;
  readonly limits?: Pick<WarehouseOptions, 'memoryLimitMb' | 'mostMemoryMb'>;
}): Promise<TestWarehouse> {
  const clock = { nowMs: START_MS };
  const warehouse = await openWarehouse({
    storage: file === undefined ? { kind: 'memory' } : { kind: 'file', path: file },
    projectId: DATASET.projectId,
    clock: { nowMs: () => clock.nowMs },
    ...limits,
    ...(callRemote === undefined ? {} : { callRemote }),
  });
  if (file === undefined) after(() => warehouse.close());
  await warehouse.datasets.create({ ref: DATASET });
  const ask = (sql: string, more: Partial<RunRequest> = {}): Promise<Outcome<RunResult>> => {
    queries += 1;
    return warehouse.run({ queryId: `q${queries}`, sql, ...more });
  };
  const run: TestWarehouse['run'] = async (sql, more) => valueOf(await ask(sql, more));
  return {
    warehouse,
    clock,
    run,
    async rows(sql, more) {
      const { result } = await run(sql, more);
      assert.ok(result !== undefined, 'the statement has no rows');
      const source = { kind: 'result', resultId: result.resultId } as const;
      const page = valueOf(await warehouse.readRows(source, { offset: 0, maxRows: 10_000, timestamps: 'int64' }));
      return cellsOf(page);
    },
    async refusal(sql, more) {
      const outcome = await ask(sql, more);
      assert.ok(outcome.kind === 'failed', 'the statement did not fail');
      return outcome.error;
    },
    async append(tableId, rows, options = {}) {
      const all = { ignoreUnknownValues: false, skipInvalidRows: false, ...options };
      const outcome = valueOf(await warehouse.appendRows(table(tableId), rows.map(encoded), all));
      return outcome.appended;
    },
  };
}

/** A row as bytes. */
export function encoded(row: object): Uint8Array {
  return Buffer.from(JSON.stringify(row));
}

/** The value of a success; fails the test when it is none. */
export function valueOf<T>(outcome: Outcome<T>): T {
  assert.ok(
    outcome.kind === 'ok',
    outcome.kind === 'failed' ? `${outcome.error.reason}: ${outcome.error.message}` : '',
  );
  return outcome.value;
}

/** The values of a page, structs and arrays flattened to lists. */
export function cellsOf({ rowsJson }: RowsPage): unknown[][] {
  return (JSON.parse(Buffer.from(rowsJson).toString()) as unknown[]).map((row) => plain(row) as unknown[]);
}

function plain(cell: unknown): unknown {
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell !== 'object' || cell === null) return cell;
  if ('f' in cell) return plain(cell.f);
  return 'v' in cell ? plain(cell.v) : cell;
}
