/** Values of a result as they are compared and shown. */

import type { SqlType } from '../types/sql-type.ts';
import { quoteString, shownText } from '../values/shown-text.ts';
import type { SqlValue } from '../values/sql-value.ts';
import { timeZone } from '../values/time-zone.ts';

/** One value of a row. */
export interface Cell {
  /** The same for equal values of a type, and for no others. */
  readonly key: string;
  /** For people. */
  readonly text: string;
}

const utc = timeZone('UTC');

/** Sums of floats depend on the order in which they are added, which no query fixes. */
const FLOAT_DIGITS = 12;

/** The cell of a value. */
export function cellOf(value: SqlValue, type: SqlType): Cell {
  return { key: keyOf(value, type), text: textOf(value, type) };
}

function keyOf(value: SqlValue, type: SqlType): string {
  if (value === null) return 'NULL';
  if (type.kind === 'ARRAY') {
    return `[${(value as readonly SqlValue[]).map((element) => keyOf(element, type.element)).join(', ')}]`;
  }
  if (type.kind === 'STRUCT') {
    const fields = value as readonly SqlValue[];
    return `(${type.fields.map((field, i) => keyOf(fields[i] ?? null, field.type)).join(', ')})`;
  }
  // Minus zero equals zero.
  if (typeof value === 'number' && type.kind === 'FLOAT64') return String(Number(value.toPrecision(FLOAT_DIGITS)) + 0);
  return shownText(value, type, 'literal', utc);
}

/** Texts that people would not see, or would take for something else. */
const UNCLEAR = /^$|^\s|\s$|[\n\r\t"]|^NULL$/;

function textOf(value: SqlValue, type: SqlType): string {
  if (typeof value === 'string' && type.kind === 'STRING') return UNCLEAR.test(value) ? quoteString(value) : value;
  return shownText(value, type, type.kind === 'ARRAY' || type.kind === 'STRUCT' ? 'literal' : 'readable', utc);
}
