/** Whether conditions may hold for some row of a partition. What is not understood may. */

import type { CallNode, CastNode, Expression, InNode } from '../tree/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { SqlValue } from '../values/sql-value.ts';
import type { Meanings, Premises } from './premises.ts';
import { ANYTHING, mapSpan, mayCompare, spanOfValue, truncate, type Comparison, type Span } from './span.ts';

/** What is known beside the conditions. */
export interface Knowledge {
  /** Spans of the partition's own columns, by id. */
  readonly columns: ReadonlyMap<number, Span>;
  /** Values of expressions without columns; undefined when one could not be computed. */
  readonly constant: (expression: Expression) => { readonly value: SqlValue } | undefined;
  /** Whether times and dates convert by UTC. */
  readonly utc: boolean;
}

interface Place extends Knowledge {
  readonly meanings: Meanings;
  /** Steps that may still be taken: columns that stand for each other many times over are not worth more. */
  readonly budget: { steps: number };
}

const MAX_STEPS = 1000;

/** Whether all conditions may hold for one row. */
export function mayHold({ conditions, meanings }: Premises, knowledge: Knowledge): boolean {
  const place = { ...knowledge, meanings, budget: { steps: MAX_STEPS } };
  return conditions.every((condition) => may(condition, true, place));
}

/** Whether the condition may come out so. */
function may(condition: Expression, wanted: boolean, place: Place): boolean {
  place.budget.steps--;
  if (place.budget.steps < 0) return true;
  const known = place.constant(condition);
  if (known !== undefined) return known.value === wanted;
  if (condition.kind === 'logical') {
    const all = (condition.operator === 'AND') === wanted;
    const test = (operand: Expression): boolean => may(operand, wanted, place);
    return all ? condition.operands.every(test) : condition.operands.some(test);
  }
  if (condition.kind === 'in') return mayBeIn(condition, wanted, place);
  if (condition.kind === 'let') return may(condition.body, wanted, inside(condition, place));
  if (condition.kind === 'column') {
    const meant = place.meanings.get(condition.column.id);
    return meant === undefined || may(meant, wanted, place);
  }
  return condition.kind !== 'call' || mayCall(condition, wanted, place);
}

const opposites: Readonly<Record<Comparison, Comparison>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

function isComparison(name: string): name is Comparison {
  return Object.hasOwn(opposites, name);
}

function mayCall({ definition: { name }, arguments: given }: CallNode, wanted: boolean, place: Place): boolean {
  const [a, b] = given;
  if (a === undefined) return true;
  if (name === 'NOT') return may(a, !wanted, place);
  if (name === 'IS TRUE' && wanted) return may(a, true, place);
  if (name === 'IS NULL') {
    const { nulls, values } = spanOf(a, place);
    return wanted ? nulls : values;
  }
  return b === undefined || mayRelate(name, [a, b, given[2] ?? b], wanted, place);
}

function mayRelate(
  name: string,
  [a, b, c]: readonly [Expression, Expression, Expression],
  wanted: boolean,
  place: Place,
): boolean {
  const compare = (sign: Comparison, other: Expression): boolean =>
    mayCompare(spanOf(a, place), sign, spanOf(other, place));
  if (isComparison(name)) return compare(wanted ? name : opposites[name], b);
  if (name === 'BETWEEN') return wanted ? compare('>=', b) && compare('<=', c) : compare('<', b) || compare('>', c);
  return name !== 'IN UNNEST' || !wanted || mayBeElement(a, b, place);
}

function mayBeIn({ operand, items }: InNode, wanted: boolean, place: Place): boolean {
  const span = spanOf(operand, place);
  return wanted
    ? items.some((item) => mayCompare(span, '=', spanOf(item, place)))
    : items.every((item) => mayCompare(span, '!=', spanOf(item, place)));
}

function mayBeElement(operand: Expression, array: Expression, place: Place): boolean {
  const known = place.constant(array);
  if (known === undefined || array.type.kind !== 'ARRAY') return true;
  const { element } = array.type;
  const span = spanOf(operand, place);
  const values = (known.value ?? []) as readonly SqlValue[];
  return values.some((value) => mayCompare(span, '=', spanOfValue(value, element) ?? ANYTHING));
}

function inside({ bindings }: Extract<Expression, { readonly kind: 'let' }>, place: Place): Place {
  const own = new Map(bindings.map(({ column, value }) => [column.id, value]));
  return { ...place, meanings: { get: (id) => own.get(id) ?? place.meanings.get(id) } };
}

/** What the expression may be. */
function spanOf(expression: Expression, place: Place): Span {
  place.budget.steps--;
  if (place.budget.steps < 0) return ANYTHING;
  const known = place.constant(expression);
  if (known !== undefined) return spanOfValue(known.value, expression.type) ?? ANYTHING;
  switch (expression.kind) {
    case 'column': {
      const { id } = expression.column;
      const own = place.columns.get(id);
      if (own !== undefined) return own;
      const meant = place.meanings.get(id);
      return meant === undefined ? ANYTHING : spanOf(meant, place);
    }
    case 'cast':
      return spanOfCast(expression, place);
    case 'call':
      return spanOfCall(expression, place);
    case 'let':
      return spanOf(expression.body, inside(expression, place));
    default:
      return ANYTHING;
  }
}

function spanOfCast({ operand, type, timeZone }: CastNode, place: Place): Span {
  return timeZone === undefined ? converted(operand, type, place) : ANYTHING;
}

const conversions: ReadonlySet<string> = new Set(['DATE', 'DATETIME', 'TIMESTAMP']);
const truncations: ReadonlySet<string> = new Set(['DATE_TRUNC', 'DATETIME_TRUNC', 'TIMESTAMP_TRUNC']);
const units: Readonly<Record<string, 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'>> = {
  HOUR: 'HOUR',
  DAY: 'DAY',
  MONTH: 'MONTH',
  YEAR: 'YEAR',
};

function spanOfCall({ definition, arguments: given, type }: CallNode, place: Place): Span {
  const [first, second] = given;
  if (first === undefined) return ANYTHING;
  if (conversions.has(definition.name)) return given.length === 1 ? converted(first, type, place) : ANYTHING;
  const part = second?.kind === 'part' && Object.hasOwn(units, second.part) ? units[second.part] : undefined;
  if (!truncations.has(definition.name) || part === undefined || given.length !== 2) return ANYTHING;
  // A session in another zone has other days.
  if (first.type.kind === 'TIMESTAMP' && !place.utc) return ANYTHING;
  return mapSpan(spanOf(first, place), (micros) => truncate(micros, part));
}

function isTime({ kind }: SqlType): boolean {
  return conversions.has(kind);
}

/** Times as other times: dates are the midnights of their days. */
function converted(operand: Expression, type: SqlType, place: Place): Span {
  if (operand.type.kind === type.kind) return spanOf(operand, place);
  if (!isTime(operand.type) || !isTime(type)) return ANYTHING;
  const absolute = operand.type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP';
  if (absolute && !place.utc) return ANYTHING;
  const span = spanOf(operand, place);
  return type.kind === 'DATE' ? mapSpan(span, (micros) => truncate(micros, 'DAY')) : span;
}
