/** NUMERIC and BIGNUMERIC: scaled integers, with Google's rounding and bounds. */

import { ValueError } from './sql-value.ts';

/** A decimal type: how many digits are behind the point, and which scaled integers it holds. */
export interface DecimalKind {
  readonly name: 'NUMERIC' | 'BIGNUMERIC';
  /** How overflow messages name it. */
  readonly overflowName: 'numeric' | 'BIGNUMERIC';
  readonly scale: number;
  readonly one: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

export const numericKind: DecimalKind = {
  name: 'NUMERIC',
  overflowName: 'numeric',
  scale: 9,
  one: 10n ** 9n,
  min: -(10n ** 38n) + 1n,
  max: 10n ** 38n - 1n,
};

export const bigNumericKind: DecimalKind = {
  name: 'BIGNUMERIC',
  overflowName: 'BIGNUMERIC',
  scale: 38,
  one: 10n ** 38n,
  min: -(2n ** 255n),
  max: 2n ** 255n - 1n,
};

/** Divides, rounding half away from zero. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

export function isInRange(value: bigint, kind: DecimalKind): boolean {
  return value >= kind.min && value <= kind.max;
}

const pattern = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;

/** The scaled integer that a text means, rounded to the kind's scale; undefined when it is no number or out of range. */
export function parseDecimal(text: string, kind: DecimalKind): bigint | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = '', exponentText = '0'] = match;
  if (integer === '' && fraction === '') return undefined;
  const exponent = Number(exponentText) - fraction.length + kind.scale;
  const digits = BigInt(integer + fraction);
  // Beyond these exponents nothing is left, or nothing fits: no need to build the number.
  if (digits === 0n || exponent < -(integer.length + fraction.length) - 1) return 0n;
  if (exponent > 100) return undefined;
  const scaled = exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideRounded(digits, 10n ** BigInt(-exponent));
  const value = sign === '-' ? -scaled : scaled;
  return isInRange(value, kind) ? value : undefined;
}

/** The shortest text of a scaled integer: no exponent, no trailing zeros behind the point. */
export function decimalText(value: bigint, kind: DecimalKind): string {
  const negative = value < 0n;
  const digits = String(negative ? -value : value).padStart(kind.scale + 1, '0');
  const point = digits.length - kind.scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  const text = fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`;
  return negative ? `-${text}` : text;
}

/** The scaled integer nearest to a double; undefined when it is not finite or out of range. */
export function decimalOfFloat(value: number, kind: DecimalKind): bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const { mantissa, exponent } = binaryParts(value);
  const scaled =
    exponent >= 0
      ? mantissa * 2n ** BigInt(exponent) * kind.one
      : divideRounded(mantissa * kind.one, 2n ** BigInt(-exponent));
  return isInRange(scaled, kind) ? scaled : undefined;
}

/** `value = mantissa * 2 ** exponent`, exactly. */
function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const raw = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = raw === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: Math.max(raw, 1) - 1075 };
}

/** The double nearest to a scaled integer. */
export function floatOfDecimal(value: bigint, kind: DecimalKind): number {
  return Number(decimalText(value, kind));
}

/** The integer part, rounding half away from zero, as CAST to INT64 does. */
export function integerOfDecimal(value: bigint, kind: DecimalKind): bigint {
  return divideRounded(value, kind.one);
}

/** Rounds to `digits` behind (or, negative, before) the point, half away from zero. */
export function roundDecimal(value: bigint, digits: number, kind: DecimalKind): bigint {
  if (digits >= kind.scale) return value;
  const unit = 10n ** BigInt(kind.scale - Math.max(digits, -kind.scale * 2 - 40));
  return divideRounded(value, unit) * unit;
}

/** Cuts to `digits` behind (or before) the point, towards zero. */
export function truncateDecimal(value: bigint, digits: number, kind: DecimalKind): bigint {
  if (digits >= kind.scale) return value;
  const unit = 10n ** BigInt(kind.scale - Math.max(digits, -kind.scale * 2 - 40));
  return (value / unit) * unit;
}

/** `a * b`. */
export function multiplyDecimal(a: bigint, b: bigint, kind: DecimalKind): bigint {
  return checked(divideRounded(a * b, kind.one), kind, () => `${decimalText(a, kind)} * ${decimalText(b, kind)}`);
}

/** `a / b`. */
export function divideDecimal(a: bigint, b: bigint, kind: DecimalKind): bigint {
  const what = (): string => `${decimalText(a, kind)} / ${decimalText(b, kind)}`;
  if (b === 0n) throw new ValueError(`division by zero: ${what()}`);
  return checked(divideRounded(a * kind.one, b), kind, what);
}

/** The value, if the kind holds it; otherwise an overflow that says of what. */
export function checked(value: bigint, kind: DecimalKind, what: () => string): bigint {
  if (isInRange(value, kind)) return value;
  throw new ValueError(`${kind.overflowName} overflow: ${what()}`);
}
