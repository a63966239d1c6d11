/** Takes typed expressions to the types that are wanted of them: literals are converted now, the rest gets a cast. */

import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, LiteralNode } from '../tree/expression.ts';
import { coercionCost } from '../types/coercion.ts';
import { equivalentTypes, typeName, type ScalarKind, type ScalarType, type SqlType } from '../types/sql-type.ts';
import { MICROS_PER_DAY } from '../values/civil.ts';
import {
  bigNumericKind,
  decimalOfFloat,
  floatOfDecimal,
  numericKind,
  parseDecimal,
  type DecimalKind,
} from '../values/decimal.ts';
import { ValueError, type SqlValue } from '../values/sql-value.ts';
import { valueOfText } from '../values/text-value.ts';
import type { TimeZone } from '../values/time-zone.ts';
import { constant, isUntyped, neverYields, standingOf } from './literal.ts';

/** Where and how a coercion happens. */
export interface CoercionPlace {
  readonly at: number;
  readonly timeZone: TimeZone;
}

/** Whether the expression can be taken to the type without CAST. */
export function coerces(expression: Expression, type: SqlType): boolean {
  if (isUntyped(expression) || neverYields(expression)) return true;
  if (coercionCost(expression.type, type, standingOf(expression)) !== undefined) return true;
  if (expression.kind === 'struct' && type.kind === 'STRUCT' && expression.fields.length === type.fields.length) {
    return type.fields.every((field, i) => fieldCoerces(expression.fields[i], field.type));
  }
  // An array that is written out is what its elements are; one without elements is of any type.
  if (expression.kind !== 'array' || type.kind !== 'ARRAY') return false;
  return expression.elements.every((element) => writtenKinds.has(element.kind) && coerces(element, type.element));
}

const writtenKinds: ReadonlySet<Expression['kind']> = new Set(['literal', 'struct', 'array']);

function fieldCoerces(field: Expression | undefined, type: SqlType): boolean {
  return field !== undefined && coerces(field, type);
}

/** The expression as that type; the caller has seen that it coerces. Throws when a literal's value does not fit. */
export function coerce(expression: Expression, type: SqlType, place: CoercionPlace): Expression {
  if (expression.kind === 'literal') return coerceLiteral(expression, type, place);
  if (neverYields(expression)) return { ...expression, type };
  if (equivalentTypes(expression.type, type)) return withType(expression, type);
  if (expression.kind === 'struct' && type.kind === 'STRUCT') {
    const fields = expression.fields.map((field, i) => coerce(field, type.fields[i]?.type ?? field.type, place));
    return { ...expression, type, fields };
  }
  if (expression.kind === 'array' && type.kind === 'ARRAY') {
    return {
      ...expression,
      type,
      elements: expression.elements.map((element) => coerce(element, type.element, place)),
    };
  }
  return { kind: 'cast', type, operand: expression, safe: false };
}

/** The same value under another struct type's field names. */
function withType(expression: Expression, type: SqlType): Expression {
  return type.kind === 'STRUCT' || type.kind === 'ARRAY' ? { ...expression, type } : expression;
}

function coerceLiteral(literal: LiteralNode, type: SqlType, place: CoercionPlace): LiteralNode {
  if (literal.value === null) return { ...literal, type, untyped: false };
  if (equivalentTypes(literal.type, type)) return { ...literal, type };
  if (type.kind === 'ARRAY' || type.kind === 'STRUCT') return { ...literal, type, untyped: false };
  return constant(type, convertLiteral(literal, type, place));
}

function convertLiteral(literal: LiteralNode, type: ScalarType, place: CoercionPlace): SqlValue {
  const { value } = literal;
  if (typeof value === 'string') return readText(value, type.kind, place);
  const converted = conversions[`${literal.type.kind} ${type.kind}`]?.(literal);
  if (converted !== undefined) return converted;
  const shown = typeof value === 'bigint' || typeof value === 'number' ? String(value) : typeName(literal.type);
  throw new SqlError(`Could not cast literal ${shown} to type ${typeName(type)}`, place.at);
}

function readText(text: string, kind: ScalarKind, place: CoercionPlace): SqlValue {
  try {
    return valueOfText(text, kind, place.timeZone);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new SqlError(`Could not cast literal "${text}" to type ${kind}`, place.at);
  }
}

const ofInteger =
  (convert: (value: bigint) => SqlValue) =>
  ({ value }: LiteralNode): SqlValue | undefined =>
    typeof value === 'bigint' ? convert(value) : undefined;

/** A float literal becomes a decimal from its digits, without passing through a double. */
const toDecimal =
  (kind: DecimalKind) =>
  ({ value, text }: LiteralNode): SqlValue | undefined => {
    if (text !== undefined) return parseDecimal(text, kind);
    return typeof value === 'number' ? decimalOfFloat(value, kind) : undefined;
  };

/** How a literal of one type becomes another, by the two kinds. */
const conversions: Readonly<Record<string, (literal: LiteralNode) => SqlValue | undefined>> = {
  'INT64 NUMERIC': ofInteger((value) => value * numericKind.one),
  'INT64 BIGNUMERIC': ofInteger((value) => value * bigNumericKind.one),
  'INT64 FLOAT64': ofInteger(Number),
  'NUMERIC BIGNUMERIC': ofInteger((value) => value * (bigNumericKind.one / numericKind.one)),
  'NUMERIC FLOAT64': ofInteger((value) => floatOfDecimal(value, numericKind)),
  'BIGNUMERIC FLOAT64': ofInteger((value) => floatOfDecimal(value, bigNumericKind)),
  'FLOAT64 NUMERIC': toDecimal(numericKind),
  'FLOAT64 BIGNUMERIC': toDecimal(bigNumericKind),
  'DATE DATETIME': ({ value }) => (typeof value === 'number' ? BigInt(value) * MICROS_PER_DAY : undefined),
};
