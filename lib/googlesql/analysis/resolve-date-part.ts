/** Expressions with date parts: EXTRACT and INTERVAL. */

import type { ExtractExpression, Identifier, IntervalExpression } from '../syntax/ast-expression.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { INT64, INTERVAL, STRING, typeName } from '../types/sql-type.ts';
import { intervalOf, intervalParts, parseIntervalRange, type IntervalPart } from '../values/interval.ts';
import { ValueError, type IntervalValue } from '../values/sql-value.ts';
import { callBuiltin } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import type { ExpressionScope } from './context.ts';
import { datePartOf, partNode } from './date-part.ts';
import { constant } from './literal.ts';

/** Parts whose value is not a number have functions of their own. */
const typedParts: ReadonlySet<string> = new Set(['DATE', 'TIME', 'DATETIME']);

/** `EXTRACT(part FROM x [AT TIME ZONE zone])`. */
export function resolveExtract(node: ExtractExpression, scope: ExpressionScope): Expression {
  const part = datePartOf(node.part);
  if (part === undefined) throw new SqlError('A valid date part name is required', node.part.at);
  const operand = scope.analysis.resolve.expression(node.operand, scope);
  const zone = node.timeZone === undefined ? [] : [scope.analysis.resolve.expression(node.timeZone, scope)];
  if (zone.length > 0 && operand.type.kind !== 'TIMESTAMP') {
    throw new SqlError(
      `EXTRACT from ${typeName(operand.type)} does not support AT TIME ZONE`,
      node.timeZone?.at ?? node.at,
    );
  }
  const details = { at: node.at, shownAs: 'EXTRACT' };
  if (typedParts.has(part.part)) {
    return callBuiltin(scope.analysis, `EXTRACT ${part.part}`, [operand, ...zone], details);
  }
  return callBuiltin(scope.analysis, 'EXTRACT', [part, operand, ...zone], details);
}

/** `INTERVAL value part [TO part]` as a value. */
export function resolveInterval(node: IntervalExpression, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(node.value, scope);
  const part = node.part.name.toUpperCase();
  if (node.to !== undefined || value.type.kind === 'STRING') return intervalLiteral(value, node);
  if (!coerces(value, INT64)) {
    throw new SqlError(`Interval value must be coercible to INT64 type`, node.value.at);
  }
  const count = coerce(value, INT64, { at: node.value.at, timeZone: scope.analysis.options.timeZone });
  if (count.kind === 'literal' && typeof count.value === 'bigint') {
    const whole = count.value;
    return checked(() => intervalOf(whole, part), node.at);
  }
  return callBuiltin(scope.analysis, 'INTERVAL', [count, partNode(part)], { at: node.at });
}

function intervalLiteral(value: Expression, node: IntervalExpression): Expression {
  if (value.kind !== 'literal' || typeof value.value !== 'string') {
    throw new SqlError('Interval value must be a string literal', node.value.at);
  }
  const text = value.value;
  const from = rangePart(node.part);
  const to = node.to === undefined ? from : rangePart(node.to);
  if (node.to === undefined) return checked(() => parseSingle(text, from), node.at);
  return checked(() => parseIntervalRange(text, from, to), node.at);
}

/** `INTERVAL '3' DAY`; seconds may have a fraction. */
function parseSingle(text: string, part: IntervalPart): IntervalValue {
  const match = /^([-+]?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null || (match[3] !== undefined && part !== 'SECOND'))
    throw new ValueError(`Invalid INTERVAL value '${text}'`);
  const [, sign = '', whole = '0', fraction = ''] = match;
  const negative = sign === '-' ? -1n : 1n;
  if (part !== 'SECOND') return intervalOf(negative * BigInt(whole), part);
  return intervalOf(negative * (BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))), 'MICROSECOND');
}

function rangePart(name: Identifier): IntervalPart {
  const part = intervalParts.find((one) => one === name.name.toUpperCase());
  if (part === undefined) throw new SqlError(`Invalid interval datetime field ${name.name.toUpperCase()}`, name.at);
  return part;
}

function checked(compute: () => IntervalValue, at: number): Expression {
  try {
    return constant(INTERVAL, compute());
  } catch (error) {
    if (error instanceof ValueError) throw new SqlError(error.message, at);
    throw error;
  }
}

/** `INTERVAL n part` as the second argument of DATE_ADD and its like. */
export function resolveStep(node: IntervalExpression, scope: ExpressionScope): Expression {
  const value = scope.analysis.resolve.expression(node.value, scope);
  if (node.to !== undefined || !coerces(value, INT64)) {
    throw new SqlError('Interval value must be coercible to INT64 type', node.value.at);
  }
  const count = coerce(value, INT64, { at: node.value.at, timeZone: scope.analysis.options.timeZone });
  return { kind: 'step', type: STRING, count, part: node.part.name.toUpperCase() };
}
