/** INT64 and FLOAT64 with GoogleSQL's errors and rounding. */

import { checkedInt64, finite } from '../../values/arithmetic.ts';
import { floatText } from '../../values/float-text.ts';
import { cosineDistance, euclideanDistance, pairsOf } from '../../values/distance.ts';
import { checkElementCount } from '../../values/output-size.ts';
import { type SqlValue, ValueError } from '../../values/sql-value.ts';
import { valueOfText } from '../../values/text-value.ts';
import { timeZone } from '../../values/time-zone.ts';
import { SUM_AGAIN } from '../sum-again.ts';
import { js, named } from './define.ts';

const utc = timeZone('UTC');

const safely = (compute: () => number): number | null => {
  const value = compute();
  return value;
};

const math: Readonly<Record<string, (x: number) => number>> = {
  SQRT: Math.sqrt,
  CBRT: Math.cbrt,
  EXP: Math.exp,
  LN: Math.log,
  LOG10: Math.log10,
  COS: Math.cos,
  COSH: Math.cosh,
  ACOS: Math.acos,
  ACOSH: Math.acosh,
  COT: (x) => 1 / Math.tan(x),
  COTH: (x) => 1 / Math.tanh(x),
  CSC: (x) => 1 / Math.sin(x),
  CSCH: (x) => 1 / Math.sinh(x),
  SEC: (x) => 1 / Math.cos(x),
  SECH: (x) => 1 / Math.cosh(x),
  SIN: Math.sin,
  SINH: Math.sinh,
  ASIN: Math.asin,
  ASINH: Math.asinh,
  TAN: Math.tan,
  TANH: Math.tanh,
  ATAN: Math.atan,
  ATANH: Math.atanh,
};

/** Logarithms have no value at or below zero, although the limit at zero is infinite. */
const logarithms: ReadonlySet<string> = new Set(['LN', 'LOG10']);

function callMath(name: string, x: number): number {
  if (logarithms.has(name) && x <= 0)
    throw new ValueError(`Floating point error in function: ${name}(${floatText(x)})`);
  return finite(math[name]?.(x) ?? Number.NaN, [x], `${name}(${floatText(x)})`);
}

function power(x: number, y: number): number {
  // IEEE: one to any power, and anything to the zeroth, is one; JavaScript differs for NaN and infinity.
  if (x === 1 || y === 0) return 1;
  if (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) return 1;
  return finite(x ** y, [x, y], `POW(${floatText(x)}, ${floatText(y)})`);
}

function roundTo(x: number, digits: bigint, round: (value: number) => number): number {
  if (!Number.isFinite(x) || x === 0 || digits > 308n) return x;
  if (digits < -308n) return 0;
  const n = Number(digits);
  if (n <= 0) {
    const unit = 10 ** -n;
    return finite(round(x / unit) * unit, [x], `ROUND(${floatText(x)}, ${n})`);
  }
  const scaled = x * 10 ** n;
  return Number.isFinite(scaled) && Math.abs(scaled) < 2 ** 52 ? round(scaled) / 10 ** n : x;
}

const halfAway = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));

/** A value that the signature says is an array. */
const vector = (value: SqlValue): readonly SqlValue[] => (Array.isArray(value) ? (value as readonly SqlValue[]) : []);

