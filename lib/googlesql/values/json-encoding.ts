/** Values of any type as JSON: TO_JSON and TO_JSON_STRING. */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';
import { bigNumericKind, decimalText, numericKind } from './decimal.ts';
import { dateText, dateTimeText, timeText } from './date-time-text.ts';
import { floatText } from './float-text.ts';
import { intervalIsoText } from './interval.ts';
import { jsonFloatText, jsonStringText } from './json.ts';
import { isInterval, type SqlValue } from './sql-value.ts';

/** Integers beyond this do not survive a double. Source: GoogleSQL JSON encodings, INT64. */
const MAX_SAFE = 2n ** 53n;

/** How numbers are written: as text TO_JSON_STRING quotes what a double would lose, JSON keeps them exact. */
export interface JsonStyle {
  readonly target: 'text' | 'json';
  /** Quote numbers beyond a double's reach in JSON too. */
  readonly stringifyWide: boolean;
  readonly pretty: boolean;
}

/** The JSON text of a value; object members in the order of the fields. */
export function jsonOfValue(value: SqlValue, type: SqlType, style: JsonStyle, indent = ''): string {
  if (value === null) return 'null';
  const inner = `${indent}  `;
  if (type.kind === 'ARRAY') {
    const elements = value as readonly SqlValue[];
    const texts = elements.map((element) => jsonOfValue(element, type.element, style, inner));
    return bracket(texts, ['[', ']'], style.pretty, indent);
  }
  if (type.kind === 'STRUCT') {
    const fields = value as readonly SqlValue[];
    const colon = style.pretty ? ': ' : ':';
    const texts = type.fields.map(
      (field, i) => `${jsonStringText(field.name)}${colon}${jsonOfValue(fields[i] ?? null, field.type, style, inner)}`,
    );
    return bracket(texts, ['{', '}'], style.pretty, indent);
  }
  return scalarText(value, type.kind, style);
}

function bracket(
  texts: readonly string[],
  [open, close]: readonly [string, string],
  pretty: boolean,
  indent: string,
): string {
  if (!pretty || texts.length === 0) return `${open}${texts.join(',')}${close}`;
  const lines = texts.map((text) => `${indent}  ${text}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

function scalarText(value: SqlValue, kind: ScalarKind, style: JsonStyle): string {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return kind === 'JSON' ? value : jsonStringText(value);
    case 'number':
      return kind === 'DATE' ? `"${dateText(value)}"` : floatJson(value, style);
    case 'bigint':
      return bigintText(value, kind, style);
    default:
      if (isInterval(value)) return `"${intervalIsoText(value)}"`;
      return value instanceof Uint8Array ? `"${Buffer.from(value).toString('base64')}"` : 'null';
  }
}

function floatJson(value: number, { target }: JsonStyle): string {
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  return target === 'text' ? floatText(value) : jsonFloatText(value);
}

function bigintText(value: bigint, kind: ScalarKind, style: JsonStyle): string {
  switch (kind) {
    case 'NUMERIC':
      return decimalJson(decimalText(value, numericKind), style);
    case 'BIGNUMERIC':
      return decimalJson(decimalText(value, bigNumericKind), style);
    case 'TIME':
      return `"${timeText(value)}"`;
    case 'DATETIME':
      return `"${dateTimeText(value, 'T')}"`;
    case 'TIMESTAMP':
      return `"${dateTimeText(value, 'T')}Z"`;
    default:
      return isWide(value) && (style.target === 'text' || style.stringifyWide) ? `"${value}"` : String(value);
  }
}

function isWide(value: bigint): boolean {
  return value > MAX_SAFE || value < -MAX_SAFE;
}

function decimalJson(text: string, { target, stringifyWide }: JsonStyle): string {
  const integer = text.includes('.') ? undefined : BigInt(text);
  if (target === 'text') return integer === undefined || isWide(integer) ? `"${text}"` : text;
  if (integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 64n) {
    return stringifyWide && isWide(integer) ? `"${text}"` : text;
  }
  if (stringifyWide && String(Number(text)) !== text) return `"${text}"`;
  return jsonFloatText(Number(text));
}
