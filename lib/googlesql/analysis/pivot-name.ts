/** Names of pivot columns that have no alias. Source: GoogleSQL query syntax, "Rules for pivot_column". */

import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { typeName, type ScalarKind } from '../types/sql-type.ts';
import { dateText } from '../values/date-time-text.ts';
import { bigNumericKind, decimalText, numericKind } from '../values/decimal.ts';
import type { SqlValue } from '../values/sql-value.ts';

/** Whether the name begins with this value: then a digit gets `_` in front. */
export type NamePlace = 'first' | 'later';

/** The name of a constant value. Throws when its type has none. */
export function pivotValueName(value: Expression, at: number, place: NamePlace): string {
  if (value.kind === 'struct' && value.type.kind === 'STRUCT') {
    const { fields } = value.type;
    return value.fields
      .map((field, i) => {
        const name = fields[i]?.name ?? '';
        const inner = pivotValueName(field, at, i === 0 && name === '' ? place : 'later');
        return name === '' ? inner : `${name}_${inner}`;
      })
      .join('_');
  }
  if (value.kind !== 'literal') {
    throw new SqlError(
      'Generating an implicit alias for this PIVOT value is not supported; please provide an explicit alias',
      at,
    );
  }
  const { type } = value;
  const name = type.kind === 'ARRAY' || type.kind === 'STRUCT' ? undefined : scalarName(value.value, type.kind);
  if (name === undefined) throw new SqlError(`PIVOT values of type ${typeName(type)} must specify an alias`, at);
  const numeric = type.kind !== 'STRING' && /^\d/.test(name);
  return place === 'first' && numeric ? `_${name}` : name;
}

function scalarName(value: SqlValue, kind: ScalarKind): string | undefined {
  if (value === null) return 'NULL';
  switch (kind) {
    case 'STRING':
      return typeof value === 'string' ? value : undefined;
    case 'BOOL':
      return value === true ? 'TRUE' : 'FALSE';
    case 'INT64':
      return typeof value === 'bigint' ? numberName(value.toString()) : undefined;
    case 'NUMERIC':
      return typeof value === 'bigint' ? numberName(decimalText(value, numericKind)) : undefined;
    case 'BIGNUMERIC':
      return typeof value === 'bigint' ? numberName(decimalText(value, bigNumericKind)) : undefined;
    case 'DATE':
      return typeof value === 'number' ? dateText(value).replaceAll('-', '_') : undefined;
    default:
      return undefined;
  }
}

function numberName(text: string): string {
  return text.replace('-', 'minus_').replace('.', '_point_');
}
