/** EXECUTE IMMEDIATE: a statement whose text is computed. */

import { queryTree } from '../../analysis/analyze.ts';
import type { TypedValue } from '../../duckdb/context.ts';
import { generateOutput, outputColumns } from '../../duckdb/output.ts';
import type { ExecuteImmediateStatement } from '../../syntax/ast-script.ts';
import type { Statement } from '../../syntax/ast-statement.ts';
import { parseScriptOrThrow } from '../../syntax/parse.ts';
import { describeError, SqlError } from '../../syntax/sql-error.ts';
import { EngineFailure } from '../failure.ts';
import { duckReader } from '../storage/duck-values.ts';
import { execute, newAnalysis, sessionOf, type Run } from './run.ts';
import { typedValueOf } from './script-expressions.ts';

/** What changes for the computed statement. */
interface Inner {
  readonly run: Run;
  readonly text: string;
}

/** Runs it; `runInner` runs statements under the inner settings. */
export async function executeImmediate(
  node: ExecuteImmediateStatement,
  run: Run,
  runInner: (inner: Inner, statements: readonly Statement[]) => Promise<unknown>,
): Promise<void> {
  const { value: text } = await typedValueOf(run, node.sql);
  if (typeof text !== 'string') throw new SqlError('EXECUTE IMMEDIATE sql string cannot be NULL', node.sql.at);
  const parameters = new Map<string, TypedValue>();
  for (const [i, { value, alias }] of node.using.entries()) {
    parameters.set(alias?.name.toLowerCase() ?? String(i + 1), await typedValueOf(run, value));
  }
  const inner = { ...run, parameters };
  try {
    const { statements } = parseScriptOrThrow(text);
    const [first, second] = statements;
    if (second !== undefined) throw new SqlError('EXECUTE IMMEDIATE takes a single statement', second.at);
    if (node.into.length === 0) await runInner({ run: inner, text }, statements);
    else if (first?.kind === 'query') await setFromQuery(node, inner, first.query);
    else throw new SqlError('EXECUTE IMMEDIATE INTO needs a query', first?.at);
  } catch (error) {
    throw error instanceof SqlError ? new EngineFailure(describeError(error, text)) : error;
  }
}

async function setFromQuery(
  { into }: ExecuteImmediateStatement,
  run: Run,
  query: Parameters<typeof queryTree>[0],
): Promise<void> {
  const tree = queryTree(query, newAnalysis(run));
  const columns = outputColumns(tree);
  if (columns.length !== into.length) {
    throw new SqlError(`EXECUTE IMMEDIATE INTO expects ${into.length} columns, but the query has ${columns.length}`);
  }
  const reader = await execute(run, () => run.connection.runAndReadAll(generateOutput(tree, sessionOf(run))));
  const rows = reader.getRows();
  if (rows.length > 1) throw new SqlError('EXECUTE IMMEDIATE INTO query returned more than one row');
  for (const [i, { name, at }] of into.entries()) {
    const known = run.variables.find(name);
    if (known === undefined) throw new SqlError(`Undeclared variable: ${name}`, at);
    run.variables.set(name, { type: known.type, value: duckReader(reader.columnType(i))(rows[0]?.[i] ?? null) });
  }
}
