/** PIVOT, UNPIVOT and TABLESAMPLE behind a table. */

import type { TableOperator } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryScope } from './context.ts';
import { noNames, scopeOf } from './names.ts';
import type { Relation } from './relation.ts';

/** The relation with the operators applied in turn. */
export function applyTableOperators(
  relation: Relation,
  operators: readonly TableOperator[],
  scope: QueryScope,
): Relation {
  return operators.reduce((input, operator) => applyTableOperator(input, operator, scope), relation);
}

function applyTableOperator(relation: Relation, operator: TableOperator, scope: QueryScope): Relation {
  if (operator.kind !== 'sample') {
    throw new SqlError(`${operator.kind.toUpperCase()} is not supported locally`, operator.at, 'notImplemented');
  }
  const { analysis, withTables } = scope;
  const size = analysis.resolve.expression(operator.size, {
    analysis,
    withTables,
    names: scopeOf(noNames),
    clause: 'TABLESAMPLE',
  });
  return { ...relation, scan: { kind: 'sample', input: relation.scan, size, unit: operator.unit } };
}
