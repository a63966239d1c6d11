/** What columns hold in rows that do not name them: their DEFAULT expressions, computed. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { analysisOptions, startAnalysis } from '../../analysis/analyze.ts';
import { defaultValue } from '../../analysis/dml-target.ts';
import { emitExpression } from '../../duckdb/expression.ts';
import { newContext } from '../../duckdb/query.ts';
import type { SqlValue } from '../../values/sql-value.ts';
import { catalogTable } from '../catalog/catalog-table.ts';
import { CatalogView } from '../catalog/catalog-view.ts';
import type { EngineState } from '../state.ts';
import { duckReader } from '../storage/duck-values.ts';
import type { TableRecord } from '../storage/records.ts';

/** Values by lower-case name, of the columns that have a default. */
export async function defaultValues(
  state: EngineState,
  connection: DuckDBConnection,
  record: TableRecord,
  nowMs: number,
): Promise<ReadonlyMap<string, SqlValue>> {
  const { fields, ref } = record.definition;
  const withDefault = fields.flatMap(({ name, defaultValueExpression }, index) =>
    defaultValueExpression === undefined ? [] : [{ name, index }],
  );
  if (withDefault.length === 0) return new Map();
  const catalog = new CatalogView(state.definitions, { tables: new Map(), routines: new Map() }, nowMs);
  const analysis = startAnalysis(catalog, analysisOptions({ project: ref.projectId }));
  const context = newContext({
    timeZone: 'UTC',
    nowMicros: BigInt(Math.trunc(nowMs)) * 1000n,
    request: '',
    user: '',
    parameters: new Map(),
    variables: new Map(),
  });
  const texts = withDefault.map(({ index }) =>
    emitExpression(defaultValue(catalogTable(record), index, analysis), context),
  );
  const reader = await connection.runAndReadAll(`SELECT ${texts.join(', ')}`);
  const [row = []] = reader.getRows();
  return new Map(
    withDefault.map(({ name }, i) => [name.toLowerCase(), duckReader(reader.columnType(i))(row[i] ?? null)]),
  );
}
