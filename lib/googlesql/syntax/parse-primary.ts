/** Operands: literals, names, calls, subqueries, and what may follow them (`.field`, `[index]`). */

import type { ArrayExpression, Expression, PathName, TypedLiteral } from './ast-expression.ts';
import type { Query } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { SqlError } from './sql-error.ts';
import { parseCall } from './parse-call.ts';
import { parseCase, parseCast, parseExtract, parseInterval, parseWith } from './parse-special.ts';
import { parseType } from './parse-type.ts';
import { continuedQuery, startsQuery } from './query-start.ts';
import { TokenKind } from './token.ts';
import { unescapeBytes, unescapeString } from './unescape.ts';

/** An operand with its fields and indexes. */
export function parsePrimary(p: Cursor): Expression {
  const { at } = p;
  const before = p.startChain();
  let base = parseOperand(p);
  for (;;) {
    if (p.sees('.') && p.peek(1).word !== '*') {
      p.next();
      base = { kind: 'field', at, base, name: p.fieldName() };
    } else if (p.accepts('[')) {
      const index = p.expression();
      p.expect(']');
      base = { kind: 'index', at, base, index };
    } else {
      p.endChain(before);
      return base;
    }
    p.link();
  }
}

function parseOperand(p: Cursor): Expression {
  const token = p.peek();
  switch (token.kind) {
    case TokenKind.integer:
    case TokenKind.float: {
      p.next();
      const text = p.text.slice(token.start, token.end);
      return { kind: token.kind === TokenKind.integer ? 'int' : 'float', at: token.start, text };
    }
    case TokenKind.string:
      return { kind: 'string', at: token.start, value: p.stringLiteral() };
    case TokenKind.bytes:
      p.next();
      return { kind: 'bytes', at: token.start, value: unescapeBytes(p.text, token.start, token.end) };
    case TokenKind.quotedName:
      return parseName(p);
    case TokenKind.word:
      return parseWord(p);
    case TokenKind.symbol:
      return parseSymbol(p);
    default:
      throw p.unexpected();
  }
}

function parseSymbol(p: Cursor): Expression {
  const { at } = p;
  if (p.sees('(')) return parseParenthesised(p);
  if (p.accepts('[')) return parseElements(p, at);
  if (p.accepts('?')) return { kind: 'parameter', at, position: p.nextPositionalParameter() };
  if (p.accepts('@')) return { kind: 'parameter', at, name: p.fieldName().name };
  if (p.accepts('@@')) return { kind: 'systemVariable', at, path: parsePath(p) };
  throw p.unexpected();
}

type WordRule = (p: Cursor) => Expression;

/** Operands that start with a reserved word. */
const reservedRules: ReadonlyMap<string, WordRule> = new Map(
  Object.entries<WordRule>({
    NULL: (p) => ({ kind: 'null', at: p.next().start }),
    TRUE: (p) => ({ kind: 'bool', at: p.next().start, value: true }),
    FALSE: (p) => ({ kind: 'bool', at: p.next().start, value: false }),
    CASE: parseCase,
    CAST: parseCast,
    SAFE_CAST: parseCast,
    EXTRACT: parseExtract,
    INTERVAL: parseInterval,
    ARRAY: parseArray,
    STRUCT: parseStruct,
    EXISTS: parseExists,
    WITH: parseWith,
    IF: parseReservedCall,
    LEFT: parseReservedCall,
    RIGHT: parseReservedCall,
    GROUPING: parseReservedCall,
    HASH: parseReservedCall,
    COLLATE: parseReservedCall,
    RANGE: parseRange,
  }),
);

const typedLiterals: ReadonlyMap<string, TypedLiteral['typeName']> = new Map(
  Object.entries<TypedLiteral['typeName']>({
    DATE: 'DATE',
    TIME: 'TIME',
    DATETIME: 'DATETIME',
    TIMESTAMP: 'TIMESTAMP',
    NUMERIC: 'NUMERIC',
    DECIMAL: 'NUMERIC',
    BIGNUMERIC: 'BIGNUMERIC',
    BIGDECIMAL: 'BIGNUMERIC',
    JSON: 'JSON',
  }),
);

