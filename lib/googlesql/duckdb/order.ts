/** Sort keys: NULLs always placed, NaN where GoogleSQL has it. */

import type { OrderKey } from '../tree/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { Context } from './context.ts';

/** The keys with commas between. */
export function orderText(keys: readonly OrderKey[], context: Context): string {
  return keys.map((key) => keyText(key, context)).join(', ');
}

/**
 * NaN is less than every number; DuckDB has it greater than all. The opposites the other way round are in Google's order, and one
 * key, of which DuckDB finds the first few without sorting the rest.
 */
function keyText({ expression, descending, nullsFirst }: OrderKey, context: Context): string {
  const text = context.emit.expression(expression, context);
  const turned = expression.type.kind === 'FLOAT64';
  const direction = descending === turned ? 'ASC' : 'DESC';
  return `${turned ? `(-(${text}))` : sortable(text)} ${direction} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

/** One key for a RANGE frame with offsets, which may have no other. */
export function singleKeyText({ expression, descending, nullsFirst }: OrderKey, context: Context): string {
  const text = rangeValue(context.emit.expression(expression, context), expression.type);
  return `${sortable(text)} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

/**
 * A key or offset of a RANGE frame, in a type in which their sums do not overflow: a NUMERIC is the whole number of its
 * 10^-9.
 */
export function rangeValue(text: string, type: SqlType): string {
  switch (type.kind) {
    case 'INT64':
      return `CAST(${text} AS HUGEINT)`;
    case 'NUMERIC':
      return `CAST(replace(CAST(${text} AS VARCHAR), '.', '') AS HUGEINT)`;
    default:
      return text;
  }
}

/** A bare number would be an ordinal. */
function sortable(text: string): string {
  return /^\(?-?\d+\)?$/.test(text) ? `(${text} + 0)` : text;
}
