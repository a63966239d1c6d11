/** Expressions as DuckDB SQL: one rule for each kind of tree node. */

import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { CallNode, CastNode, Expression, InNode, LetNode, SubqueryNode } from '../tree/expression.ts';
import { containsSubquery, visitExpression } from '../tree/walk.ts';
import { castText } from './cast.ts';
import { columnName, freshName, withBound, type Context } from './context.ts';
import { duckLiteral, structOfTexts } from './literal.ts';
import { arraySubquery } from './array-subquery.ts';
import { structComparison } from './struct-comparison.ts';
import { fillTemplate } from './template.ts';
import { quoteText } from './text.ts';
import { duckType, fieldName } from './types.ts';

/** The expression's text; safe to put anywhere an operand may stand. */
export function emitExpression(expression: Expression, context: Context): string {
  return byKind(rules, expression, context);
}

const rules: RulesByKind<Expression, [Context], string> = {
  literal: (node) => duckLiteral(node.value, node.type),
  parameter: (node, { session }) => duckLiteral(session.parameters.get(node.key)?.value ?? null, node.type),
  variable: (node, { session }) => duckLiteral(session.variables.get(node.name)?.value ?? null, node.type),
  column: (node, { bound }) => bound.get(node.column.id) ?? columnName(node.column.id),
  part: (node) => quoteText(node.part),
  step: (node, context) => emitExpression(node.count, context),
  call: emitCall,
  cast: emitCast,
  struct: (node, context) => structOfTexts(node.fields.map((field) => emitExpression(field, context))),
  field: (node, context) => `struct_extract(${emitExpression(node.base, context)}, '${fieldName(node.index)}')`,
  array: (node, context) => {
    if (node.elements.length === 0) return `CAST([] AS ${duckType(node.type)})`;
    return `[${node.elements.map((element) => emitExpression(element, context)).join(', ')}]`;
  },
  case: (node, context) => {
    const branches = node.branches.map(
      ({ when, result }) => `WHEN ${emitExpression(when, context)} THEN ${emitExpression(result, context)}`,
    );
    return `(CASE ${branches.join(' ')} ELSE ${emitExpression(node.otherwise, context)} END)`;
  },
  logical: (node, context) =>
    `(${node.operands.map((operand) => emitExpression(operand, context)).join(` ${node.operator} `)})`,
  in: emitIn,
  subquery: emitSubquery,
  let: emitLet,
};

function emitCall(node: CallNode, context: Context): string {
  const [left, right] = node.arguments;
  const { name } = node.definition;
  if ((name === '=' || name === '!=') && left?.type.kind === 'STRUCT' && right !== undefined) {
    const equal = structComparison([left, right], left.type, context);
    return name === '=' ? equal : `(NOT ${equal})`;
  }
  if (name === 'NULLIF' && left?.type.kind === 'STRUCT' && right !== undefined) {
    const equal = structComparison([left, right], left.type, context);
    return `(CASE WHEN ${equal} THEN NULL ELSE ${emitExpression(left, context)} END)`;
  }
  return `(${fillTemplate(node, context)})`;
}

function emitCast(node: CastNode, context: Context): string {
  const zone =
    node.timeZone === undefined ? quoteText(context.session.timeZone) : emitExpression(node.timeZone, context);
  const { nowMicros } = context.session;
  const format = node.format === undefined ? {} : { format: { text: emitExpression(node.format, context), nowMicros } };
  const request = { from: node.operand.type, to: node.type, zone, ...format, fresh: () => freshName(context, 'e') };
  const operand = emitExpression(node.operand, context);
  if (!node.safe) return castText(operand, request);
  if (node.operand.kind === 'column') return `TRY(${castText(operand, request)})`;
  const name = freshName(context, 'v');
  return `list_transform([${operand}], lambda ${name}: TRY(${castText(name, request)}))[1]`;
}

function emitIn(node: InNode, context: Context): string {
  const operand = emitExpression(node.operand, context);
  const { type } = node.operand;
  if (type.kind === 'STRUCT') {
    return `(${node.items.map((item) => structComparison([node.operand, item], type, context)).join(' OR ')})`;
  }
  const items = node.items.map((item) => emitExpression(item, context));
  const found = `${operand} IN (${items.join(', ')})`;
  return type.kind === 'FLOAT64' ? `(${found} AND NOT isnan(${operand}))` : `(${found})`;
}

function emitSubquery(node: SubqueryNode, context: Context): string {
  switch (node.form) {
    case 'SCALAR':
      return `(${context.emit.query(node.query, context)})`;
    case 'EXISTS':
      return `EXISTS(${context.emit.query(node.query, context)})`;
    case 'IN': {
      const operand = node.operand === undefined ? 'NULL' : emitExpression(node.operand, context);
      return `(${operand} IN (${context.emit.query(node.query, context)}))`;
    }
    case 'ARRAY':
      return arraySubquery(node, context);
  }
}

/** Values that are used once, or that cost nothing, are put where they are used; others are bound by a lambda. */
function emitLet(node: LetNode, context: Context): string {
  const [binding, ...rest] = node.bindings;
  if (binding === undefined) return emitExpression(node.body, context);
  const inner: LetNode = { ...node, bindings: rest };
  const value = emitExpression(binding.value, context);
  const copied = isFree(binding.value) || uses(inner, binding.column.id) <= 1;
  // Lambdas cannot hold subqueries.
  if (copied || containsSubquery(inner) || containsSubquery(binding.value)) {
    return emitLet(inner, withBound(context, [[binding.column.id, value]]));
  }
  const name = freshName(context, 'v');
  const body = emitLet(inner, withBound(context, [[binding.column.id, name]]));
  return `list_transform([${value}], lambda ${name}: ${body})[1]`;
}

function isFree(expression: Expression): boolean {
  return ['literal', 'column', 'parameter', 'variable'].includes(expression.kind);
}

function uses(expression: Expression, id: number): number {
  let count = 0;
  visitExpression(expression, (part) => {
    if (part.kind === 'column' && part.column.id === id) count++;
  });
  return count;
}