function parseWord(p: Cursor): Expression {
  const { word } = p.peek();
  const rule = reservedRules.get(word);
  if (rule !== undefined && (word !== 'SAFE_CAST' || p.peek(1).word === '(')) return rule(p);
  const typeName = p.peek(1).kind === TokenKind.string ? typedLiterals.get(word) : undefined;
  if (typeName !== undefined) return parseTypedLiteral(p, typeName);
  return parseName(p);
}

function parseTypedLiteral(p: Cursor, typeName: TypedLiteral['typeName']): Expression {
  const at = p.next().start;
  const quoted = p.next();
  const value = unescapeString(p.text, quoted.start, quoted.end);
  return { kind: 'typedLiteral', at, typeName, value, valueAt: quoted.start };
}

function parseReservedCall(p: Cursor): Expression {
  if (p.peek(1).word !== '(') throw p.unexpected();
  return parseCall(p, [p.fieldName()]);
}

/** `RANGE(…)`, or a literal `RANGE<DATE> '…'`, whose type the analyser does not have. */
function parseRange(p: Cursor): Expression {
  if (p.peek(1).word === '<') throw new SqlError('Type RANGE is not supported locally', p.at, 'notImplemented');
  return parseReservedCall(p);
}

/** A path, a call of the function that a path names, or a lambda. */
function parseName(p: Cursor): Expression {
  const { at } = p;
  const path = parsePath(p);
  if (p.sees('(')) return parseCall(p, path);
  if (p.sees('->') && path.length === 1) {
    p.next();
    return { kind: 'lambda', at, parameters: path, body: p.expression() };
  }
  // Every name behind the first may be a field of what stands before it.
  for (let i = 1; i < path.length; i++) p.link();
  return { kind: 'path', at, path };
}

/** `name.name.name`. */
export function parsePath(p: Cursor): PathName {
  const path = [p.identifier()];
  while (p.sees('.') && p.peek(1).word !== '*') {
    const after = p.peek(1);
    if (after.kind !== TokenKind.word && after.kind !== TokenKind.quotedName) break;
    p.next();
    path.push(p.fieldName());
  }
  return path;
}

function parseParenthesised(p: Cursor): Expression {
  const at = p.expect('(').start;
  if (startsQuery(p)) return closeSubquery(p, at, p.query());
  const first = p.expression();
  const continued = continuedQuery(p, first);
  if (continued !== undefined) return closeSubquery(p, at, p.queryAfter(continued));
  if (p.accepts(')')) return first;
  if (!p.sees(',')) throw p.unexpected('")"');
  const fields = [{ value: first }];
  while (p.accepts(',')) fields.push({ value: p.expression() });
  p.expect(')');
  return { kind: 'struct', at, tuple: true, fields };
}

function closeSubquery(p: Cursor, at: number, query: Query): Expression {
  p.expect(')');
  return { kind: 'subquery', at, form: 'SCALAR', query };
}

function parseElements(p: Cursor, at: number): ArrayExpression {
  const elements = p.sees(']') ? [] : p.list(() => p.expression());
  p.expect(']');
  return { kind: 'array', at, elements };
}

function parseArray(p: Cursor): Expression {
  const { at } = p;
  if (p.peek(1).word === '(') {
    p.next();
    p.next();
    const query = p.query();
    p.expect(')');
    return { kind: 'subquery', at, form: 'ARRAY', query };
  }
  if (p.peek(1).word === '<') {
    const type = parseType(p);
    p.expect('[');
    const parsed = parseElements(p, at);
    return type.kind === 'array' ? { ...parsed, elementType: type.element } : parsed;
  }
  p.next();
  p.expect('[');
  return parseElements(p, at);
}

function parseStruct(p: Cursor): Expression {
  const { at } = p;
  const type = p.peek(1).word === '<' ? parseType(p) : undefined;
  if (type === undefined) p.next();
  p.expect('(');
  const field = (): { value: Expression; alias?: { name: string; at: number } } => {
    const value = p.expression();
    return p.accepts('AS') ? { value, alias: p.identifier() } : { value };
  };
  const fields = p.sees(')') ? [] : p.list(field);
  p.expect(')');
  return type === undefined
    ? { kind: 'struct', at, tuple: false, fields }
    : { kind: 'struct', at, tuple: false, type, fields };
}

function parseExists(p: Cursor): Expression {
  const at = p.next().start;
  p.expect('(');
  const query = p.query();
  p.expect(')');
  return { kind: 'subquery', at, form: 'EXISTS', query };
}
