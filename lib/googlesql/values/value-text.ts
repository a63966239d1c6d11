/** Values to the texts that CAST AS STRING gives. */

import type { ScalarKind } from '../types/sql-type.ts';
import { bigNumericKind, decimalText, numericKind } from './decimal.ts';
import { dateText, dateTimeText, timestampText, timeText } from './date-time-text.ts';
import { floatText } from './float-text.ts';
import { intervalText } from './interval.ts';
import { isInterval, ValueError, type SqlValue } from './sql-value.ts';
import type { TimeZone } from './time-zone.ts';

/** The text of a scalar value that is not NULL. */
export function textOfValue(value: SqlValue, kind: ScalarKind, zone: TimeZone): string {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return value;
    case 'number':
      return kind === 'DATE' ? dateText(value) : floatText(value);
    case 'bigint':
      return textOfBigint(value, kind, zone);
    default:
      if (isInterval(value)) return intervalText(value);
      if (value instanceof Uint8Array) return utf8Text(value);
      throw new Error(`no ${kind} text of an array or struct`);
  }
}

function textOfBigint(value: bigint, kind: ScalarKind, zone: TimeZone): string {
  switch (kind) {
    case 'NUMERIC':
      return decimalText(value, numericKind);
    case 'BIGNUMERIC':
      return decimalText(value, bigNumericKind);
    case 'TIME':
      return timeText(value);
    case 'DATETIME':
      return dateTimeText(value);
    case 'TIMESTAMP':
      return timestampText(value, zone);
    default:
      return String(value);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as UTF-8. Throws a `ValueError` when they are not. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ValueError('Invalid cast of bytes to UTF8 string');
  }
}
