/** Overflow checks with GoogleSQL's messages. */

import { ValueError } from './sql-value.ts';
import { MAX_INT64, MIN_INT64 } from './text-value.ts';

/** The value if INT64 holds it; `message` replaces the usual `int64 overflow: …`. */
export function checkedInt64(value: bigint, what: () => string, message?: string): bigint {
  if (value >= MIN_INT64 && value <= MAX_INT64) return value;
  throw new ValueError(message ?? `int64 overflow: ${what()}`);
}

/** A result that is infinite or NaN although nothing that went in was. */
export function finite(value: number, operands: readonly number[], what: string): number {
  if (Number.isFinite(value) || operands.some((operand) => !Number.isFinite(operand))) return value;
  if (what.includes('(')) throw new ValueError(`Floating point error in function: ${what}`);
  throw new ValueError(`double overflow: ${what}`);
}
