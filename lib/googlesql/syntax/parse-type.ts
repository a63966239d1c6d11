/** Type names. */

import type { Identifier } from './ast-expression.ts';
import type { TypeArgument, TypeName } from './ast-type.ts';
import type { Cursor } from './cursor.ts';
import { TokenKind } from './token.ts';

/** `INT64`, `STRING(10)`, `ARRAY<…>`, `STRUCT<a INT64, …>`, `RANGE<DATE>`. */
export function parseType(p: Cursor): TypeName {
  return p.nested(() => {
    const { at } = p;
    if (p.accepts('ARRAY')) return { kind: 'array', at, element: parseElementType(p) };
    if (p.accepts('RANGE')) return { kind: 'range', at, element: parseElementType(p) };
    if (p.accepts('STRUCT')) return { kind: 'struct', at, fields: parseFields(p) };
    if (p.accepts('INTERVAL')) return { kind: 'simple', at, name: 'INTERVAL', arguments: [] };
    const name = p
      .list(() => p.identifier().name, '.')
      .join('.')
      .toUpperCase();
    return { kind: 'simple', at, name, arguments: p.accepts('(') ? parseArguments(p) : [] };
  });
}

function parseElementType(p: Cursor): TypeName {
  p.expect('<');
  const element = parseType(p);
  p.expect('>');
  return element;
}

function parseFields(p: Cursor): readonly { readonly name?: Identifier; readonly type: TypeName }[] {
  p.expect('<');
  if (p.accepts('>')) return [];
  const fields = p.list(() => {
    const named = p.seesIdentifier() && !/^[,>(.]$/.test(p.peek(1).word);
    return named ? { name: p.identifier(), type: parseType(p) } : { type: parseType(p) };
  });
  p.expect('>');
  return fields;
}

function parseArguments(p: Cursor): readonly TypeArgument[] {
  const list = p.list(() => {
    const token = p.peek();
    if (token.kind !== TokenKind.integer && token.word !== 'MAX') throw p.unexpected();
    p.next();
    return { text: p.text.slice(token.start, token.end), at: token.start };
  });
  p.expect(')');
  return list;
}
