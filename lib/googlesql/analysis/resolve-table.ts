/** Table names in FROM: WITH tables, arrays of the left side, tables and views of the catalog. */

import type { PathName } from '../syntax/ast-expression.ts';
import type { TablePathItem } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { TableScanColumn } from '../tree/scan.ts';
import { DATE, TIMESTAMP } from '../types/sql-type.ts';
import { pathText, type CatalogTable, type ObjectPath } from './catalog.ts';
import type { ExpressionScope, QueryScope, VisibleWithTable } from './context.ts';
import { scopeOf, type NamedColumn, type NameList } from './names.ts';
import { namesUnder, rowNames, type Relation } from './relation.ts';
import { unnestArray } from './resolve-unnest.ts';
import { expandView } from './resolve-view.ts';
import { resolveWildcard } from './resolve-wildcard.ts';
import { findTable, tablePath } from './table-path.ts';

/** What a name in FROM yields. */
export function resolveTablePath(item: TablePathItem, scope: QueryScope, left: NameList): Relation {
  const [first, second] = item.path;
  const withTable = second === undefined ? scope.withTables.get(first?.name.toLowerCase() ?? '') : undefined;
  if (withTable !== undefined) return referToWith(withTable, item.alias?.name ?? first?.name ?? '', scope, item.at);
  const array = resolveArrayPath(item, scope, left);
  if (array !== undefined) return array;
  if (item.offset !== undefined) {
    throw new SqlError('WITH OFFSET can only be used with array scans', item.offset.at);
  }
  const path = tablePath(item.path, scope.analysis);
  if (path.name.endsWith('*')) return resolveWildcard(path, item, scope);
  const { table, partition } = findTable(path, scope.analysis, item.at);
  const alias = item.alias?.name ?? lastName(item.path, path);
  return table.kind === 'view' ? expandView(table, alias, scope, item.at) : scanTable(table, alias, scope, partition);
}

function lastName(path: PathName, { name }: ObjectPath): string {
  const last = path.at(-1)?.name ?? name;
  return last.includes('.') ? name : last;
}

function referToWith(visible: VisibleWithTable, alias: string, scope: QueryScope, at: number): Relation {
  visible.onReference?.(at);
  scope.analysis.refersTo(visible.chain ?? 0);
  const columns = visible.columns.map(({ name, type }) => ({ name, column: scope.analysis.column(name, type) }));
  const scan = { kind: 'withRef', id: visible.table.id, columns: columns.map(({ column }) => column) } as const;
  const [only] = columns;
  if (visible.valueTable && only !== undefined) return { scan, names: rowNames(only, alias) };
  return { scan, names: namesUnder(columns, alias) };
}

/** `t.items` behind `t`: the elements of a column (or of an enclosing query's). */
function resolveArrayPath(item: TablePathItem, scope: QueryScope, left: NameList): Relation | undefined {
  const [first, second] = item.path;
  if (first === undefined || second === undefined || first.name.includes('.')) return undefined;
  const names = scopeOf(left, scope.outer);
  const target = names.find(first.name);
  if (target === undefined) return undefined;
  const place: ExpressionScope = { ...scope, names, clause: 'FROM clause' };
  const array = scope.analysis.resolve.expression({ kind: 'path', at: item.at, path: item.path }, place);
  const alias = item.alias?.name ?? item.path.at(-1)?.name;
  return unnestArray(array, { alias, offset: item.offset, at: item.at }, scope);
}

/** The rows of a stored table, under an alias. */
export function scanTable(table: CatalogTable, alias: string, scope: QueryScope, partition?: string): Relation {
  const stored = table.columns.map(({ name, type }, index): TableScanColumn & NamedColumn => ({
    name,
    column: scope.analysis.column(name, type),
    source: { kind: 'column', index },
  }));
  const pseudo = pseudoColumns(table, scope);
  scope.analysis.tables.set(pathText(table.path), table);
  return {
    scan: {
      kind: 'table',
      table,
      columns: [...stored, ...pseudo].map(({ column, source }) => ({ column, source })),
      ...(partition === undefined ? {} : { partition }),
    },
    names: namesUnder(stored, alias, pseudo),
  };
}

function pseudoColumns(table: CatalogTable, scope: QueryScope): readonly (TableScanColumn & NamedColumn)[] {
  if (table.partitioning?.kind !== 'ingestion') return [];
  const time: TableScanColumn & NamedColumn = {
    name: '_PARTITIONTIME',
    column: scope.analysis.column('_PARTITIONTIME', TIMESTAMP),
    source: { kind: 'pseudo', name: '_PARTITIONTIME' },
  };
  if (table.partitioning.unit !== 'DAY') return [time];
  const date: TableScanColumn & NamedColumn = {
    name: '_PARTITIONDATE',
    column: scope.analysis.column('_PARTITIONDATE', DATE),
    source: { kind: 'pseudo', name: '_PARTITIONDATE' },
  };
  return [time, date];
}
