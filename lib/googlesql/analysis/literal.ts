/** Literals, and what the analyser can know of constants. */

import type { Candidate } from '../types/supertype.ts';
import type { Standing } from '../types/coercion.ts';
import { BOOL, INT64, STRING, type SqlType } from '../types/sql-type.ts';
import type { Expression, LiteralNode } from '../tree/expression.ts';
import type { SqlValue } from '../values/sql-value.ts';

/** A literal as written: it may still take another type. */
export function literal(type: SqlType, value: SqlValue, text?: string): LiteralNode {
  return { kind: 'literal', type, value, untyped: false, flexible: true, ...(text === undefined ? {} : { text }) };
}

/** A constant whose type is settled. */
export function constant(type: SqlType, value: SqlValue): LiteralNode {
  return { kind: 'literal', type, value, untyped: false, flexible: false };
}

/** NULL without a type. */
export const untypedNull: LiteralNode = { kind: 'literal', type: INT64, value: null, untyped: true, flexible: true };

export const trueLiteral: LiteralNode = constant(BOOL, true);

export function stringConstant(text: string): LiteralNode {
  return constant(STRING, text);
}

/** What an expression is, for coercion. */
export function standingOf(expression: Expression): Standing {
  switch (expression.kind) {
    case 'literal':
      return expression.flexible ? 'literal' : 'expression';
    case 'parameter':
      return 'parameter';
    case 'struct':
    case 'array':
      return expression.flexible ? 'literal' : 'expression';
    default:
      return 'expression';
  }
}

export function isUntyped(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.untyped;
}

/** An expression as an input of a supertype. */
export function candidateOf(expression: Expression): Candidate {
  const untyped = isUntyped(expression) || isEmptyArray(expression) || neverYields(expression);
  const candidate = { type: expression.type, standing: standingOf(expression), untyped };
  return expression.kind === 'struct' ? { ...candidate, fields: expression.fields.map(candidateOf) } : candidate;
}

/** ERROR(…), which is of whatever type is wanted where it stands. */
export function neverYields(expression: Expression): boolean {
  return expression.kind === 'call' && expression.definition.name === 'ERROR';
}

/** `[]`, which is of any array type. */
export function isEmptyArray(expression: Expression): boolean {
  return expression.kind === 'array' && expression.elements.length === 0 && expression.flexible;
}
