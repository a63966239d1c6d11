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
  const own = new Map<string, VisibleWithTable>();
  const inner: QueryScope = {
    ...scope,
    withTables: { get: (name) => own.get(name) ?? scope.withTables.get(name) },
  };
  for (const definition of clause.tables) {
    const lower = definition.name.name.toLowerCase();
    if (own.has(lower)) {
      throw new SqlError(`Duplicate alias ${definition.name.name} for WITH subquery`, definition.name.at);
    }
    // A table sees those before it, which are all that there are while it is resolved.
    const table = resolveTable(definition, clause.recursive, inner);
    tables.push(table);
    own.set(lower, visibleTable(table));
  }
  return { tables, inner };
}

function resolveTable(definition: CommonTable, recursive: boolean, scope: QueryScope): WithTable {
  const { name, query } = definition;
  const id = scope.analysis.nextId();
  if (recursive) return resolveRecursive(definition, id, scope);
  return { id, name: name.name, query: scope.analysis.resolve.query(query, scope), recursive: false };
}

/** A WITH table as FROM sees it. */
function visibleTable({
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
