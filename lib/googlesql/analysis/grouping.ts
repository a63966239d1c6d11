/** Aggregation: expressions over rows become expressions over groups. */

import { SqlError } from '../syntax/sql-error.ts';
import type { Column, ColumnNode, Expression } from '../tree/expression.ts';
import type { ExpressionIndex } from '../tree/expression-index.ts';
import { rewriteExpression, visitExpression } from '../tree/walk.ts';
import { referTo } from './context.ts';
import type { NameList } from './names.ts';

/** A key of GROUP BY: the value over the input's rows, and the column of the groups that holds it. */
export interface GroupKey {
  readonly value: Expression;
  readonly column: Column;
}

/** How a SELECT is grouped; without keys everything is one group. */
export interface Grouping {
  readonly keys: readonly GroupKey[];
  /** Sets of key positions, when not simply all. */
  readonly sets?: readonly (readonly number[])[];
}

/** Ids of all columns that belong to the rows before grouping. */
export function columnIds(names: NameList): ReadonlySet<number> {
  const ids = new Set<number>();
  const addAll = (columns: readonly { readonly column: Column }[]): void => {
    for (const { column } of columns) ids.add(column.id);
  };
  addAll(names.columns);
  addAll(names.pseudo);
  for (const range of names.ranges) {
    addAll(range.columns);
    addAll(range.pseudo);
    if (range.row !== undefined) ids.add(range.row.id);
  }
  for (const row of names.rows) ids.add(row.id);
  return ids;
}

/** What is needed to take expressions from rows to groups. */
export interface GroupedScope {
  readonly keys: Pick<ExpressionIndex<GroupKey>, 'find'>;
  readonly rowColumns: ReadonlySet<number>;
}

/**
 * The expression over groups: parts equal to a key become that key's column. Throws at the first column of the rows
 * that is left.
 */
export function overGroups(expression: Expression, { keys, rowColumns }: GroupedScope, clause: string): Expression {
  return rewriteExpression(expression, (part) => {
    const key = keys.find(part);
    // What the key's own columns compute is computed of them (with grouping sets that is NULL where they are), unless
    // GROUP BY means this very select item, by its position or alias.
    if (key !== undefined && (part.kind === 'column' || key.value === part || !isOverKeys(part, keys)))
      return referTo(key.column, part.kind === 'column' ? part.at : 0);
    if (part.kind === 'column' && rowColumns.has(part.column.id)) throw neitherGroupedNorAggregated(part, clause);
    return undefined;
  });
}

function isOverKeys(expression: Expression, keys: GroupedScope['keys']): boolean {
  let columns = 0;
  let others = 0;
  visitExpression(expression, (part) => {
    if (part.kind !== 'column') return;
    columns++;
    if (keys.find(part) === undefined) others++;
  });
  return columns > 0 && others === 0;
}

function neitherGroupedNorAggregated(part: ColumnNode, clause: string): SqlError {
  return new SqlError(
    `${clause} expression references column ${part.column.name} which is neither grouped nor aggregated`,
    part.at,
  );
}
