/** Runs a query whose rows the engine keeps for its caller. */

import { queryTree } from '../../analysis/analyze.ts';
import { generateOutput, outputColumns } from '../../duckdb/output.ts';
import type { Session } from '../../duckdb/context.ts';
import { isSumAgain } from '../../duckdb/sum-again.ts';
import type { Query } from '../../syntax/ast-query.ts';
import type { QueryTree } from '../../tree/expression.ts';
import { EngineFailure } from '../failure.ts';
import type { StatementResult } from '../requests.ts';
import { bytesRead } from './bytes-read.ts';
import { collectRows } from './collect-rows.ts';
import { writeDestination } from './destination.ts';
import { referencesOf } from './references.ts';
import { resultFields } from './result-fields.ts';
import { execute, newAnalysis, sessionOf, type Run } from './run.ts';
import { undeclaredParameters } from './undeclared-parameters.ts';

/** Analyses and runs the query; with a destination, its rows go there. */
export async function runQuery(run: Run, query: Query): Promise<StatementResult> {
  const startMs = performance.now();
  const analysis = newAnalysis(run);
  const tree = queryTree(query, analysis);
  const fields = resultFields(outputColumns(tree));
  const base = {
    statementType: 'SELECT',
    schema: { fields },
    ...referencesOf(analysis),
    bytesProcessed: await bytesRead(run, { queries: [tree] }),
    analysisMs: performance.now() - startMs,
  } as const;
  if (run.request.dryRun === true) {
    return { ...base, undeclaredParameters: undeclaredParameters({ queries: [tree] }), executionMs: 0 };
  }
  const runMs = performance.now();
  const { destination } = run.request;
  const done =
    destination === undefined
      ? { result: await holdRows(run, tree, fields) }
      : await writeDestination(run, { tree, fields, analysis, at: query.at }, destination);
  return { ...base, ...done, executionMs: performance.now() - runMs };
}

async function holdRows(
  run: Run,
  tree: QueryTree,
  fields: NonNullable<StatementResult['schema']>['fields'],
): Promise<NonNullable<StatementResult['result']>> {
  const { results } = run.state;
  const collected = await withQuickSums(run, (session) =>
    execute(run, () => collectRows(run.connection, results, generateOutput(tree, session))),
  );
  run.remote.check();
  const types = outputColumns(tree).map(({ type }) => type);
  return results.add({ schema: { fields }, types, ...collected }, run.nowMs);
}

/** Sums are taken the quick way; the query runs once more where that would be wrong. */
async function withQuickSums<T>(run: Run, work: (session: Session) => Promise<T>): Promise<T> {
  const session = sessionOf(run);
  try {
    return await work({ ...session, sums: 'quick' });
  } catch (error) {
    const cause = error instanceof EngineFailure ? error.cause : undefined;
    if (!(cause instanceof Error) || !isSumAgain(cause.message)) throw error;
  }
  return work(session);
}
