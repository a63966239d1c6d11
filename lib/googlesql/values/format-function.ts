/** FORMAT: printf over GoogleSQL values. Source: GoogleSQL string functions, "FORMAT". */

import { typeName, type SqlType } from '../types/sql-type.ts';
import { bigNumericKind, decimalText, numericKind, roundDecimal } from './decimal.ts';
import { generalText } from './float-text.ts';
import { parseJson, prettyJson } from './json.ts';
import { shownText } from './shown-text.ts';
import { ValueError, type SqlValue } from './sql-value.ts';
import type { TimeZone } from './time-zone.ts';
import { checkOutputSize } from './output-size.ts';

/** An argument with its type. */
export interface TypedValue {
  readonly type: SqlType;
  readonly value: SqlValue;
}

interface Specifier {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly letter: string;
}

const pattern = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?(.)/gsu;

/** The formatted text; NULL when a NULL meets anything but `%t` and `%T`. Throws a `ValueError` at a wrong format. */
export function formatValues(format: string, list: readonly TypedValue[], zone: TimeZone): string | null {
  let next = 0;
  let isNull = false;
  const take = (): TypedValue => {
    const argument = list[next++];
    if (argument === undefined) {
      throw new ValueError(
        `Too few arguments to FORMAT for pattern "${format}"; Expected ${next + 1}; Got ${list.length + 1}`,
      );
    }
    return argument;
  };
  const takeNumber = (text: string | undefined): number | undefined => {
    if (text !== '*') return text === undefined ? undefined : Number(text);
    const { value } = take();
    if (value === null) isNull = true;
    return typeof value === 'bigint' ? Number(value) : 0;
  };
  if (/(?:^|[^%])(?:%%)*%[-+ #0'\d.*]*$/.test(format))
    throw new ValueError('Format string ended inside a specifier: %');
  const text = format.replaceAll(pattern, (whole, flags: string, ...rest: (string | undefined)[]) => {
    const [widthText, precisionText, letter = ''] = rest;
    if (letter === '%') return '%';
    const width = takeNumber(widthText) ?? 0;
    const precision = takeNumber(precisionText === '' ? '0' : precisionText);
    const spec: Specifier = {
      flags: width < 0 ? `${flags}-` : flags,
      width: Math.abs(width),
      precision: precision !== undefined && precision < 0 ? undefined : precision,
      letter,
    };
    checkOutputSize('FORMAT', Math.max(spec.width, spec.precision ?? 0));
    if (!'diuoxXfFeEgGpPstT'.includes(letter)) throw new ValueError(`Invalid format specifier: ${whole}`);
    const argument = take();
    checkType(letter, argument.type, next + 1);
    const formatted = formatOne(spec, argument, zone);
    if (formatted === null) isNull = true;
    return formatted ?? '';
  });
  if (next < list.length) {
    throw new ValueError(
      `Too many arguments to FORMAT for pattern "${format}"; Expected ${next + 1}; Got ${list.length + 1}`,
    );
  }
  return isNull ? null : text;
}

function formatOne(spec: Specifier, { type, value }: TypedValue, zone: TimeZone): string | null {
  const { letter } = spec;
  if (letter === 't' || letter === 'T') {
    return padText(shownText(value, type, letter === 't' ? 'readable' : 'literal', zone), spec);
  }
  if (value === null) return null;
  if ('diuoxX'.includes(letter)) return formatInteger(value as bigint, spec);
  if ('fFeEgG'.includes(letter)) return formatNumber(value, type, spec);
  const text = value as string;
  if (letter === 's') return padText(text, spec);
  const json = parseJson(text, 'round');
  return padText(letter === 'p' ? text : prettyJson(json), spec);
}

/** Letters, the types that they take, and how errors name these. */
const allowed: readonly (readonly [string, readonly string[], string])[] = [
  ['diuoxX', ['INT64'], 'integer'],
  ['fFeEgG', ['FLOAT64', 'NUMERIC', 'BIGNUMERIC'], 'FLOAT64, NUMERIC, or BIGNUMERIC'],
  ['s', ['STRING'], 'STRING'],
  ['pP', ['JSON'], 'JSON'],
];

function checkType(letter: string, type: SqlType, position: number): void {
  const [, kinds = [], expected = ''] = allowed.find(([letters]) => letters.includes(letter)) ?? [];
  if (letter === 't' || letter === 'T' || kinds.includes(type.kind)) return;
  throw new ValueError(`Invalid type for argument ${position} to FORMAT; Expected ${expected}; Got ${typeName(type)}`);
}

/** Strings: precision cuts, width pads. */
function padText(text: string, { flags, width, precision }: Specifier): string {
  const characters = Array.from(text);
  const cut = precision === undefined ? text : characters.slice(0, precision).join('');
  const fill = ' '.repeat(Math.max(0, width - Array.from(cut).length));
  return flags.includes('-') ? cut + fill : fill + cut;
}

/** A number's digits with sign, zeros and width. */
function padNumber(sign: string, digits: string, spec: Specifier, zeros: boolean): string {
  const { flags, width } = spec;
  const shownSign = sign !== '' ? sign : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const missing = Math.max(0, width - shownSign.length - digits.length);
  if (flags.includes('-')) return `${shownSign}${digits}${' '.repeat(missing)}`;
  if (zeros && flags.includes('0')) return `${shownSign}${'0'.repeat(missing)}${digits}`;
  return `${' '.repeat(missing)}${shownSign}${digits}`;
}

const bases: Readonly<
  Record<
    string,
    { readonly radix: number; readonly group: number; readonly separator: string; readonly prefix: string }
  >
> = {
  d: { radix: 10, group: 3, separator: ',', prefix: '' },
  i: { radix: 10, group: 3, separator: ',', prefix: '' },
  u: { radix: 10, group: 3, separator: ',', prefix: '' },
  o: { radix: 8, group: 4, separator: ',', prefix: '0' },
  x: { radix: 16, group: 4, separator: ':', prefix: '0x' },
  X: { radix: 16, group: 4, separator: ':', prefix: '0X' },
};

function formatInteger(value: bigint, spec: Specifier): string {
  const { letter, flags, precision } = spec;
  const base = bases[letter];
  if (base === undefined) throw new Error('an integer letter has a base');
  let digits = (value < 0n ? -value : value).toString(base.radix);
  if (letter === 'X') digits = digits.toUpperCase();
  if (precision !== undefined) digits = precision === 0 && value === 0n ? '' : digits.padStart(precision, '0');
  if (flags.includes("'")) digits = digits.replaceAll(new RegExp(`\\B(?=(?:.{${base.group}})+$)`, 'g'), base.separator);
  const prefix = flags.includes('#') && value !== 0n ? base.prefix : '';
  return padNumber(value < 0n ? '-' : '', prefix + digits, spec, precision === undefined);
}

function formatNumber(value: SqlValue, type: SqlType, spec: Specifier): string {
  const { letter, flags } = spec;
  const upper = letter === letter.toUpperCase();
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'nan' : 'inf';
    return padNumber(value < 0 ? '-' : '', upper ? text.toUpperCase() : text, spec, false);
  }
  const negative = typeof value === 'number' ? value < 0 || Object.is(value, -0) : (value as bigint) < 0n;
  const text =
    typeof value === 'number' ? floatDigits(Math.abs(value), spec) : decimalDigits(value as bigint, type, spec);
  const pointed = flags.includes('#') && !text.includes('.') ? text.replace(/^(\d+)/, '$1.') : text;
  const grouped = flags.includes("'")
    ? pointed.replace(/^\d+/, (digits) => digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ','))
    : pointed;
  return padNumber(negative ? '-' : '', upper ? grouped.toUpperCase() : grouped, spec, true);
}

