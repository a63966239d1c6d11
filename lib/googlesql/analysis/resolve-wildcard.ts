/** Wildcard tables: `events_*` stands for all tables whose names start so. */

import type { TablePathItem } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression } from '../tree/expression.ts';
import type { Scan, SetInput, TableScanColumn } from '../tree/scan.ts';
import { sameType, STRING } from '../types/sql-type.ts';
import { pathText, type CatalogTable, type ObjectPath } from './catalog.ts';
import type { QueryScope } from './context.ts';
import { constant } from './literal.ts';
import { namesUnder, type Relation } from './relation.ts';

/** The union of the matching tables with the columns of the last one, and `_TABLE_SUFFIX`. */
export function resolveWildcard(path: ObjectPath, item: TablePathItem, scope: QueryScope): Relation {
  const prefix = path.name.slice(0, -1);
  const tables = scope.analysis.catalog
    .listTables(path.project, path.dataset, prefix)
    .filter((table) => table.kind === 'table');
  const last = tables.at(-1);
  if (last === undefined) {
    throw new SqlError(`${path.project}:${path.dataset}.${path.name} does not match any table.`, item.at, 'notFound');
  }
  const columns = last.columns.map(({ name, type }) => ({ name, column: scope.analysis.column(name, type) }));
  const suffix = { name: '_TABLE_SUFFIX', column: scope.analysis.column('_TABLE_SUFFIX', STRING) };
  const inputs = tables.map((table) => scanPart(table, last, prefix, scope));
  const scan: Scan = {
    kind: 'set',
    operator: 'UNION',
    distinct: false,
    inputs,
    columns: [...columns, suffix].map(({ column }) => column),
  };
  return { scan, names: namesUnder(columns, item.alias?.name ?? path.name, [suffix]) };
}

function scanPart(table: CatalogTable, shape: CatalogTable, prefix: string, scope: QueryScope): SetInput {
  scope.analysis.tables.set(pathText(table.path), table);
  const read: TableScanColumn[] = [];
  const missing: { column: Column; value: Expression }[] = [];
  const columns = shape.columns.map(({ name, type }) => {
    const column = scope.analysis.column(name, type);
    const index = table.columns.findIndex((one) => one.name.toLowerCase() === name.toLowerCase());
    const stored = table.columns[index];
    if (stored !== undefined && sameType(stored.type, type)) read.push({ column, source: { kind: 'column', index } });
    else missing.push({ column, value: constant(type, null) });
    return column;
  });
  const suffix = scope.analysis.column('_TABLE_SUFFIX', STRING);
  read.push({ column: suffix, source: { kind: 'constant', value: table.path.name.slice(prefix.length) } });
  const rows: Scan = { kind: 'table', table, columns: read };
  return {
    scan: missing.length === 0 ? rows : { kind: 'project', input: rows, computed: missing },
    columns: [...columns, suffix],
  };
}
