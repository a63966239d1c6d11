/** Operands with a grammar of their own: CASE, CAST, EXTRACT, INTERVAL, WITH expressions. */

import type { Expression, FormatClause, Identifier } from './ast-expression.ts';
import type { Cursor } from './cursor.ts';
import { parseType } from './parse-type.ts';

/** `CASE [operand] WHEN … THEN … [ELSE …] END`. */
export function parseCase(p: Cursor): Expression {
  const at = p.expect('CASE').start;
  const operand = p.sees('WHEN') ? undefined : p.expression();
  const branches: { when: Expression; result: Expression }[] = [];
  do {
    p.expect('WHEN');
    const when = p.expression();
    p.expect('THEN');
    branches.push({ when, result: p.expression() });
  } while (p.sees('WHEN'));
  const otherwise = p.accepts('ELSE') ? p.expression() : undefined;
  p.expect('END');
  return {
    kind: 'case',
    at,
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

/** `CAST(operand AS type [FORMAT … [AT TIME ZONE …]])`, also SAFE_CAST. */
export function parseCast(p: Cursor): Expression {
  const { start: at, word } = p.next();
  p.expect('(');
  const operand = p.expression();
  p.expect('AS');
  const type = parseType(p);
  const format = p.sees('FORMAT') ? parseFormatClause(p) : undefined;
  p.expect(')');
  return { kind: 'cast', at, operand, type, safe: word === 'SAFE_CAST', ...(format === undefined ? {} : { format }) };
}

function parseFormatClause(p: Cursor): FormatClause {
  const at = p.expect('FORMAT').start;
  const model = p.expression();
  return p.accepts('AT', 'TIME', 'ZONE') ? { at, model, timeZone: p.expression() } : { at, model };
}

/** `EXTRACT(part FROM operand [AT TIME ZONE …])`. */
export function parseExtract(p: Cursor): Expression {
  const at = p.expect('EXTRACT').start;
  p.expect('(');
  const part = p.expression();
  p.expect('FROM');
  const operand = p.expression();
  const timeZone = p.accepts('AT', 'TIME', 'ZONE') ? p.expression() : undefined;
  p.expect(')');
  return { kind: 'extract', at, part, operand, ...(timeZone === undefined ? {} : { timeZone }) };
}

/** `INTERVAL value part [TO part]`. */
export function parseInterval(p: Cursor): Expression {
  const at = p.expect('INTERVAL').start;
  const value = p.expression();
  const part = p.identifier();
  const to = p.accepts('TO') ? p.identifier() : undefined;
  return { kind: 'interval', at, value, part, ...(to === undefined ? {} : { to }) };
}

/** `WITH(name AS value, …, body)`. */
export function parseWith(p: Cursor): Expression {
  const at = p.expect('WITH').start;
  p.expect('(');
  const bindings: { name: Identifier; value: Expression }[] = [];
  while (p.seesIdentifier() && p.peek(1).word === 'AS') {
    const name = p.identifier();
    p.expect('AS');
    bindings.push({ name, value: p.expression() });
    p.expect(',');
  }
  if (bindings.length === 0) throw p.unexpected();
  const body = p.expression();
  p.expect(')');
  return { kind: 'with', at, bindings, body };
}
