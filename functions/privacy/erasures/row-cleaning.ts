// Owns deleting rows that were derived from opened values: of the endpoint and of whatever is staged for it, found by the tokens.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CleanedEndpoint } from '#shared/privacy/erasure/erasure-record.ts';
import type { ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import type { ErasedRows, TablePath } from '#shared/gcp/erased-rows.ts';
import { deletionJob, deletionSql, remainingSql, stagingOf, tokenTable } from './row-statements.ts';

/** A statement that failed is tried under the next name this often in one go. */
const MAX_ATTEMPTS = 3;

/** Rows of the planned endpoints that still hold a token, by endpoint. */
export async function remainingRows(
  warehouse: ErasedRows,
  erasure: string,
  plan: readonly ScopeItem[],
): Promise<readonly number[]> {
  const counts = rowDeletions(plan).map(async (item) => {
    const tables = await tablesOf(warehouse, item.endpoint);
    const each = tables.map((table) => warehouse.count(remainingSql(table, columnsOf(item), tokenTable(erasure))));
    return (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
  });
  return Promise.all(counts);
}

/**
 * Deletes the rows of an endpoint, for the time `pass`; undefined while a job runs. Called again, it finds the jobs that it started,
 * those of earlier passes too, and their counts.
 */
export async function deleteRowsOf(
  warehouse: ErasedRows,
  erasure: string,
  item: ScopeItem,
  pass: number,
): Promise<CleanedEndpoint | undefined> {
  const deletions = (await tablesOf(warehouse, item.endpoint)).flatMap((table) => {
    const sql = deletionSql(table, columnsOf(item), tokenTable(erasure));
    const passes = Array.from({ length: pass }, (_, before) => before * MAX_ATTEMPTS);
    return passes.map((before) =>
      deleteRows(warehouse, (attempt) => deletionJob(erasure, table, before + attempt), sql),
    );
  });
  const deleted = await Promise.all(deletions);
  const done = deleted.filter((each) => each !== undefined);
  if (done.length < deleted.length) return undefined;
  return {
    endpoint: item.endpoint,
    action: 'row-delete',
    rows: done.reduce((sum, { rows }) => sum + rows, 0),
    runs: done.map(({ job }) => job),
  };
}

async function deleteRows(
  warehouse: ErasedRows,
  jobOf: (attempt: number) => string,
  sql: string,
): Promise<{ readonly rows: number; readonly job: string } | undefined> {
  let reason = '';
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const job = jobOf(attempt);
    const outcome = await warehouse.runStatement(job, sql);
    if (outcome.kind === 'running') return undefined;
    if (outcome.kind === 'done') return { rows: outcome.rows, job };
    reason = outcome.reason;
  }
  throw new PlatformError('cloud_refused', { message: `Rows cannot be deleted: ${reason}.` });
}

/** The table of an endpoint, and those in which partitions of it are staged. */
async function tablesOf(warehouse: ErasedRows, endpoint: string): Promise<readonly TablePath[]> {
  const { dataset, prefix } = stagingOf(endpoint);
  const staged = await warehouse.tables(dataset, prefix);
  // The id of an endpoint is `domain.name`, which is where its table is.
  return [endpoint as TablePath, ...staged.map((name): TablePath => `${dataset}.${name}`)];
}

function rowDeletions(plan: readonly ScopeItem[]): readonly ScopeItem[] {
  return plan.filter(({ action }) => action === 'row-delete');
}

function columnsOf({ tokenColumns = [] }: ScopeItem): readonly string[] {
  return tokenColumns;
}
