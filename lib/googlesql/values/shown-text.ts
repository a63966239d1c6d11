/** Values as FORMAT's `%t` (readable) and `%T` (a literal) show them. */

import type { ScalarKind, SqlType } from '../types/sql-type.ts';
import { floatTextWithPoint } from './float-text.ts';
import type { SqlValue } from './sql-value.ts';
import { textOfValue } from './value-text.ts';
import type { TimeZone } from './time-zone.ts';

export type ShownForm = 'readable' | 'literal';

/** The value's text. NULL is `NULL`. */
export function shownText(value: SqlValue, type: SqlType, form: ShownForm, zone: TimeZone): string {
  if (value === null) return 'NULL';
  if (type.kind === 'ARRAY') {
    const elements = value as readonly SqlValue[];
    return `[${elements.map((element) => shownText(element, type.element, form, zone)).join(', ')}]`;
  }
  if (type.kind === 'STRUCT') {
    const fields = value as readonly SqlValue[];
    const texts = type.fields.map((field, i) => shownText(fields[i] ?? null, field.type, form, zone));
    return texts.length < 2 ? `STRUCT(${texts.join('')})` : `(${texts.join(', ')})`;
  }
  return form === 'readable' ? readable(value, type.kind, zone) : literalText(value, type.kind, zone);
}

function readable(value: SqlValue, kind: ScalarKind, zone: TimeZone): string {
  if (kind === 'FLOAT64' && typeof value === 'number') return floatTextWithPoint(value);
  if (value instanceof Uint8Array) return escapeBytes(value, '');
  return textOfValue(value, kind, zone);
}

function literalText(value: SqlValue, kind: ScalarKind, zone: TimeZone): string {
  switch (kind) {
    case 'FLOAT64': {
      const text = typeof value === 'number' ? floatTextWithPoint(value) : '';
      return /^-?(?:inf|nan)$/.test(text) ? `CAST("${text}" AS FLOAT64)` : text;
    }
    case 'STRING':
      return quoteString(value as string);
    case 'BYTES':
      return `b${escapeBytes(value as Uint8Array, '"')}`;
    case 'INT64':
    case 'BOOL':
      return textOfValue(value, kind, zone);
    case 'JSON':
      return `JSON ${quoteString(value as string)}`;
    case 'INTERVAL':
      return `INTERVAL "${textOfValue(value, kind, zone)}" YEAR TO SECOND`;
    default:
      return `${kind} "${textOfValue(value, kind, zone)}"`;
  }
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** A string as a GoogleSQL literal; in double quotes unless it holds one and no single quote. */
export function quoteString(text: string): string {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  // Control characters are what is escaped here.
  // oxlint-disable-next-line no-control-regex
  const body = text.replaceAll(/[\u0000-\u001f\u007f\\]|["']/g, (character) => {
    if (character === '"' || character === "'") return character === quote ? `\\${character}` : character;
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `${quote}${body}${quote}`;
}

function escapeBytes(bytes: Uint8Array, quote: string): string {
  let out = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === quote || character === '\\') out += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f) out += character;
    else out += escapes[character] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${quote}${out}${quote}`;
}
