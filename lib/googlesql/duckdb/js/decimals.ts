/** NUMERIC and BIGNUMERIC arithmetic: the same functions for both, under `gs_numeric_` and `gs_big_`. */

import {
  bigNumericKind,
  checked,
  decimalOfFloat,
  decimalText,
  divideDecimal,
  divideRounded,
  floatOfDecimal,
  integerOfDecimal,
  isInRange,
  multiplyDecimal,
  numericKind,
  parseDecimal,
  roundDecimal,
  truncateDecimal,
  type DecimalKind,
} from '../../values/decimal.ts';
import { checkedInt64 } from '../../values/arithmetic.ts';
import { floatText } from '../../values/float-text.ts';
import { ValueError } from '../../values/sql-value.ts';
import { js, named, type JsFunction } from './define.ts';

type Table = Readonly<Record<string, Omit<JsFunction, 'name'>>>;

const shown = (value: bigint, kind: DecimalKind): string => decimalText(value, kind);

function integerPart(name: string, value: bigint, digits: bigint, kind: DecimalKind): bigint {
  const places = Number(digits);
  switch (name) {
    case 'TRUNC':
      return truncateDecimal(value, places, kind);
    case 'CEIL':
      return -floorTo(-value, kind);
    case 'FLOOR':
      return floorTo(value, kind);
    default:
      return roundDecimal(value, places, kind);
  }
}

function floorTo(value: bigint, { one }: DecimalKind): bigint {
  const quotient = value / one;
  return (value < 0n && value % one !== 0n ? quotient - 1n : quotient) * one;
}

function roundMode(value: bigint, digits: bigint, mode: string, kind: DecimalKind): bigint {
  if (mode === 'ROUND_HALF_AWAY_FROM_ZERO') return roundDecimal(value, Number(digits), kind);
  if (mode !== 'ROUND_HALF_EVEN') throw new ValueError(`Invalid rounding mode: ${mode}`);
  const places = kind.scale - Number(digits);
  if (places <= 0) return value;
  const unit = 10n ** BigInt(places);
  const down = value / unit;
  const twice = 2n * (value % unit);
  const size = twice < 0n ? -twice : twice;
  const away = size > unit || (size === unit && down % 2n !== 0n);
  return (away ? down + (value < 0n ? -1n : 1n) : down) * unit;
}

/** Irrational functions are computed on doubles and then fitted: exact to a double's digits. */
function approximate(value: number, kind: DecimalKind, what: string): bigint {
  const decimal = decimalOfFloat(value, kind);
  if (decimal === undefined) throw new ValueError(`${kind.overflowName} overflow: ${what}`);
  return decimal;
}

function squareRoot(value: bigint, kind: DecimalKind): bigint {
  if (value < 0n) throw new ValueError(`SQRT is undefined for negative value: SQRT(${shown(value, kind)})`);
  const square = value * kind.one;
  let root = BigInt(Math.floor(Math.sqrt(Number(square))));
  for (let next = 0n; next !== root && root > 0n;) {
    next = (root + square / root) / 2n;
    if (next === root || next === root + 1n) break;
    root = next;
    next = 0n;
  }
  while (root * root > square) root--;
  while ((root + 1n) * (root + 1n) <= square) root++;
  return square - root * root > root ? root + 1n : root;
}

function callMath(name: string, value: bigint, kind: DecimalKind): bigint {
  if (name === 'SQRT') return squareRoot(value, kind);
  const x = floatOfDecimal(value, kind);
  const what = `${name}(${shown(value, kind)})`;
  if ((name === 'LN' || name === 'LOG10') && value <= 0n)
    throw new ValueError(`${name} is undefined for zero or negative value: ${what}`);
  const result =
    name === 'EXP' ? Math.exp(x) : name === 'LN' ? Math.log(x) : name === 'LOG10' ? Math.log10(x) : Math.cbrt(x);
  return approximate(result, kind, what);
}

