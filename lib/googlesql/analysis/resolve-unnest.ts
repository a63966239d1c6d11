/** Arrays in FROM: UNNEST, and paths to arrays of tables on the left. */

import type { Identifier } from '../syntax/ast-expression.ts';
import type { UnnestItem } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { INT64, typeName } from '../types/sql-type.ts';
import type { ExpressionScope, QueryScope } from './context.ts';
import { scopeOf, type NamedColumn, type NameList } from './names.ts';
import { rowNames, type Relation } from './relation.ts';

/** `UNNEST(array) [AS alias] [WITH OFFSET [AS name]]`. */
export function resolveUnnest(item: UnnestItem, scope: QueryScope, left: NameList): Relation {
  const place: ExpressionScope = { ...scope, names: scopeOf(left, scope.outer), clause: 'UNNEST' };
  const array = scope.analysis.resolve.expression(item.array, place);
  return unnestArray(array, { alias: item.alias?.name, offset: item.offset, at: item.array.at }, scope);
}

/** How the elements and their positions are called. */
export interface UnnestNames {
  readonly alias: string | undefined;
  readonly offset: { readonly alias?: Identifier } | undefined;
  readonly at: number;
}

/** The elements of an array as rows. */
export function unnestArray(array: Expression, { alias, offset, at }: UnnestNames, scope: QueryScope): Relation {
  if (array.type.kind !== 'ARRAY') {
    throw new SqlError(
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${typeName(array.type)}`,
      at,
    );
  }
  const element = scope.analysis.column(alias ?? '', array.type.element);
  const names = rowNames({ column: element }, alias);
  if (offset === undefined) return { scan: { kind: 'unnest', array, element }, names };
  const name = offset.alias?.name ?? 'offset';
  const position: NamedColumn = { name, column: scope.analysis.column(name, INT64) };
  return {
    scan: { kind: 'unnest', array, element, offset: position.column },
    names: {
      ...names,
      columns: [...names.columns, position],
      ranges: [...names.ranges, { name, columns: [], pseudo: [], row: position.column }],
    },
  };
}
