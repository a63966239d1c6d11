/** CAST from numbers to STRING by a format model. Source: GoogleSQL "Format elements", "Format numeric type as string". */

import { bigNumericKind, integerOfDecimal, numericKind } from '../decimal.ts';
import { formatValues, type TypedValue } from '../format-function.ts';
import { ValueError } from '../sql-value.ts';
import { timeZone } from '../time-zone.ts';
import { numberModel, type NumberModel } from './number-model.ts';

/** A number in decimal digits; the integer part is empty for zero. */
interface Digits {
  readonly negative: boolean;
  readonly integer: string;
  readonly fraction: string;
  /** With its sign: `+08`. */
  readonly exponent: string;
}

/** The number as the model says. Throws a `ValueError` at a wrong model. */
export function numberText(number: TypedValue, format: string): string {
  const model = numberModel(format);
  const text = writeNumber(number, model);
  return model.compact ? text.trim() : text;
}

function writeNumber(number: TypedValue, model: NumberModel): string {
  if (typeof number.value === 'number' && !Number.isFinite(number.value) && model.form === 'decimal') {
    return specialText(number.value, model);
  }
  switch (model.form) {
    case 'decimal':
      return decimalForm(digitsOf(number, model), model);
    case 'hexadecimal':
      return hexadecimalForm(integerOf(number), model);
    case 'roman':
      return romanForm(integerOf(number), model);
  }
}

const isPoint = (one: string): boolean => one === '.' || one === 'V';
const isExponent = (one: string): boolean => one === 'e' || one === 'E';
const isDigit = (one: string): boolean => one === '0' || one === '9';

/** The elements before the point, and those from it on; before an exponent there is one digit at most. */
function parts({ elements }: NumberModel): { readonly whole: readonly string[]; readonly rest: readonly string[] } {
  const found = elements.findIndex((one) => isPoint(one) || isExponent(one));
  const point = found < 0 ? elements.length : found;
  const whole = elements.slice(0, point);
  return { whole: elements.some(isExponent) ? whole.slice(-1) : whole, rest: elements.slice(point) };
}

function digitsOf({ type, value }: TypedValue, model: NumberModel): Digits {
  const { rest } = parts(model);
  const scale = rest.filter(isDigit).length;
  const number =
    type.kind === 'INT64'
      ? { type: { kind: 'NUMERIC' } as const, value: (value as bigint) * numericKind.one }
      : { type, value };
  const letter = model.elements.some(isExponent) ? 'e' : 'f';
  const text = formatValues(`%#.${scale}${letter}`, [number], timeZone('UTC')) ?? '';
  const [, sign = '', integer = '', fraction = '', exponent = ''] = /^(-?)(\d+)\.?(\d*)(?:e(.*))?$/.exec(text) ?? [];
  return {
    negative: sign === '-',
    integer: integer === '0' ? '' : integer,
    fraction: model.compact ? fraction.replace(/0+$/, '') : fraction,
    exponent,
  };
}

function decimalForm(digits: Digits, model: NumberModel): string {
  const { whole, rest } = parts(model);
  const overflows = digits.integer.length > model.elements.filter(isDigit).length - rest.filter(isDigit).length;
  const integer = hasInteger(digits, whole, model) ? integerText(digits.integer, whole, overflows) : '';
  const { prefix, suffix } = signs(model, digits.negative ? '-' : '+');
  const padding = ' '.repeat(whole.length - integer.length);
  const text = `${padding}${prefix}${model.currency}${integer}${fractionText(digits, rest, overflows)}${suffix}`;
  return model.blank && digits.integer === '' ? ' '.repeat(text.length) : text;
}

/** `.5` has no zero before its point, unless a digit `0` or nothing else demands one. */
function hasInteger({ integer, fraction }: Digits, whole: readonly string[], { elements }: NumberModel): boolean {
  if (!whole.some(isDigit)) return false;
  return integer !== '' || elements.some(isExponent) || whole.includes('0') || fraction === '';
}

/** From the last digit to the first, then zeros down to the model's first `0`. */
function integerText(integer: string, whole: readonly string[], overflows: boolean): string {
  const digits = integer === '' ? '0' : integer;
  const firstZero = whole.includes('0') ? whole.indexOf('0') : whole.length;
  let out = '';
  let left = digits.length;
  for (let i = whole.length - 1; i >= 0 && (left > 0 || i >= firstZero); i--) {
    if (whole[i] === ',') {
      out = `,${out}`;
    } else {
      left--;
      out = `${overflows ? '#' : left >= 0 ? digits.charAt(left) : '0'}${out}`;
    }
  }
  return out;
}

