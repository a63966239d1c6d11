/** The table that a DML statement changes, and its columns' values. */

import type { Identifier, PathName } from '../syntax/ast-expression.ts';
import { parseExpressionOrThrow } from '../syntax/parse.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression } from '../tree/expression.ts';
import type { TableScan } from '../tree/scan.ts';
import { INT64, typeName } from '../types/sql-type.ts';
import { pathText, type CatalogColumn, type CatalogTable } from './catalog.ts';
import { coerce, coerces } from './coerce.ts';
import type { Analysis, ExpressionScope, QueryScope } from './context.ts';
import { constant } from './literal.ts';
import { noNames, scopeOf } from './names.ts';
import type { Relation } from './relation.ts';
import { scanTable } from './resolve-table.ts';
import { findTable, tablePath } from './table-path.ts';

/** The table under a name. Throws when it is a view or a partition. */
export function findTarget(path: PathName, analysis: Analysis, verb: string): CatalogTable {
  const at = path[0]?.at ?? 0;
  const { table, partition } = findTable(tablePath(path, analysis), analysis, at);
  if (table.kind === 'view')
    throw new SqlError(
      `${verb} is not allowed for this operation because ${pathText(table.path)} is currently a VIEW.`,
      at,
      'invalid',
    );
  if (partition !== undefined) throw new SqlError(`${verb} over a partition decorator is not supported`, at);
  analysis.tables.set(pathText(table.path), table);
  return table;
}

/** The target's rows with their identifiers. */
export function scanTarget(
  table: CatalogTable,
  alias: string,
  scope: QueryScope,
): Relation & { readonly rowId: Column } {
  const relation = scanTable(table, alias, scope);
  const rowId = scope.analysis.column('', INT64);
  const scan: TableScan = { ...(relation.scan as TableScan), rowId };
  return { scan, names: relation.names, rowId };
}

/** The position of a column of the target. */
export function targetColumn(table: CatalogTable, name: Identifier): number {
  const lower = name.name.toLowerCase();
  const index = table.columns.findIndex((column) => column.name.toLowerCase() === lower);
  if (index < 0) throw new SqlError(`Column ${name.name} is not present in table ${pathText(table.path)}`, name.at);
  return index;
}

/** A value as the column's type; `at` is the value's place. */
export function valueFor(value: Expression, column: CatalogColumn, analysis: Analysis, at: number): Expression {
  if (!coerces(value, column.type)) {
    throw new SqlError(
      `Value of type ${typeName(value.type)} cannot be assigned to ${column.name}, which has type ${typeName(column.type)}`,
      at,
    );
  }
  return coerce(value, column.type, { at, timeZone: analysis.options.timeZone });
}

/** What a column holds when no value is given: its default, else NULL. */
export function defaultValue(table: CatalogTable, index: number, analysis: Analysis): Expression {
  const column = table.columns[index];
  if (column === undefined) throw new Error('the target has the column');
  if (column.defaultSql === undefined) return constant(column.type, null);
  const scope: ExpressionScope = {
    analysis,
    withTables: new Map(),
    names: scopeOf(noNames),
    clause: 'DEFAULT expression',
  };
  const value = analysis.resolve.expression(parseExpressionOrThrow(column.defaultSql), scope);
  return coerce(value, column.type, { at: 0, timeZone: analysis.options.timeZone });
}
