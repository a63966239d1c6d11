/** CAST, SAFE_CAST, and literals with a type in front. */

import type {
  CastExpression,
  Expression as AstExpression,
  FormatClause,
  TypedLiteral,
} from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, LiteralNode } from '../tree/expression.ts';
import { isCastable } from '../types/coercion.ts';
import { scalarTypes, STRING, typeName, withoutParameters, type SqlType, type TypeKind } from '../types/sql-type.ts';
import { resolveTypeName } from '../types/type-name.ts';
import { floatText } from '../values/float-text.ts';
import { quoteString } from '../values/shown-text.ts';
import { ValueError } from '../values/sql-value.ts';
import { valueOfText } from '../values/text-value.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';
import { constant, isUntyped } from './literal.ts';

/** `CAST(x AS type)`. */
export function resolveCast(node: CastExpression, scope: ExpressionScope): Expression {
  const operand = scope.analysis.resolve.expression(node.operand, scope);
  const type = resolveTypeName(node.type);
  if (node.format !== undefined) return resolveFormattedCast(node, node.format, operand, scope);
  if (isUntyped(operand)) return constant(withoutParameters(type), null);
  if (isUntypedArray(operand) && type.kind === 'ARRAY') return constant(withoutParameters(type), []);
  if (!isCastable(operand.type, type)) {
    throw new SqlError(`Invalid cast from ${typeName(operand.type)} to ${typeName(type)}`, node.operand.at);
  }
  return foldCast(operand, type, node, scope) ?? { kind: 'cast', type, operand, safe: node.safe };
}

/** `CAST(x AS type FORMAT model [AT TIME ZONE zone])`. Source: GoogleSQL "Format clause for CAST". */
function resolveFormattedCast(
  node: CastExpression,
  { at, model, timeZone }: FormatClause,
  operand: Expression,
  scope: ExpressionScope,
): Expression {
  const type = resolveTypeName(node.type);
  if (isUntyped(operand)) return constant(withoutParameters(type), null);
  const what = `for cast from ${typeName(operand.type)} to ${typeName(type)}`;
  if (!takesFormat(operand.type, type)) throw new SqlError(`FORMAT is not allowed ${what}`, at);
  const format = resolveText(model, 'FORMAT expression', scope);
  if (timeZone === undefined) return { kind: 'cast', type, operand, safe: node.safe, format };
  if (operand.type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP') {
    throw new SqlError(`AT TIME ZONE is not allowed ${what}`, timeZone.at);
  }
  const zone = resolveText(timeZone, 'AT TIME ZONE expression', scope);
  return { kind: 'cast', type, operand, safe: node.safe, format, timeZone: zone };
}

const readByFormat: ReadonlySet<TypeKind> = new Set(['BYTES', 'DATE', 'TIME', 'DATETIME', 'TIMESTAMP']);
const writtenByFormat: ReadonlySet<TypeKind> = new Set([
  ...readByFormat,
  ...(['INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'] as const),
]);

function takesFormat(from: SqlType, to: SqlType): boolean {
  return to.kind === 'STRING' ? writtenByFormat.has(from.kind) : from.kind === 'STRING' && readByFormat.has(to.kind);
}

/** A STRING operand of the clause. */
function resolveText(node: AstExpression, what: string, scope: ExpressionScope): Expression {
  const text = scope.analysis.resolve.expression(node, scope);
  if (!coerces(text, STRING)) {
    throw new SqlError(`${what} should return type STRING, but returns ${typeName(text.type)}`, node.at);
  }
  return coerce(text, STRING, { at: node.at, timeZone: scope.analysis.options.timeZone });
}

function isUntypedArray(operand: Expression): boolean {
  return operand.kind === 'array' && operand.flexible && operand.elements.length === 0;
}

/** A quoted literal is converted now, so that a wrong one is refused with its place. */
function foldCast(
  operand: Expression,
  type: SqlType,
  node: CastExpression,
  scope: ExpressionScope,
): Expression | undefined {
  if (operand.kind !== 'literal') return undefined;
  checkRange(operand, type, node);
  if (typeof operand.value !== 'string' || operand.type.kind !== 'STRING') return undefined;
  if (type.kind === 'ARRAY' || type.kind === 'STRUCT' || type.parameters !== undefined) return undefined;
  try {
    return constant(type, valueOfText(operand.value, type.kind, scope.analysis.options.timeZone));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    if (node.safe) return constant(type, null);
    throw new SqlError(`Could not cast literal "${operand.value}" to type ${typeName(type)}`, node.operand.at);
  }
}

/** A float that is written out must fit the integers it is cast to. */
function checkRange({ value, flexible }: LiteralNode, type: SqlType, node: CastExpression): void {
  if (type.kind !== 'INT64' || !flexible || node.safe || typeof value !== 'number') return;
  if (value >= -INT64_BOUND && value < INT64_BOUND) return;
  throw new SqlError(`Could not cast literal ${floatText(value)} to type INT64`, node.operand.at);
}

const INT64_BOUND = 2 ** 63;

/** `DATE '2026-08-01'`, `NUMERIC '1.5'`, `JSON '{}'`. */
export function resolveTypedLiteral(node: TypedLiteral, scope: ExpressionScope): Expression {
  try {
    return constant(
      scalarTypes[node.typeName],
      valueOfText(node.value, node.typeName, scope.analysis.options.timeZone),
    );
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new SqlError(`Invalid ${node.typeName} literal${whyInvalid(node, error)}`, node.at);
  }
}

/** Google shows numbers that it cannot read, and says what JSON lacks; of dates and times it says nothing. */
function whyInvalid({ typeName, value }: TypedLiteral, error: ValueError): string {
  if (typeName === 'JSON') return `: ${error.message}`;
  return typeName === 'NUMERIC' || typeName === 'BIGNUMERIC' ? `: ${quoteString(value)}` : '';
}