function floatDigits(value: number, { letter, precision = 6, flags }: Specifier): string {
  switch (letter.toLowerCase()) {
    case 'f':
      return fixedText(value, precision);
    case 'e':
      return exponentText(value, precision);
    default:
      return flags.includes('#')
        ? value.toPrecision(Math.max(1, precision))
        : generalText(value, Math.max(1, precision));
  }
}

/** `toFixed`, which writes numbers from 1e21 on with an exponent, for all numbers and digits. */
function fixedText(value: number, digits: number): string {
  const text =
    value < 1e21
      ? value.toFixed(Math.min(digits, 100))
      : `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(Math.min(digits, 100))}` : ''}`;
  return digits > 100 ? text + '0'.repeat(digits - 100) : text;
}

function exponentText(value: number, digits: number): string {
  const [mantissa = '', exponent = '+0'] = value.toExponential(Math.min(digits, 100)).split('e');
  const size = exponent.slice(1).padStart(2, '0');
  return `${mantissa}e${exponent.charAt(0)}${size}`;
}

function decimalDigits(value: bigint, type: SqlType, spec: Specifier): string {
  const kind = type.kind === 'NUMERIC' ? numericKind : bigNumericKind;
  const size = value < 0n ? -value : value;
  const { precision = 6, letter } = spec;
  if (letter.toLowerCase() !== 'f') return floatDigits(Number(decimalText(size, kind)), spec);
  const [integer = '0', fraction = ''] = decimalText(roundDecimal(size, precision, kind), kind).split('.');
  return precision === 0 ? integer : `${integer}.${fraction.padEnd(precision, '0')}`;
}
