/** Runs one test on a connection: its tables are written into the query, so that nothing is left behind. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { analyzeQuery } from '../analysis/analyze.ts';
import type { TypedValue } from '../duckdb/context.ts';
import { generateOutput, outputColumns } from '../duckdb/output.ts';
import { engineErrorOf } from '../engine/failure.ts';
import { readParameters } from '../engine/statements/parameters.ts';
import { resultFields } from '../engine/statements/result-fields.ts';
import type { StopSignal } from '../engine/statements/stop-signal.ts';
import { duckReader } from '../engine/storage/duck-values.ts';
import { mapDuckError } from '../engine/storage/map-error.ts';
import { given } from '../syntax/given.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import { MICROS_PER_DAY } from '../values/civil.ts';
import type { SqlValue } from '../values/sql-value.ts';
import { cellOf } from './cell.ts';
import { compareRows, type ExpectedRow } from './compare-rows.ts';
import { fixtureCatalog, readRows, unsetFilter } from './fixture-catalog.ts';
import type { ExpectedSpan, QueryTest, TestOutcome } from './query-test.ts';

/** Where tests run; `stop` bounds the time of one. */
export interface TestPlace {
  readonly connection: DuckDBConnection;
  readonly stop: StopSignal;
}

/** Runs the test. Whatever goes wrong is its outcome. */
export async function runQueryTest(place: TestPlace, test: QueryTest): Promise<TestOutcome> {
  try {
    return await outcomeOf(place, test);
  } catch (thrown) {
    const { message, line, column } = engineErrorOf(thrown, test.sql);
    return { kind: 'failed', message, ...given({ line, column }) };
  }
}

async function outcomeOf(place: TestPlace, test: QueryTest): Promise<TestOutcome> {
  const made = fixtureCatalog(test);
  if (made.kind === 'bad') return made.outcome;
  const parameters = readParameters(test.parameters);
  const types = Object.fromEntries([...parameters].map(([key, { type }]) => [key, type]));
  const analysed = analyzeQuery(test.sql, made.catalog, { project: test.project, parameters: types });
  if (analysed.kind === 'failed') {
    const { message, line, column } = analysed.problem;
    return { kind: 'failed', message, ...given({ line, column }) };
  }
  const { tree } = analysed.query;
  const unset = unsetFilter(tree, made.fixtures);
  if (unset !== undefined) return { kind: 'unsetFilter', ...unset };
  return judge(test, tree, await rowsOf(place, test, { tree, parameters }));
}

interface Analysed {
  readonly tree: QueryTree;
  readonly parameters: ReadonlyMap<string, TypedValue>;
}

async function rowsOf(
  { connection, stop }: TestPlace,
  { nowMs }: QueryTest,
  { tree, parameters }: Analysed,
): Promise<readonly (readonly SqlValue[])[]> {
  const nowMicros = BigInt(nowMs) * 1000n;
  const sql = generateOutput(tree, {
    timeZone: 'UTC',
    nowMicros,
    request: '',
    user: '',
    parameters,
    variables: new Map(),
  });
  stop.check();
  try {
    const result = await connection.runAndReadAll(sql);
    const readers = result.columnTypes().map(duckReader);
    return result.getRows().map((row) => readers.map((read, i) => read(row[i] ?? null)));
  } catch (error) {
    throw stop.reasonFor(mapDuckError(error));
  }
}

function judge({ expected, span }: QueryTest, tree: QueryTree, rows: readonly (readonly SqlValue[])[]): TestOutcome {
  const columns = outputColumns(tree);
  const types = columns.map(({ type }) => type);
  const fields = resultFields(columns);
  const names = fields.map(({ name }) => name);
  const wanted = readRows(fields, expected.rows);
  if (wanted.kind === 'bad') {
    const { row, column, message } = wanted;
    return { kind: 'badRow', row, column, message };
  }
  const outside = span === undefined ? undefined : outsideOf(span, names, types, rows);
  if (outside !== undefined) return outside;
  const wantedRows = wanted.rows.map((row, i): ExpectedRow => {
    const said = new Set(Object.keys(expected.rows[i] ?? {}).map((name) => name.toLowerCase()));
    return cellsOf(row, types).map((cell, at) =>
      expected.match === 'exact' || said.has(names[at]?.toLowerCase() ?? '') ? cell : undefined,
    );
  });
  const gotten = rows.map((row) => cellsOf(row, types));
  const difference = compareRows(wantedRows, gotten, { columns: names, ...expected });
  return difference === undefined ? { kind: 'passed' } : { kind: 'different', difference };
}

function cellsOf(row: readonly SqlValue[], types: readonly SqlType[]): readonly ReturnType<typeof cellOf>[] {
  return types.map((type, i) => cellOf(row[i] ?? null, type));
}

function outsideOf(
  { column, startMs, endMs }: ExpectedSpan,
  names: readonly string[],
  types: readonly SqlType[],
  rows: readonly (readonly SqlValue[])[],
): TestOutcome | undefined {
  const at = names.findIndex((name) => name.toLowerCase() === column.toLowerCase());
  const type = types[at];
  if (type === undefined) return undefined;
  const [start, end] = [BigInt(startMs) * 1000n, BigInt(endMs) * 1000n];
  for (const row of rows) {
    const value = row[at] ?? null;
    const micros = typeof value === 'number' ? BigInt(value) * MICROS_PER_DAY : value;
    const inside = typeof micros === 'bigint' && micros >= start && micros < end;
    if (!inside) return { kind: 'outside', column, value: cellOf(value, type).text };
  }
  return undefined;
}
