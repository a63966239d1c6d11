/** Where expressions come from. */

import type { ScalarDefinition } from '../functions/definition.ts';
import { byKind, type RulesByKind } from '../syntax/by-kind.ts';
import type { CallNode, CaseNode, CastNode, Expression, LetNode, SubqueryNode } from '../tree/expression.ts';
import { equivalentTypes, type SqlType } from '../types/sql-type.ts';
import { fieldOrigin, gather, hasFields, mergeOrigins, nowhere, stepped, type Origin, type Reach } from './origin.ts';
import { elementType } from './source.ts';
import type { Tracing } from './tracing.ts';
import { chained, ways, type Way } from './ways.ts';

/** Adds everything that an expression comes from, after one more step. */
export function collect(expression: Expression, step: Way, into: Reach, tracing: Tracing): void {
  byKind(collectors, expression, step, into, tracing);
}

function collectAll(list: readonly Expression[], step: Way, into: Reach, tracing: Tracing): void {
  for (const expression of list) collect(expression, step, into, tracing);
}

const nothing = (): void => undefined;

const collectors: RulesByKind<Expression, [Way, Reach, Tracing], void> = {
  literal: nothing,
  parameter: nothing,
  variable: nothing,
  part: nothing,
  column: (node, step, into, tracing) => gather(into, columnOrigin(node.column.id, tracing), step),
  step: (node, step, into, tracing) => collect(node.count, chained(ways.transformed, step), into, tracing),
  call: (node, step, into, tracing) =>
    node.arguments.forEach((argument, i) =>
      collect(argument, chained(argumentWay(node.definition, i), step), into, tracing),
    ),
  cast: (node, step, into, tracing) => {
    collect(node.operand, chained(castWay(node), step), into, tracing);
    if (node.format !== undefined) collect(node.format, chained(ways.transformed, step), into, tracing);
    if (node.timeZone !== undefined) collect(node.timeZone, chained(ways.transformed, step), into, tracing);
  },
  struct: (node, step, into, tracing) => collectAll(node.fields, step, into, tracing),
  array: (node, step, into, tracing) => collectAll(node.elements, step, into, tracing),
  field: (node, step, into, tracing) => gather(into, traceExpression(node, tracing), step),
  case: (node, step, into, tracing) => {
    collectConditions(node, step, into, tracing);
    collectAll(resultsOf(node), step, into, tracing);
  },
  logical: (node, step, into, tracing) => collectAll(node.operands, chained(ways.transformed, step), into, tracing),
  in: (node, step, into, tracing) =>
    collectAll([node.operand, ...node.items], chained(ways.transformed, step), into, tracing),
  subquery: collectSubquery,
  let: (node, step, into, tracing) => {
    bind(node, tracing);
    collect(node.body, chained(effectOf(node), step), into, tracing);
  },
};

/** Where an expression comes from, field by field if it has any. */
export function traceExpression(expression: Expression, tracing: Tracing): Origin {
  if (expression.kind === 'column') return columnOrigin(expression.column.id, tracing);
  if (expression.kind === 'field') {
    return fieldOrigin(traceExpression(expression.base, tracing), expression.index, expression.type);
  }
  if (hasFields(expression.type)) return traceStruct(expression, tracing);
  return flat(expression, tracing);
}

function flat(expression: Expression, tracing: Tracing): Origin {
  const reach: Reach = new Map();
  collect(expression, ways.identity, reach, tracing);
  return reach.size === 0 ? nowhere : { reach };
}

/** Where a column of some scan comes from. */
export function columnOrigin(id: number, tracing: Tracing): Origin {
  const origin = tracing.columns.get(id);
  // To leave out a source in silence would be to say that nothing of it is in the column.
  if (origin === undefined) throw new Error(`column ${id} is of no scan that has been traced`);
  return origin;
}

