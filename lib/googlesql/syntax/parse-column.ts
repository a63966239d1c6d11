/** Column definitions and OPTIONS of DDL. */

import type { TypeName } from './ast-type.ts';
import type { ColumnDefinition, ColumnType, Options } from './ast-statement.ts';
import type { Cursor } from './cursor.ts';
import { parseType } from './parse-type.ts';
import { SqlError } from './sql-error.ts';

/** `OPTIONS (name = value, …)`, or nothing. */
export function parseOptions(p: Cursor): Options {
  return p.accepts('OPTIONS') ? parseOptionList(p) : [];
}

/** `(name = value, …)`. */
export function parseOptionList(p: Cursor): Options {
  p.expect('(');
  if (p.accepts(')')) return [];
  const options = p.list(() => {
    const name = p.identifier();
    p.expect('=');
    return { name, value: p.expression() };
  });
  p.expect(')');
  return options;
}

/** A table's element list: columns, and key constraints as their text. */
export function parseTableElements(p: Cursor): {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly string[];
} {
  const columns: ColumnDefinition[] = [];
  const constraints: string[] = [];
  p.expect('(');
  while (!p.sees(')')) {
    if (startsConstraint(p)) constraints.push(parseConstraint(p));
    else columns.push(parseColumn(p));
    if (!p.accepts(',')) break;
  }
  p.expect(')');
  return { columns, constraints };
}

function startsConstraint(p: Cursor): boolean {
  return p.sees('PRIMARY', 'KEY') || p.sees('FOREIGN', 'KEY') || p.sees('CONSTRAINT');
}

/** Keys are never enforced by BigQuery: `PRIMARY KEY (a) NOT ENFORCED`. */
function parseConstraint(p: Cursor): string {
  const from = p.at;
  let depth = 0;
  while (depth > 0 || (!p.sees(',') && !p.sees(')'))) {
    if (p.sees('(')) depth++;
    if (p.sees(')')) depth--;
    if (p.next().word === '') {
      if (p.peek().start === p.peek().end) throw p.unexpected('")"');
    }
  }
  const text = p.text.slice(from, p.end);
  if (!/NOT\s+ENFORCED$/i.test(text)) {
    throw new SqlError('Enforced constraints are not supported; use NOT ENFORCED', from);
  }
  return text;
}

/** `name type [DEFAULT …] [NOT NULL] [OPTIONS …]`. */
export function parseColumn(p: Cursor): ColumnDefinition {
  const name = p.identifier();
  const type = parseColumnType(p);
  const attributes = parseAttributes(p);
  return { name, type, ...attributes, options: parseOptions(p) };
}

function parseAttributes(p: Cursor): Pick<ColumnDefinition, 'notNull' | 'default'> {
  let notNull = false;
  let expression: ColumnDefinition['default'];
  for (;;) {
    if (p.accepts('NOT', 'NULL')) notNull = true;
    else if (p.accepts('DEFAULT')) expression = parseDefault(p);
    else if (p.accepts('PRIMARY', 'KEY')) p.expectAll('NOT', 'ENFORCED');
    else if (p.sees('COLLATE')) throw new SqlError('COLLATE is not supported locally', p.at, 'notImplemented');
    else break;
  }
  return { notNull, ...(expression === undefined ? {} : { default: expression }) };
}

/** An expression with its text, which is what a table stores. */
export function parseDefault(p: Cursor): NonNullable<ColumnDefinition['default']> {
  const from = p.at;
  const value = p.expression();
  return { value, text: p.text.slice(from, p.end) };
}

/** A column's type: like a type name, but fields of a STRUCT may be NOT NULL and have options. */
function parseColumnType(p: Cursor): ColumnType {
  const { at } = p;
  if (p.sees('STRUCT', '<')) return { kind: 'struct', at, fields: parseStructFields(p) };
  if (p.sees('ARRAY', '<', 'STRUCT')) {
    p.next();
    p.next();
    const element = parseColumnType(p);
    p.expect('>');
    return { kind: 'array', at, element };
  }
  const type: TypeName = parseType(p);
  return { kind: 'type', type };
}

function parseStructFields(p: Cursor): readonly ColumnDefinition[] {
  return p.nested(() => {
    p.next();
    p.next();
    const fields = p.list(() => parseColumn(p));
    p.expect('>');
    return fields;
  });
}
