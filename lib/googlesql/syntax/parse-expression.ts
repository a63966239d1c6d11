/** Expressions by precedence climbing; operands are in `parse-primary.ts`. */

import type { BinaryOperator, Collection, Expression } from './ast-expression.ts';
import type { Query } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { parsePrimary } from './parse-primary.ts';
import { continuesQuery, parenthesisedQuery, startsQuery } from './query-start.ts';
import { SqlError } from './sql-error.ts';
import { TokenKind, areAdjacent } from './token.ts';

/**
 * Binding strengths of binary operators, weakest first. Below them come comparisons, NOT, AND and OR, each a rule of
 * its own. Source: GoogleSQL operators, "Operator precedence".
 */
const binaryStrength: ReadonlyMap<string, number> = new Map([
  ['|', 1],
  ['^', 2],
  ['&', 3],
  ['<<', 4],
  ['>>', 4],
  ['+', 5],
  ['-', 5],
  ['*', 6],
  ['/', 6],
  ['||', 6],
]);

const comparisons: ReadonlySet<string> = new Set(['=', '!=', '<>', '<', '<=', '>', '>=']);

/** One expression, as wide as it goes. */
export function parseExpression(p: Cursor): Expression {
  return parseLogical(p, 'OR');
}

function parseLogical(p: Cursor, operator: 'OR' | 'AND'): Expression {
  const operand = (): Expression => (operator === 'OR' ? parseLogical(p, 'AND') : parseNot(p));
  const { at } = p;
  const first = operand();
  if (!p.sees(operator)) return first;
  const operands = [first];
  while (p.accepts(operator)) operands.push(operand());
  return { kind: 'logical', at, operator, operands };
}

function parseNot(p: Cursor): Expression {
  const { at } = p;
  if (!p.accepts('NOT')) return parseComparison(p);
  return { kind: 'unary', at, operator: 'NOT', operand: p.nested(parseNot) };
}

/** An expression that binds more tightly than comparisons: bounds of BETWEEN, patterns of LIKE. */
export function parseTight(p: Cursor): Expression {
  return parseBinary(p, 1);
}

function parseComparison(p: Cursor): Expression {
  const { at } = p;
  const before = p.startChain();
  const left = parseTight(p);
  let result = parseComparisonTail(p, at, left);
  // IS … may follow any comparison; the others do not chain.
  while (result !== undefined && p.sees('IS')) {
    p.link();
    result = parseIs(p, at, result);
  }
  p.endChain(before);
  if (result === undefined) return left;
  if (isComparisonNext(p)) throw p.unexpected();
  return result;
}

function isComparisonNext(p: Cursor): boolean {
  return comparisons.has(p.peek().word) || p.sees('LIKE') || p.sees('IN') || p.sees('BETWEEN');
}

function parseComparisonTail(p: Cursor, at: number, left: Expression): Expression | undefined {
  const token = p.peek();
  if (token.kind === TokenKind.symbol) {
    if (!comparisons.has(token.word) || closesType(p)) return undefined;
    p.next();
    return {
      kind: 'binary',
      at,
      operator: token.word as BinaryOperator,
      operatorAt: token.start,
      left,
      right: parseTight(p),
    };
  }
  if (p.sees('IS')) return parseIs(p, at, left);
  const negated = p.sees('NOT') && /^(?:LIKE|IN|BETWEEN)$/.test(p.peek(1).word);
  if (negated) p.next();
  if (p.accepts('BETWEEN')) {
    const low = parseTight(p);
    p.expect('AND');
    return { kind: 'between', at, operand: left, low, high: parseTight(p), negated };
  }
  if (p.accepts('IN')) return { kind: 'in', at, operand: left, collection: parseCollection(p), negated };
  if (p.accepts('LIKE')) return parseLike(p, { at, left, negated });
  return undefined;
}

/** `>` next to `>` is a shift, which binds more tightly and has been taken already. */
function closesType(p: Cursor): boolean {
  return p.sees('>', '>') && areAdjacent(p.peek(), p.peek(1));
}

function parseIs(p: Cursor, at: number, operand: Expression): Expression {
  p.expect('IS');
  const negated = p.accepts('NOT');
  if (p.accepts('DISTINCT')) {
    p.expect('FROM');
    return { kind: 'isDistinct', at, left: operand, right: parseTight(p), negated };
  }
  for (const test of ['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const) {
    if (p.accepts(test)) return { kind: 'is', at, operand, test, negated };
  }
  throw p.unexpected();
}

function parseLike(
  p: Cursor,
  { at, left, negated }: { readonly at: number; readonly left: Expression; readonly negated: boolean },
): Expression {
  const quantifier = p.accepts('ANY') || p.accepts('SOME') ? 'ANY' : p.accepts('ALL') ? 'ALL' : undefined;
  if (quantifier === undefined) return { kind: 'like', at, operand: left, pattern: parseTight(p), negated };
  return { kind: 'quantifiedLike', at, operand: left, quantifier, collection: parseCollection(p), negated };
}

/** What stands to the right of IN: a list, a query or UNNEST. */
function parseCollection(p: Cursor): Collection {
  if (p.accepts('UNNEST')) {
    p.expect('(');
    const array = p.expression();
    p.expect(')');
    return { kind: 'unnest', array };
  }
  p.expect('(');
  if (startsQuery(p)) return closeQuery(p, p.query());
  const items = p.list(() => p.expression());
  const [first] = items;
  if (items.length === 1 && first !== undefined) {
    const query = parenthesisedQuery(first);
    if (query !== undefined) return closeQuery(p, continuesQuery(p) ? p.queryAfter(query) : query);
  }
  p.expect(')');
  return { kind: 'list', items };
}

function closeQuery(p: Cursor, query: Query): Collection {
  p.expect(')');
  return { kind: 'query', query };
}

function parseBinary(p: Cursor, weakest: number): Expression {
  const { at } = p;
  const before = p.startChain();
  let left = parseUnary(p);
  for (;;) {
    const operator = binaryOperator(p);
    const strength = operator === undefined ? 0 : (binaryStrength.get(operator) ?? 0);
    if (operator === undefined || strength < weakest) {
      p.endChain(before);
      return left;
    }
    p.link();
    const operatorAt = p.next().start;
    if (operator === '>>') p.next();
    const right = parseBinary(p, strength + 1);
    left = { kind: 'binary', at, operator, operatorAt, left, right };
  }
}

function binaryOperator(p: Cursor): BinaryOperator | undefined {
  const { kind, word } = p.peek();
  if (kind !== TokenKind.symbol) return undefined;
  if (word === '>') return closesType(p) ? '>>' : undefined;
  return binaryStrength.has(word) ? (word as BinaryOperator) : undefined;
}

function parseUnary(p: Cursor): Expression {
  const { at } = p;
  const { word } = p.peek();
  if (word === '-' || word === '+' || word === '~') {
    p.next();
    return { kind: 'unary', at, operator: word, operand: p.nested(parseUnary) };
  }
  if (word === 'NOT') throw new SqlError('Syntax error: Unexpected keyword NOT', at);
  return parsePrimary(p);
}