function fractionText({ fraction, exponent }: Digits, rest: readonly string[], overflows: boolean): string {
  let next = 0;
  return rest
    .map((one) => {
      if (one === 'V') return '';
      if (one === '.') return '.';
      if (isExponent(one)) return overflows ? '####' : `${one}${exponent}`;
      return overflows ? '#' : fraction.charAt(next++);
    })
    .join('');
}

function signs({ sign }: NumberModel, shown: '-' | '+' | ' '): { readonly prefix: string; readonly suffix: string } {
  const minus = shown === '-' ? '-' : ' ';
  switch (sign) {
    case 'front':
      return { prefix: shown, suffix: '' };
    case 'S':
      return { prefix: '', suffix: shown };
    case 'MI':
      return { prefix: '', suffix: minus };
    case 'PR':
      return shown === '-' ? { prefix: '<', suffix: '>' } : { prefix: ' ', suffix: ' ' };
    case undefined:
      return { prefix: minus, suffix: '' };
  }
}

/** Infinity and NaN stand where the integer part would; three characters must fit. */
function specialText(value: number, model: NumberModel): string {
  const { whole, rest } = parts(model);
  const name = Number.isNaN(value) ? 'NAN' : 'INF';
  const { prefix, suffix } = signs(model, Number.isNaN(value) ? ' ' : value < 0 ? '-' : '+');
  if (rest.some(isExponent)) {
    return `${' '.repeat(whole.length + rest.length)}${prefix}${model.currency}${name}${suffix}`;
  }
  const overflows = whole.length < name.length;
  const shown = overflows ? whole.map((one) => (one === ',' ? ',' : '#')).join('') : name;
  const behind = rest
    .filter((one) => one !== 'V')
    .map((one) => (overflows ? (one === '.' ? '.' : '#') : ' '))
    .join('');
  const padding = ' '.repeat(whole.length - shown.length);
  return `${padding}${prefix}${model.currency}${shown}${behind}${suffix}`;
}

/** The number rounded to an integer, half away from zero. */
function integerOf({ type, value }: TypedValue): bigint {
  if (type.kind === 'INT64') return value as bigint;
  if (type.kind === 'NUMERIC') return integerOfDecimal(value as bigint, numericKind);
  if (type.kind === 'BIGNUMERIC') return integerOfDecimal(value as bigint, bigNumericKind);
  const number = value as number;
  if (!Number.isFinite(number))
    throw new ValueError(
      `Illegal conversion of non-finite floating point number to an integer: ${String(number).toLowerCase()}`,
    );
  return BigInt(number < 0 ? -Math.round(-number) : Math.round(number));
}

function hexadecimalForm(value: bigint, model: NumberModel): string {
  const digits = (value < 0n ? -value : value).toString(16);
  const { elements } = model;
  const overflows = digits.length > elements.length;
  const firstZero = elements.indexOf('0');
  const zeros = firstZero < 0 ? 0 : elements.length - firstZero;
  const shown = overflows ? '#'.repeat(elements.length) : digits.padStart(zeros, '0');
  const cased = Array.from(shown, (digit, i) => inCase(digit, elements, elements.length - shown.length + i)).join('');
  const { prefix, suffix } = signs(model, value < 0n ? '-' : '+');
  return `${' '.repeat(elements.length - cased.length)}${prefix}${cased}${suffix}`;
}

/** A digit has the case of its `X`; that of a `0` is the case of the next `X`, else upper. */
function inCase(digit: string, elements: readonly string[], at: number): string {
  const next = elements.slice(at).find((one) => one !== '0');
  return next === 'x' ? digit : digit.toUpperCase();
}

const ROMAN_WIDTH = 15;
const MAX_ROMAN = 3999n;
const romans: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function romanForm(value: bigint, model: NumberModel): string {
  if (value < 1n || value > MAX_ROMAN) {
    throw new ValueError(`Roman numerals are from 1 to ${MAX_ROMAN}, but the value is ${value}`);
  }
  let left = Number(value);
  let text = '';
  for (const [size, letters] of romans) {
    text += letters.repeat(Math.floor(left / size));
    left %= size;
  }
  return (model.lowerCase ? text.toLowerCase() : text).padStart(ROMAN_WIDTH);
}
