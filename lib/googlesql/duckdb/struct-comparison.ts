/** Equality of structs field by field: DuckDB takes NULL fields as equal, GoogleSQL as unknown. */

import type { Expression } from '../tree/expression.ts';
import { containsSubquery } from '../tree/walk.ts';
import type { SqlType, StructType } from '../types/sql-type.ts';
import { freshName, type Context } from './context.ts';
import { fieldName } from './types.ts';

/** `left = right` of two structs. */
export function structComparison(
  [left, right]: readonly [Expression, Expression],
  type: StructType,
  context: Context,
): string {
  const texts = [context.emit.expression(left, context), context.emit.expression(right, context)] as const;
  if (containsSubquery(left) || containsSubquery(right)) return fields(texts, type, context);
  const pair = freshName(context, 'v');
  const inner = fields([`${pair}.l`, `${pair}.r`], type, context);
  return `list_transform([{'l': ${texts[0]}, 'r': ${texts[1]}}], lambda ${pair}: ${inner})[1]`;
}

function fields([left, right]: readonly [string, string], type: StructType, context: Context): string {
  if (type.fields.length === 0) return `(${left} IS NOT NULL AND ${right} IS NOT NULL)`;
  const parts = type.fields.map((field, i) =>
    equality([`${left}.${fieldName(i)}`, `${right}.${fieldName(i)}`], field.type, context),
  );
  return `(CASE WHEN ${left} IS NULL OR ${right} IS NULL THEN NULL ELSE ${parts.join(' AND ')} END)`;
}

function equality([left, right]: readonly [string, string], type: SqlType, context: Context): string {
  if (type.kind === 'STRUCT') return fields([left, right], type, context);
  return type.kind === 'FLOAT64' ? `(${left} = ${right} AND NOT isnan(${left}))` : `(${left} = ${right})`;
}
