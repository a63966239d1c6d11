/** FROM: items and the joins between them. */

import type { FromItem } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryScope } from './context.ts';
import { noNames, scopeOf, type NameList } from './names.ts';
import { relationOf, type Relation } from './relation.ts';
import { resolveJoin } from './resolve-join.ts';
import { resolveTablePath } from './resolve-table.ts';
import { applyTableOperators } from './resolve-table-operator.ts';
import { resolveTableFunction } from './resolve-table-function.ts';
import { resolveUnnest } from './resolve-unnest.ts';

/** All of FROM. */
export function resolveFrom(item: FromItem, scope: QueryScope): Relation {
  return resolveFromItem(item, scope, noNames);
}

/** One item; `left` are the names of what stands to its left, which arrays may refer to. */
export function resolveFromItem(item: FromItem, scope: QueryScope, left: NameList): Relation {
  return scope.analysis.deeper(item.at, () => resolveItemHere(item, scope, left));
}

function resolveItemHere(item: FromItem, scope: QueryScope, left: NameList): Relation {
  switch (item.kind) {
    case 'join': {
      const before = resolveFromItem(item.left, scope, left);
      const after = resolveFromItem(item.right, scope, before.names);
      return resolveJoin(item, before, after, scope);
    }
    case 'nestedJoin':
      return applyTableOperators(resolveFromItem(item.item, scope, left), item.operators, scope);
    case 'subquery': {
      const relation = relationOf(scope.analysis.resolve.query(item.query, scope), item.alias?.name);
      return applyTableOperators(relation, item.operators, scope);
    }
    case 'unnest':
      return applyTableOperators(resolveUnnest(item, scope, left), item.operators, scope);
    case 'tableFunction':
      return applyTableOperators(resolveTableFunction(item, scope), item.operators, scope);
    case 'tablePath': {
      if (item.systemTime !== undefined) checkSystemTime(item.systemTime, scope);
      return applyTableOperators(resolveTablePath(item, scope, left), item.operators, scope);
    }
  }
}

/** FOR SYSTEM_TIME AS OF is accepted; history is not kept, so the table is read as it is. */
function checkSystemTime(
  node: NonNullable<Extract<FromItem, { kind: 'tablePath' }>['systemTime']>,
  scope: QueryScope,
): void {
  const { analysis, withTables } = scope;
  const value = analysis.resolve.expression(node, {
    analysis,
    withTables,
    names: scopeOf(noNames),
    clause: 'FOR SYSTEM_TIME AS OF',
  });
  if (value.type.kind !== 'TIMESTAMP') {
    throw new SqlError('FOR SYSTEM_TIME AS OF must be of type TIMESTAMP', node.at);
  }
}
