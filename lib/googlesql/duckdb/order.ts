/** Sort keys: NULLs always placed, NaN where GoogleSQL has it. */

import type { OrderKey } from '../tree/expression.ts';
import type { Context } from './context.ts';

/** The keys with commas between. */
export function orderText(keys: readonly OrderKey[], context: Context): string {
  return keys.map((key) => keyText(key, context)).join(', ');
}

/** NaN is less than every number; DuckDB has it greater than all, so it is sorted out first. */
function keyText({ expression, descending, nullsFirst }: OrderKey, context: Context): string {
  const text = context.emit.expression(expression, context);
  const direction = `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
  if (expression.type.kind !== 'FLOAT64') return `${sortable(text)} ${direction}`;
  return `(NOT isnan(${text})) ${direction}, ${sortable(text)} ${direction}`;
}

/** One key for a RANGE frame, which may have no other. */
export function singleKeyText({ expression, descending, nullsFirst }: OrderKey, context: Context): string {
  const text = context.emit.expression(expression, context);
  return `${sortable(text)} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

/** A bare number would be an ordinal. */
function sortable(text: string): string {
  return /^\(?-?\d+\)?$/.test(text) ? `(${text} + 0)` : text;
}
