/** PIVOT, UNPIVOT and TABLESAMPLE behind a table. */

import type { SampleOperator, TableOperator } from '../syntax/ast-query.ts';
import type { QueryScope } from './context.ts';
import { noNames, scopeOf } from './names.ts';
import type { Relation } from './relation.ts';
import { resolvePivot } from './resolve-pivot.ts';
import { resolveUnpivot } from './resolve-unpivot.ts';

/** The relation with the operators applied in turn. */
export function applyTableOperators(
  relation: Relation,
  operators: readonly TableOperator[],
  scope: QueryScope,
): Relation {
  return operators.reduce((input, operator) => applyTableOperator(input, operator, scope), relation);
}

function applyTableOperator(relation: Relation, operator: TableOperator, scope: QueryScope): Relation {
  switch (operator.kind) {
    case 'pivot':
      return resolvePivot(relation, operator, scope);
    case 'unpivot':
      return resolveUnpivot(relation, operator, scope);
    case 'sample':
      return sample(relation, operator, scope);
  }
}

function sample(relation: Relation, operator: SampleOperator, { analysis, withTables }: QueryScope): Relation {
  const place = { analysis, withTables, names: scopeOf(noNames), clause: 'TABLESAMPLE' };
  const size = analysis.resolve.expression(operator.size, place);
  return { ...relation, scan: { kind: 'sample', input: relation.scan, size, unit: operator.unit } };
}
