// Owns deleting rows that were derived from opened values: of the endpoint and of whatever is staged for it, found by the tokens.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { CleanedEndpoint } from '#shared/privacy/erasure/erasure-record.ts';
import type { ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import type { ErasedRows, TablePath } from '#shared/gcp/erased-rows.ts';
import { deletionJob, deletionSql, remainingSql, stagingOf, tokenTable } from './row-statements.ts';

/** What cleaning came to: all endpoints, or word that a job is still running. */
export type Cleaned =
  | { readonly kind: 'cleaned'; readonly endpoints: readonly CleanedEndpoint[] }
  | { readonly kind: 'running' };

/** A statement that failed is tried under the next name this often in one go. */
const MAX_ATTEMPTS = 3;

/** Deletes the rows of the planned endpoints. Called again, it finds the jobs that it started, and their counts. */
export async function cleanRows(
  warehouse: ErasedRows,
  erasure: string,
  plan: readonly ScopeItem[],
  tokens: readonly string[],
): Promise<Cleaned> {
  const items = rowDeletions(plan);
  if (items.length === 0) return { kind: 'cleaned', endpoints: [] };
  if (tokens.length === 0) return { kind: 'cleaned', endpoints: items.map(nothingToDelete) };
  await warehouse.loadTokens(tokenTable(erasure), tokens);
  const outcomes = await Promise.all(items.map((item) => cleanEndpoint(warehouse, erasure, item)));
  const endpoints = outcomes.filter((outcome) => outcome !== undefined);
  return endpoints.length < outcomes.length ? { kind: 'running' } : { kind: 'cleaned', endpoints };
}

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

/** Without a token no row can be of the subject: it never had keys, or an erasure before this one has deleted them. */
function nothingToDelete({ endpoint }: ScopeItem): CleanedEndpoint {
  return { endpoint, action: 'row-delete', rows: 0, runs: [] };
}

async function cleanEndpoint(
  warehouse: ErasedRows,
  erasure: string,
  item: ScopeItem,
): Promise<CleanedEndpoint | undefined> {
  const deletions = (await tablesOf(warehouse, item.endpoint)).map((table) => {
    const sql = deletionSql(table, columnsOf(item), tokenTable(erasure));
    return deleteRows(warehouse, (attempt) => deletionJob(erasure, table, attempt), sql);
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