export const numberFunctions = named({
  gs_float_add: js('(FLOAT64, FLOAT64) -> FLOAT64', (a, b) =>
    finite(a + b, [a, b], `${floatText(a)} + ${floatText(b)}`),
  ),
  gs_unscaled_sum: js('(FLOAT64) -> FLOAT64', (sum) => {
    // Among the values is one that is infinite or no number: scaled down, finite ones do not come to that.
    if (!Number.isFinite(sum)) return sum;
    const total = sum * 2 ** 64;
    if (!Number.isFinite(total)) throw new ValueError('double overflow');
    return total;
  }),
  gs_sum_again: js('(FLOAT64) -> FLOAT64', () => {
    throw new Error(SUM_AGAIN);
  }),
  gs_float_subtract: js('(FLOAT64, FLOAT64) -> FLOAT64', (a, b) =>
    finite(a - b, [a, b], `${floatText(a)} - ${floatText(b)}`),
  ),
  gs_float_multiply: js('(FLOAT64, FLOAT64) -> FLOAT64', (a, b) =>
    finite(a * b, [a, b], `${floatText(a)} * ${floatText(b)}`),
  ),
  gs_float_divide: js('(FLOAT64, FLOAT64) -> FLOAT64', (a, b) => {
    const shown = `${floatText(a)} / ${floatText(b)}`;
    if (b === 0) throw new ValueError(`division by zero: ${shown}`);
    return finite(a / b, [a, b], shown);
  }),
  gs_cosine_distance: js('(ANY, ANY) -> FLOAT64', (a, b) => cosineDistance(pairsOf(vector(a), vector(b)))),
  gs_euclidean_distance: js('(ANY, ANY) -> FLOAT64', (a, b) => euclideanDistance(pairsOf(vector(a), vector(b)))),
  gs_safe_float: js('(STRING, FLOAT64, FLOAT64) -> FLOAT64', (sign, a, b) => {
    if (sign === '/' && b === 0) return null;
    const value = safely(() => (sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : a / b));
    const overflow = value !== null && !Number.isFinite(value) && Number.isFinite(a) && Number.isFinite(b);
    return overflow ? null : value;
  }),
  gs_math: js('(STRING, FLOAT64) -> FLOAT64', callMath),
  gs_pow: js('(FLOAT64, FLOAT64) -> FLOAT64', power),
  gs_log: js('(FLOAT64, [FLOAT64]) -> FLOAT64', (x, base) => {
    if (base === undefined) return callMath('LN', x);
    if (!Number.isFinite(base)) return Number.NaN;
    if (!Number.isFinite(x)) return Math.log(x) / Math.log(base);
    if (x <= 0 || base <= 0 || base === 1) {
      throw new ValueError(`Floating point error in function: LOG(${floatText(x)}, ${floatText(base)})`);
    }
    return Math.log(x) / Math.log(base);
  }),
  gs_atan2: js('(FLOAT64, FLOAT64) -> FLOAT64', (y, x) => Math.atan2(y, x)),
  gs_round: js('(FLOAT64, INT64) -> FLOAT64', (x, digits) => roundTo(x, digits, halfAway)),
  gs_trunc: js('(FLOAT64, INT64) -> FLOAT64', (x, digits) => roundTo(x, digits, Math.trunc)),
  gs_abs: js('(INT64) -> INT64', (x) => checkedInt64(x < 0n ? -x : x, () => `ABS(${x})`)),
  gs_div: js('(INT64, INT64) -> INT64', (a, b) => {
    if (b === 0n) throw new ValueError(`division by zero: ${a} / ${b}`);
    return checkedInt64(a / b, () => `${a} / ${b}`);
  }),
  gs_shift_left: js('(INT64, INT64) -> INT64', (value, by) => {
    if (by < 0n) throw new ValueError('Bitwise shift by negative offset.');
    return by > 63n ? 0n : BigInt.asIntN(64, value << by);
  }),
  gs_shift_right: js('(INT64, INT64) -> INT64', (value, by) => {
    if (by < 0n) throw new ValueError('Bitwise shift by negative offset.');
    return by > 63n ? 0n : BigInt.asIntN(64, BigInt.asUintN(64, value) >> by);
  }),
  gs_int64_of_float: js('(FLOAT64) -> INT64', (x) => {
    const shown = `CAST(${floatText(x)} AS INT64)`;
    if (!Number.isFinite(x))
      throw new ValueError(`Illegal conversion of non-finite floating point number to an integer: ${floatText(x)}`);
    return checkedInt64(BigInt(halfAway(x)), () => shown, `double out of range: ${floatText(x)}`);
  }),
  gs_float_text: js('(FLOAT64) -> STRING', floatText),
  gs_parse_int64: js('(STRING) -> INT64', (text) => valueOfText(text, 'INT64', utc) as bigint),
  gs_parse_float64: js('(STRING) -> FLOAT64', (text) => valueOfText(text, 'FLOAT64', utc) as number),
  gs_parse_bool: js('(STRING) -> BOOL', (text) => valueOfText(text, 'BOOL', utc) as boolean),
  gs_generate_array: js('(INT64, INT64, [INT64]) -> ARRAY<INT64>', (start, end, step = 1n) => {
    if (step === 0n) throw new ValueError('Sequence step cannot be 0.');
    const out: bigint[] = [];
    for (let value = start; step > 0n ? value <= end : value >= end; value += step) {
      checkElementCount(out.length);
      out.push(value);
    }
    return out;
  }),
  gs_generate_float_array: js('(FLOAT64, FLOAT64, [FLOAT64]) -> ARRAY<FLOAT64>', (start, end, step = 1) => {
    if (step === 0) throw new ValueError('Sequence step cannot be 0.');
    const out: number[] = [];
    for (let i = 0; ; i++) {
      const value = start + i * step;
      if (!(step > 0 ? value <= end : value >= end)) return out;
      checkElementCount(out.length);
      out.push(value);
    }
  }),
});
