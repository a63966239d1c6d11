// Owns reading the GoogleSQL type of a declared column: STRING, ARRAY<INT64>, STRUCT<a INT64, b ARRAY<STRING>>.
import { SNAKE_NAME } from '../platform/ids.ts';
import { type Column, COLUMN_TYPES, type ColumnType, type ColumnTypeName } from './column.ts';
import { MAX_RECORD_DEPTH } from './field.ts';

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

/** The type that a text names; undefined when it names none that a table can have: BigQuery has no arrays of arrays. */
export function parseColumnType(text: string): ColumnType | undefined {
  const tokens = text.match(/[A-Za-z_][A-Za-z0-9_]*|[<>,]|\S/g) ?? [];
  const reader: Reader = { tokens, at: 0 };
  const type = readType(reader, 0);
  return reader.at === tokens.length ? type : undefined;
}

function readType(reader: Reader, depth: number): ColumnType | undefined {
  if (depth > MAX_RECORD_DEPTH) return undefined;
  if (!take(reader, 'ARRAY')) return readSingle(reader, depth);
  if (!take(reader, '<')) return undefined;
  const element = readSingle(reader, depth);
  return element !== undefined && take(reader, '>') ? { ...element, repeated: true } : undefined;
}

function readSingle(reader: Reader, depth: number): ColumnType | undefined {
  const name = reader.tokens[reader.at]?.toUpperCase();
  if (name === undefined || !isTypeName(name)) return undefined;
  reader.at += 1;
  if (name !== 'STRUCT') return { type: name, repeated: false };
  const fields = readFields(reader, depth + 1);
  return fields === undefined ? undefined : { type: name, repeated: false, fields };
}

function readFields(reader: Reader, depth: number): readonly Column[] | undefined {
  if (!take(reader, '<')) return undefined;
  const fields: Column[] = [];
  do {
    const name = reader.tokens[reader.at] ?? '';
    reader.at += 1;
    const type = SNAKE_NAME.pattern.test(name) ? readType(reader, depth) : undefined;
    if (type === undefined || fields.some((field) => field.name === name)) return undefined;
    fields.push({ name, ...type });
  } while (take(reader, ','));
  return take(reader, '>') ? fields : undefined;
}

function take(reader: Reader, token: string): boolean {
  const found = reader.tokens[reader.at]?.toUpperCase() === token;
  if (found) reader.at += 1;
  return found;
}

function isTypeName(name: string): name is ColumnTypeName {
  return Object.hasOwn(COLUMN_TYPES, name);
}
