/** Runs DML: one durable step under the target's lock. */

import type { Analysis } from '../../analysis/context.ts';
import { resolveChange, type ChangeStatement } from '../../analysis/resolve-statement.ts';
import { planChange, type ChangePlan } from '../../duckdb/change.ts';
import { storageOf } from '../../duckdb/storage.ts';
import type { ChangeTree } from '../../tree/statement.ts';
import { refOf } from '../catalog/catalog-table.ts';
import { failure } from '../failure.ts';
import { tableNotFound } from '../objects/words.ts';
import type { DmlStats, StatementResult, StatementType } from '../requests.ts';
import { commit, type Step } from '../storage/commit.ts';
import { inTransaction } from '../storage/database.ts';
import { tableKey } from '../storage/records.ts';
import { bytesRead, readingOf } from './bytes-read.ts';
import { referencesOf } from './references.ts';
import { execute, newAnalysis, sessionOf, type Run } from './run.ts';
import { undeclaredParameters } from './undeclared-parameters.ts';

const statementTypes: Readonly<Record<ChangeTree['kind'], StatementType>> = {
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
  truncate: 'TRUNCATE_TABLE',
  merge: 'MERGE',
};

/** Analyses and runs INSERT, UPDATE, DELETE, MERGE or TRUNCATE TABLE. */
export async function runChange(run: Run, statement: ChangeStatement): Promise<StatementResult> {
  refuseDestination(run, 'DML');
  const startMs = performance.now();
  const first = analyze(run, statement);
  const reading = readingOf(first.tree);
  const base = {
    statementType: statementTypes[first.tree.kind],
    ...referencesOf(first.analysis),
    bytesProcessed: await bytesRead(run, reading),
    analysisMs: performance.now() - startMs,
  };
  if (run.request.dryRun === true) {
    return { ...base, undeclaredParameters: undeclaredParameters(reading), executionMs: 0 };
  }
  const runMs = performance.now();
  const dml = await execute(run, () => changeRows(run, statement, first.tree));
  return { ...base, dml, executionMs: performance.now() - runMs };
}

/** Refuses a destination for statements that have none. */
export function refuseDestination({ request }: Run, kind: 'DML' | 'DDL'): void {
  if (request.destination === undefined) return;
  throw failure('invalidQuery', `Cannot set destination table in jobs with ${kind} statements`);
}

function analyze(run: Run, statement: ChangeStatement): { readonly tree: ChangeTree; readonly analysis: Analysis } {
  const analysis = newAnalysis(run);
  return { tree: resolveChange(statement, analysis), analysis };
}

async function changeRows(run: Run, statement: ChangeStatement, { target, kind }: ChangeTree): Promise<DmlStats> {
  const { path } = target;
  if (path.dataset === '') return changeTemporary(run, statement);
  const ref = refOf(path);
  const key = tableKey(ref);
  const { locks } = run.state;
  const change = (): Promise<DmlStats> => changeStored(run, statement);
  return kind === 'insert' ? locks.share(key, change) : locks.own(key, change);
}

async function changeStored(run: Run, statement: ChangeStatement): Promise<DmlStats> {
  const { state, connection, nowMs } = run;
  return commit(state, connection, nowMs, async (): Promise<Step<DmlStats>> => {
    // Again, because the table may have been replaced while its lock was waited for.
    const { tree } = analyze(run, statement);
    const ref = refOf(tree.target.path);
    const physical = state.definitions.table(ref)?.physical;
    if (physical === undefined) throw tableNotFound(ref);
    const value = await applyPlan(run, tree);
    run.remote.check();
    return tree.kind === 'insert' ? { value, added: [physical] } : { value, rows: [physical] };
  });
}

async function changeTemporary(run: Run, statement: ChangeStatement): Promise<DmlStats> {
  return inTransaction(run.connection, async () => {
    const stats = await applyPlan(run, analyze(run, statement).tree);
    run.remote.check();
    return stats;
  });
}

async function applyPlan(run: Run, tree: ChangeTree): Promise<DmlStats> {
  const name = `stage_${storageName(tree)}`;
  const plan = planChange(tree, sessionOf(run), name);
  if (plan.stage === undefined) return applyWrites(run, plan);
  await run.connection.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${plan.stage.sql}`);
  try {
    await checkDuplicates(run, plan);
    return await applyWrites(run, plan);
  } finally {
    // In a failed transaction nothing works any more; then it goes with the rollback.
    await run.connection.run(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
  }
}

function storageName({ target }: ChangeTree): string {
  const storage = storageOf(target);
  return storage.kind === 'stored' ? storage.relation.replaceAll('.', '_') : 'none';
}

async function checkDuplicates({ connection }: Run, plan: ChangePlan): Promise<void> {
  if (plan.duplicateCheck === undefined) return;
  const reader = await connection.runAndReadAll(plan.duplicateCheck);
  if (reader.getRows()[0]?.[0] !== true) return;
  throw failure('invalidQuery', `UPDATE/MERGE must match at most one source row for each target row`);
}

async function applyWrites({ connection }: Run, { writes }: ChangePlan): Promise<DmlStats> {
  const stats = { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: 0 };
  for (const { sql, counts } of writes) {
    const { rowsChanged } = await connection.run(sql);
    stats[`${counts}RowCount`] += rowsChanged;
  }
  return stats;
}