function power(base: bigint, exponent: bigint, kind: DecimalKind): bigint {
  const what = `POW(${shown(base, kind)}, ${shown(exponent, kind)})`;
  if (exponent % kind.one === 0n && exponent >= 0n && exponent / kind.one < 1000n) {
    let result = kind.one;
    for (let n = exponent / kind.one; n > 0n; n--) result = divideRounded(result * base, kind.one);
    return checked(result, kind, () => what);
  }
  if (base === 0n && exponent < 0n) throw new ValueError(`division by zero: ${what}`);
  if (base < 0n && exponent % kind.one !== 0n) {
    throw new ValueError(`Negative ${kind.name} value cannot be raised to a fractional power: ${what}`);
  }
  return approximate(floatOfDecimal(base, kind) ** floatOfDecimal(exponent, kind), kind, what);
}

function logarithm(value: bigint, base: bigint | undefined, kind: DecimalKind): bigint {
  const of = (x: bigint): number => Math.log(floatOfDecimal(x, kind));
  const what = base === undefined ? `LOG(${shown(value, kind)})` : `LOG(${shown(value, kind)}, ${shown(base, kind)})`;
  if (value <= 0n || (base !== undefined && (base <= 0n || base === kind.one))) {
    throw new ValueError(`LOG is undefined for zero or negative value, or when base equals 1: ${what}`);
  }
  return approximate(base === undefined ? of(value) : of(value) / of(base), kind, what);
}

function fit(value: bigint, precision: bigint, scale: bigint, kind: DecimalKind): bigint {
  const rounded = roundDecimal(value, Number(scale), kind);
  const limit = 10n ** (precision - scale) * kind.one;
  if (rounded < limit && rounded > -limit) return rounded;
  throw new ValueError(
    `${kind.name}(${precision}, ${scale}) has precision ${precision} and scale ${scale} but got a value that is not in range: ${shown(value, kind)}`,
  );
}

function generate(start: bigint, end: bigint, step: bigint): readonly bigint[] {
  if (step === 0n) throw new ValueError('Sequence step cannot be 0.');
  const out: bigint[] = [];
  for (let value = start; step > 0n ? value <= end : value >= end; value += step) out.push(value);
  return out;
}

const divide = (name: string, a: bigint, b: bigint, kind: DecimalKind): void => {
  if (b === 0n) throw new ValueError(`division by zero: ${name}(${shown(a, kind)}, ${shown(b, kind)})`);
};

/** Functions over two values of the kind, by name behind the prefix. */
const binary = (kind: DecimalKind): Readonly<Record<string, (a: bigint, b: bigint) => bigint>> => ({
  add: (a, b) => checked(a + b, kind, () => `${shown(a, kind)} + ${shown(b, kind)}`),
  subtract: (a, b) => checked(a - b, kind, () => `${shown(a, kind)} - ${shown(b, kind)}`),
  multiply: (a, b) => multiplyDecimal(a, b, kind),
  divide: (a, b) => divideDecimal(a, b, kind),
  div: (a, b) => {
    divide('DIV', a, b, kind);
    return checked((a / b) * kind.one, kind, () => `DIV(${shown(a, kind)}, ${shown(b, kind)})`);
  },
  mod: (a, b) => {
    divide('MOD', a, b, kind);
    return a % b;
  },
  pow: (a, b) => power(a, b, kind),
});

