/** WITH: named queries, and those that refer to themselves. */

import type { CommonTable, WithClause } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { WithTable } from '../tree/scan.ts';
import type { QueryScope, VisibleWithTable } from './context.ts';
import { resolveRecursive } from './resolve-recursive.ts';

/** The clause's tables, and the scope in which they can be named. */
export function resolveWithClause(
  clause: WithClause,
  scope: QueryScope,
): { readonly tables: readonly WithTable[]; readonly inner: QueryScope } {
  const tables: WithTable[] = [];
  const visible = new Map(scope.withTables);
  const own = new Set<string>();
  for (const definition of clause.tables) {
    const lower = definition.name.name.toLowerCase();
    if (own.has(lower)) {
      throw new SqlError(`Duplicate alias ${definition.name.name} for WITH subquery`, definition.name.at);
    }
    own.add(lower);
    const table = resolveTable(definition, clause.recursive, { ...scope, withTables: new Map(visible) });
    tables.push(table);
    visible.set(lower, visibleTable(table));
  }
  return { tables, inner: { ...scope, withTables: visible } };
}

function resolveTable(definition: CommonTable, recursive: boolean, scope: QueryScope): WithTable {
  const { name, query } = definition;
  const id = scope.analysis.nextId();
  if (recursive) return resolveRecursive(definition, id, scope);
  return { id, name: name.name, query: scope.analysis.resolve.query(query, scope), recursive: false };
}

/** A WITH table as FROM sees it. */
export function visibleTable({
  id,
  name,
  query,
}: {
  readonly id: number;
  readonly name: string;
  readonly query: QueryTree;
}): VisibleWithTable {
  return {
    table: { id, name },
    columns: query.columns.map((output) => ({ name: output.name, type: output.column.type })),
    valueTable: query.valueTable,
  };
}
