/** Runs one statement that is not scripting. */

import { isChange, isDefinition } from '../../analysis/resolve-statement.ts';
import type { ScriptStatement } from '../../syntax/ast-script.ts';
import type { AssertStatement, Statement } from '../../syntax/ast-statement.ts';
import { failure } from '../failure.ts';
import type { StatementResult } from '../requests.ts';
import { evaluate } from './evaluate.ts';
import { referencesOf } from './references.ts';
import { newAnalysis, notSupported, type Run } from './run.ts';
import { runChange } from './run-change.ts';
import { runDefinition } from './run-definition.ts';
import { runExportData, runLoadData } from './run-files.ts';
import { runQuery } from './run-query.ts';
import { conditionOf } from './script-expressions.ts';

/** A statement with an effect or rows of its own. */
export type PlainStatement = Exclude<Statement, ScriptStatement>;

/** Whether a statement is one of these. */
export function isPlain(statement: Statement): statement is PlainStatement {
  return (
    statement.kind === 'query' ||
    statement.kind === 'assert' ||
    statement.kind === 'exportData' ||
    statement.kind === 'loadData' ||
    statement.kind === 'unsupported' ||
    isChange(statement) ||
    isDefinition(statement)
  );
}

/** Analyses and runs it, once more whenever remote functions that it calls have answered. */
export async function runStatement(run: Run, statement: PlainStatement): Promise<StatementResult> {
  return run.remote.rounds(run.stop, () => runOnce(run, statement));
}

async function runOnce(run: Run, statement: PlainStatement): Promise<StatementResult> {
  if (hasEffects(run, statement)) run.stop.startsEffects();
  if (statement.kind === 'query') return runQuery(run, statement.query);
  if (statement.kind === 'assert') return runAssert(run, statement);
  if (statement.kind === 'exportData') return runExportData(run, statement);
  if (statement.kind === 'loadData') return runLoadData(run, statement);
  if (statement.kind === 'unsupported') throw notSupported(statement.name, statement.at);
  return isChange(statement) ? runChange(run, statement) : runDefinition(run, statement);
}

function hasEffects({ request }: Run, statement: PlainStatement): boolean {
  if (statement.kind === 'query') return request.destination !== undefined;
  return statement.kind !== 'assert' && !(statement.kind === 'createFunction' && statement.temporary);
}

async function runAssert(run: Run, { condition, description }: AssertStatement): Promise<StatementResult> {
  const startMs = performance.now();
  const analysis = newAnalysis(run);
  const expression = conditionOf(analysis, condition, 'ASSERT statement');
  const base = {
    statementType: 'ASSERT',
    ...referencesOf(analysis),
    bytesProcessed: 0,
    analysisMs: performance.now() - startMs,
  } as const;
  if (run.request.dryRun === true) return { ...base, executionMs: 0 };
  const runMs = performance.now();
  if ((await evaluate(run, expression)) !== true) {
    throw failure('invalidQuery', description ?? 'Assertion failed');
  }
  return { ...base, executionMs: performance.now() - runMs };
}