/** PARSE_NUMERIC: spaces around the number and behind its sign, the sign at either end, commas in the integer part. */
function readLenient(text: string, kind: DecimalKind, name: string): bigint {
  const match = /^\s*(?:([+-])\s*)?((?:\d[\d,]*)?(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*([+-])?\s*$/.exec(text);
  const [, before, body = '', behind] = match ?? [];
  const digits = body.replaceAll(',', '');
  if (!/^(?:\d|\.\d)/.test(digits) || (before !== undefined && behind !== undefined)) {
    throw new ValueError(`Invalid input to ${name}: "${text}"`);
  }
  const value = parseDecimal(digits, kind);
  if (value === undefined) throw new ValueError(`Invalid input to ${name}: "${text}"`);
  return (before ?? behind) === '-' ? -value : value;
}

function numericTable(): Table {
  const table: Record<string, Omit<JsFunction, 'name'>> = {};
  for (const [name, compute] of Object.entries(binary(numericKind)))
    table[`gs_numeric_${name}`] = js('(NUMERIC, NUMERIC) -> NUMERIC', compute);
  return {
    ...table,
    gs_numeric_math: js('(STRING, NUMERIC) -> NUMERIC', (name, x) => callMath(name, x, numericKind)),
    gs_numeric_log: js('(NUMERIC, [NUMERIC]) -> NUMERIC', (x, base) => logarithm(x, base, numericKind)),
    gs_numeric_round: js('(STRING, NUMERIC, [INT64]) -> NUMERIC', (name, x, digits = 0n) =>
      checked(
        integerPart(name, x, digits, numericKind),
        numericKind,
        () => `${name}(${shown(x, numericKind)}, ${digits})`,
      ),
    ),
    gs_numeric_round_mode: js('(NUMERIC, INT64, STRING) -> NUMERIC', (x, digits, mode) =>
      roundMode(x, digits, mode, numericKind),
    ),
    gs_numeric_total: js('(STRING, NUMERIC) -> NUMERIC', (whole, fraction) =>
      checked(BigInt(whole) * numericKind.one + fraction, numericKind, () => 'SUM'),
    ),
    gs_numeric_average: js('(STRING, NUMERIC, INT64) -> NUMERIC', (whole, fraction, count) =>
      count === 0n ? null : divideRounded(BigInt(whole) * numericKind.one + fraction, count),
    ),
    gs_numeric_of_float: js('(FLOAT64) -> NUMERIC', (x) => approximateCast(x, numericKind)),
    gs_numeric_of_big: js('(BIGNUMERIC) -> NUMERIC', (x) => {
      const value = divideRounded(x, bigNumericKind.one / numericKind.one);
      if (!isInRange(value, numericKind)) throw new ValueError(`numeric out of range: ${shown(x, bigNumericKind)}`);
      return value;
    }),
    gs_numeric_text: js('(NUMERIC) -> STRING', (x) => shown(x, numericKind)),
    gs_read_numeric: js('(STRING) -> NUMERIC', (text) => readLenient(text, numericKind, 'PARSE_NUMERIC')),
    gs_read_bignumeric: js('(STRING) -> BIGNUMERIC', (text) => readLenient(text, bigNumericKind, 'PARSE_BIGNUMERIC')),
    gs_parse_numeric: js('(STRING) -> NUMERIC', (text) => parse(text, numericKind)),
    gs_int64_of_numeric: js('(NUMERIC) -> INT64', (x) =>
      checkedInt64(integerOfDecimal(x, numericKind), () => '', `int64 out of range: ${shown(x, numericKind)}`),
    ),
    gs_float_of_numeric: js('(NUMERIC) -> FLOAT64', (x) => floatOfDecimal(x, numericKind)),
    gs_fit_numeric: js('(NUMERIC, INT64, INT64) -> NUMERIC', (x, precision, scale) =>
      fit(x, precision, scale, numericKind),
    ),
    gs_generate_numeric_array: js(
      '(NUMERIC, NUMERIC, [NUMERIC]) -> ARRAY<NUMERIC>',
      (start, end, step = numericKind.one) => generate(start, end, step),
    ),
  };
}

function bigTable(): Table {
  const table: Record<string, Omit<JsFunction, 'name'>> = {};
  for (const [name, compute] of Object.entries(binary(bigNumericKind)))
    table[`gs_big_${name}`] = js('(BIGNUMERIC, BIGNUMERIC) -> BIGNUMERIC', compute);
  return {
    ...table,
    gs_big_negate: js('(BIGNUMERIC) -> BIGNUMERIC', (x) =>
      checked(-x, bigNumericKind, () => `-(${shown(x, bigNumericKind)})`),
    ),
    gs_big_abs: js('(BIGNUMERIC) -> BIGNUMERIC', (x) =>
      checked(x < 0n ? -x : x, bigNumericKind, () => `ABS(${shown(x, bigNumericKind)})`),
    ),
    gs_big_sign: js('(BIGNUMERIC) -> BIGNUMERIC', (x) =>
      x > 0n ? bigNumericKind.one : x < 0n ? -bigNumericKind.one : 0n,
    ),
    gs_big_math: js('(STRING, BIGNUMERIC) -> BIGNUMERIC', (name, x) => callMath(name, x, bigNumericKind)),
    gs_big_log: js('(BIGNUMERIC, [BIGNUMERIC]) -> BIGNUMERIC', (x, base) => logarithm(x, base, bigNumericKind)),
    gs_big_round: js('(STRING, BIGNUMERIC, [INT64]) -> BIGNUMERIC', (name, x, digits = 0n) =>
      checked(
        integerPart(name, x, digits, bigNumericKind),
        bigNumericKind,
        () => `${name}(${shown(x, bigNumericKind)}, ${digits})`,
      ),
    ),
    gs_big_round_mode: js('(BIGNUMERIC, INT64, STRING) -> BIGNUMERIC', (x, digits, mode) =>
      roundMode(x, digits, mode, bigNumericKind),
    ),
    gs_big_average: js('(BIGNUMERIC, INT64) -> BIGNUMERIC', (sum, count) =>
      count === 0n ? null : divideRounded(sum, count),
    ),
    gs_big_check: js('(STRING, BIGNUMERIC) -> BIGNUMERIC', (what, x) => checked(x, bigNumericKind, () => what)),
    gs_big_of_int64: js('(INT64) -> BIGNUMERIC', (x) => x * bigNumericKind.one),
    gs_big_of_numeric: js('(NUMERIC) -> BIGNUMERIC', (x) => x * (bigNumericKind.one / numericKind.one)),
    gs_big_of_float: js('(FLOAT64) -> BIGNUMERIC', (x) => approximateCast(x, bigNumericKind)),
    gs_big_text: js('(BIGNUMERIC) -> STRING', (x) => shown(x, bigNumericKind)),
    gs_parse_bignumeric: js('(STRING) -> BIGNUMERIC', (text) => parse(text, bigNumericKind)),
    gs_int64_of_big: js('(BIGNUMERIC) -> INT64', (x) =>
      checkedInt64(integerOfDecimal(x, bigNumericKind), () => '', `int64 out of range: ${shown(x, bigNumericKind)}`),
    ),
    gs_float_of_big: js('(BIGNUMERIC) -> FLOAT64', (x) => floatOfDecimal(x, bigNumericKind)),
    gs_fit_bignumeric: js('(BIGNUMERIC, INT64, INT64) -> BIGNUMERIC', (x, precision, scale) =>
      fit(x, precision, scale, bigNumericKind),
    ),
    gs_generate_big_array: js(
      '(BIGNUMERIC, BIGNUMERIC, [BIGNUMERIC]) -> ARRAY<BIGNUMERIC>',
      (start, end, step = bigNumericKind.one) => generate(start, end, step),
    ),
  };
}

function approximateCast(x: number, kind: DecimalKind): bigint {
  if (!Number.isFinite(x))
    throw new ValueError(
      `Illegal conversion of non-finite floating point number to ${kind.overflowName}: ${floatText(x)}`,
    );
  const value = decimalOfFloat(x, kind);
  if (value === undefined) throw new ValueError(`${kind.overflowName} out of range: ${floatText(x)}`);
  return value;
}

function parse(text: string, kind: DecimalKind): bigint {
  const value = parseDecimal(text, kind);
  if (value === undefined) throw new ValueError(`Invalid ${kind.name} value: ${text}`);
  return value;
}

export const decimalFunctions = named({ ...numericTable(), ...bigTable() });
