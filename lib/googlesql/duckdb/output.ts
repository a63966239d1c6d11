/** A query's rows as callers and tables get them: a column for each field of a value table, no NULL arrays. */

import type { QueryTree } from '../tree/expression.ts';
import { containsKind, type SqlType } from '../types/sql-type.ts';
import type { Session } from './context.ts';
import { emitQuery, newContext } from './query.ts';
import { storableText } from './storable.ts';
import { fieldName } from './types.ts';

/** A column of the output; its name is empty when the query gives it none. */
export interface NamedType {
  readonly name: string;
  readonly type: SqlType;
}

/** The columns that leave a query. */
export function outputColumns({ columns, valueTable }: QueryTree): readonly NamedType[] {
  const [only] = columns;
  if (valueTable && only?.column.type.kind === 'STRUCT') return only.column.type.fields;
  return columns.map(({ name, column }) => ({ name, type: column.type }));
}

/** The output as `SELECT …`, its columns named `o0`, `o1`, … */
export function generateOutput(query: QueryTree, session: Session): string {
  const context = newContext(session);
  const sql = emitQuery(query, context);
  const columns = outputColumns(query);
  const expanded = query.valueTable && query.columns[0]?.column.type.kind === 'STRUCT';
  if (!expanded && !columns.some(({ type }) => containsKind(type, 'ARRAY'))) return sql;
  const texts = columns.map(({ name, type }, i) => {
    const text = expanded ? `struct_extract(o0, '${fieldName(i)}')` : `o${i}`;
    return `${storableText(text, type, name, context)} AS p${i}`;
  });
  const renamed = columns.map((_, i) => `p${i} AS o${i}`);
  return `SELECT ${renamed.join(', ')} FROM (SELECT ${texts.join(', ')} FROM (${sql}))`;
}
