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
  const index = columnIndex(table, name.name);
  if (index < 0)
    throw new SqlError(`Column ${name.name} is not present in table ${Object.values(table.path).join('.')}`, name.at);
  return index;
}

/** The position of a column; -1 when there is none of that name. */
export function columnIndex({ columns }: CatalogTable, name: string): number {
  const lower = name.toLowerCase();
  return columns.findIndex((column) => column.name.toLowerCase() === lower);
}

/** A value as the column's type; `at` is the value's place. */
export function valueFor(
  value: Expression,
  column: CatalogColumn,
  analysis: Analysis,
  { at, inserts = false }: { readonly at: number; readonly inserts?: boolean },
): Expression {
  if (!coerces(value, column.type)) {
    const [from, to] = [typeName(value.type), typeName(column.type)];
    throw new SqlError(
      inserts
        ? `Value has type ${from} which cannot be inserted into column ${column.name}, which has type ${to}`
        : `Value of type ${from} cannot be assigned to ${column.name}, which has type ${to}`,
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
