/** Rows with names: what FROM yields and what pipe operators pass on. */

import type { OutputColumn, QueryTree } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import type { NamedColumn, NameList, RangeVariable } from './names.ts';

export interface Relation {
  readonly scan: Scan;
  readonly names: NameList;
}

/** A query's rows under a table alias (or none). */
export function relationOf(query: QueryTree, alias: string | undefined): Relation {
  const [only] = query.columns;
  if (query.valueTable && only !== undefined) return { scan: query.scan, names: rowNames(only, alias) };
  const columns = query.columns.map(({ name, column }) => ({ name, column }));
  return { scan: query.scan, names: namesUnder(columns, alias) };
}

/** Columns under a table alias (or none). */
export function namesUnder(
  columns: readonly NamedColumn[],
  alias: string | undefined,
  pseudo: readonly NamedColumn[] = [],
): NameList {
  const ranges: readonly RangeVariable[] = alias === undefined ? [] : [{ name: alias, columns, pseudo }];
  return { columns, pseudo, ranges, rows: [] };
}

/** The one column of a value table: the alias is the row, its fields are names too. */
export function rowNames({ column }: Pick<OutputColumn, 'column'>, alias: string | undefined): NameList {
  const columns: readonly NamedColumn[] = [{ name: alias ?? '', column, row: true }];
  const ranges: readonly RangeVariable[] =
    alias === undefined ? [] : [{ name: alias, columns: [], pseudo: [], row: column }];
  return { columns, pseudo: [], ranges, rows: [column] };
}
