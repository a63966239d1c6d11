/** Number literals. */

import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { FLOAT64, INT64 } from '../types/sql-type.ts';
import { parseFloat64, parseInt64 } from '../values/text-value.ts';
import { literal } from './literal.ts';

/** An integer literal, its sign included: `-9223372036854775808` would not fit without. */
export function resolveInt(text: string, at: number): Expression {
  const value = parseInt64(text);
  if (value === undefined) throw new SqlError(`Invalid integer literal: ${text}`, at);
  return literal(INT64, value);
}

/** A float literal, its sign included. */
export function resolveFloat(text: string, at: number): Expression {
  const value = parseFloat64(text);
  if (value === undefined) throw new SqlError(`Invalid floating point literal: ${text}`, at);
  return literal(FLOAT64, value, text);
}
