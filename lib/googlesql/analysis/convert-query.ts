/** Queries whose columns must fit a table's. */

import { SqlError } from '../syntax/sql-error.ts';
import type { Column, Expression, OutputColumn, QueryTree } from '../tree/expression.ts';
import { typeName, type SqlType } from '../types/sql-type.ts';
import { coerce, coerces } from './coerce.ts';
import { referTo, type Analysis } from './context.ts';

/** A column that a query's column is to become. */
export interface TargetColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** The query with its columns, one for each target, as the targets' types. `what` begins messages. */
export function convertQuery(
  query: QueryTree,
  targets: readonly TargetColumn[],
  analysis: Analysis,
  { at, what }: { readonly at: number; readonly what: string },
): QueryTree {
  const computed: { column: Column; value: Expression }[] = [];
  const columns = query.columns.map(({ column }, i): OutputColumn => {
    const target = targets[i];
    if (target === undefined) throw new Error('every column has a target');
    const value = referTo(column, at);
    if (!coerces(value, target.type)) {
      throw new SqlError(
        `Output column ${target.name} from ${what} has type ${typeName(column.type)} which cannot be coerced to ${typeName(target.type)}`,
        at,
      );
    }
    const converted = coerce(value, target.type, { at, timeZone: analysis.options.timeZone });
    if (converted.kind === 'column') return { name: target.name, column };
    const own = analysis.column(target.name, target.type);
    computed.push({ column: own, value: converted });
    return { name: target.name, column: own };
  });
  return { scan: withComputed(query.scan, computed), columns, valueTable: false };
}

/** A value table of structs as a table of their fields; other queries as they are. */
export function expandValueTable(query: QueryTree, analysis: Analysis, at: number): QueryTree {
  const [only] = query.columns;
  const type = only?.column.type;
  if (!query.valueTable || only === undefined || type?.kind !== 'STRUCT') return query;
  const computed = type.fields.map((field, index) => ({
    column: analysis.column(field.name, field.type),
    value: { kind: 'field', type: field.type, base: referTo(only.column, at), index } as const,
  }));
  return {
    scan: withComputed(query.scan, computed),
    columns: computed.map(({ column }) => ({ name: column.name, column })),
    valueTable: false,
  };
}

function withComputed(
  input: QueryTree['scan'],
  computed: readonly { readonly column: Column; readonly value: Expression }[],
): QueryTree['scan'] {
  return computed.length === 0 ? input : { kind: 'project', input, computed };
}