/** Expressions whose value is a struct, or an array of them. */
function traceStruct(expression: Expression, tracing: Tracing): Origin {
  const trace = (part: Expression): Origin => traceExpression(part, tracing);
  switch (expression.kind) {
    case 'struct':
      return { reach: new Map(), fields: expression.fields.map(trace) };
    case 'array':
      return mergeOrigins(expression.elements.map(trace), expression.type);
    case 'case':
      return deciding(mergeOrigins(resultsOf(expression).map(trace), expression.type), (into) =>
        collectConditions(expression, ways.identity, into, tracing),
      );
    case 'call':
      return expression.definition.passesThrough === true
        ? tracePassing(expression, tracing)
        : flat(expression, tracing);
    case 'cast':
      if (expression.format !== undefined) return flat(expression, tracing);
      return castOrigin(trace(expression.operand), expression.operand.type, expression.type);
    case 'subquery':
      return traceSubquery(expression, tracing);
    case 'let':
      bind(expression, tracing);
      return stepped(trace(expression.body), effectOf(expression));
    default:
      return flat(expression, tracing);
  }
}

/** An origin with more that decides about the whole of it. */
export function deciding(origin: Origin, addTo: (into: Reach) => void): Origin {
  const reach: Reach = new Map(origin.reach);
  addTo(reach);
  return { ...origin, reach };
}

/** A call that answers one of its arguments, or of their elements, as it is. */
function tracePassing({ definition, arguments: list, type }: CallNode, tracing: Tracing): Origin {
  const decides = (i: number): boolean => definition.conditions?.includes(i) === true;
  const passed = list.filter((_, i) => !decides(i)).map((argument) => traceExpression(argument, tracing));
  return deciding(mergeOrigins(passed, type), (into) => {
    collectAll(
      list.filter((_, i) => decides(i)),
      ways.condition,
      into,
      tracing,
    );
  });
}

function argumentWay(definition: ScalarDefinition, position: number): Way {
  if (definition.conditions?.includes(position) === true) return ways.condition;
  if (definition.masks === true) return ways.masked;
  if (definition.opens === true) return ways.opened;
  return definition.passesThrough === true ? ways.identity : ways.transformed;
}

function castWay({ type, operand }: CastNode): Way {
  return equivalentTypes(type, operand.type) ? ways.identity : ways.transformed;
}

function castOrigin(origin: Origin, from: SqlType, to: SqlType): Origin {
  if (equivalentTypes(from, to)) return origin;
  const [before, after] = [elementType(from), elementType(to)];
  if (before.kind !== 'STRUCT' || after.kind !== 'STRUCT') return stepped(origin, ways.transformed);
  const fields = after.fields.map((field, i) => {
    const type = before.fields[i]?.type ?? field.type;
    return castOrigin(fieldOrigin(origin, i, type), type, field.type);
  });
  return { reach: new Map(), fields };
}

function resultsOf({ branches, otherwise }: CaseNode): readonly Expression[] {
  return [...branches.map(({ result }) => result), otherwise];
}

function collectConditions({ branches }: CaseNode, step: Way, into: Reach, tracing: Tracing): void {
  for (const { when } of branches) collect(when, chained(ways.condition, step), into, tracing);
}

/** What decides about the inner rows decides about the value as it did about the rows. */
function collectSubquery(node: SubqueryNode, step: Way, into: Reach, tracing: Tracing): void {
  const { columns, rows } = tracing.query(node.query, tracing);
  gather(into, { reach: rows }, step);
  if (node.form === 'EXISTS') return;
  const inner = node.form === 'IN' ? chained(ways.transformed, step) : step;
  for (const column of columns) gather(into, column, inner);
  if (node.operand !== undefined) collect(node.operand, inner, into, tracing);
}

function traceSubquery(node: SubqueryNode, tracing: Tracing): Origin {
  const { columns, rows } = tracing.query(node.query, tracing);
  return deciding(columns[0] ?? nowhere, (into) => gather(into, { reach: rows }, ways.identity));
}

function bind({ bindings }: LetNode, tracing: Tracing): void {
  for (const { column, value } of bindings) tracing.columns.set(column.id, traceExpression(value, tracing));
}

/** What a function of the catalog is declared to do to what flows through its body. */
function effectOf({ effect }: LetNode): Way {
  if (effect === undefined) return ways.identity;
  return effect === 'opens' ? ways.opened : ways.masked;
}
