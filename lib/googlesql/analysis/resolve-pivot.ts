/** PIVOT: for each of a list of values, aggregates over the rows that have it, as columns. */

import type { PivotOperator } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import { callExpressions } from '../tree/children.ts';
import type { AggregateCall, Expression } from '../tree/expression.ts';
import type { AggregateScan, ComputedColumn } from '../tree/scan.ts';
import { isVolatile, someExpression, visitExpression } from '../tree/walk.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import { typeName } from '../types/sql-type.ts';
import { callBuiltin } from './call-builtin.ts';
import { coerce, coerces } from './coerce.ts';
import { referTo, type ExpressionScope, type QueryScope } from './context.ts';
import { noNames, scopeOf, type NamedColumn } from './names.ts';
import { pivotValueName } from './pivot-name.ts';
import { namesUnder, type Relation } from './relation.ts';
import { SelectCollector } from './select-collector.ts';

/** The rotated rows: columns that PIVOT does not mention group them. */
export function resolvePivot(input: Relation, operator: PivotOperator, scope: QueryScope): Relation {
  return pivot(withOwnColumns(input, scope), operator, scope);
}

/** The relation with a column of its own under each name: `SELECT x AS a, x AS b` has one under two. */
function withOwnColumns(relation: Relation, { analysis }: QueryScope): Relation {
  const seen = new Set<number>();
  const computed: ComputedColumn[] = [];
  const columns = relation.names.columns.map((one) => {
    if (!seen.has(one.column.id)) {
      seen.add(one.column.id);
      return one;
    }
    const column = analysis.column(one.name, one.column.type);
    computed.push({ column, value: referTo(one.column, 0) });
    return { ...one, column };
  });
  if (computed.length === 0) return relation;
  const scan = { kind: 'project', input: relation.scan, computed } as const;
  return { scan, names: { ...relation.names, columns } };
}

function pivot(relation: Relation, operator: PivotOperator, scope: QueryScope): Relation {
  const { names } = relation;
  if (names.columns.some(({ row }) => row === true)) {
    throw new SqlError('PIVOT is not allowed on value tables', operator.at);
  }
  const place: ExpressionScope = { ...scope, names: scopeOf(names, scope.outer), clause: 'PIVOT' };
  const calls = operator.aggregates.map(({ value }) => aggregateOf(value, place));
  const input = scope.analysis.resolve.expression(operator.input, {
    ...place,
    clause: 'FOR expression in PIVOT clause',
  });
  if (!isGroupable(input.type)) {
    throw new SqlError(
      `Type ${ungroupablePart(input.type)} is not allowed in the FOR expression of a PIVOT clause`,
      operator.input.at,
    );
  }
  const keys = groupingColumns(relation, operator, [input, ...calls.flatMap(callExpressions)], scope);
  const aggregates = operator.values.flatMap((node) => {
    const value = pivotValue(node.value, input, scope);
    const { at } = node.value;
    const filter = callBuiltin(scope.analysis, 'IS NOT DISTINCT FROM', [input, value], { at });
    return calls.map((call, i) => {
      const name = columnName(operator.aggregates[i], node.alias?.name, { value, at, alone: calls.length === 1 });
      return { name, column: scope.analysis.column(name, call.type), call: { ...call, filter } };
    });
  });
  const scan: AggregateScan = {
    kind: 'aggregate',
    input: relation.scan,
    keys: keys.map(({ computed }) => computed),
    aggregates: aggregates.map(({ column, call }) => ({ column, call })),
    groupings: [],
  };
  const columns: readonly NamedColumn[] = [
    ...keys.map(({ name, computed }) => ({ name, column: computed.column })),
    ...aggregates.map(({ name, column }) => ({ name, column })),
  ];
  return { scan, names: namesUnder(columns, operator.alias?.name) };
}

function aggregateOf(node: PivotOperator['aggregates'][number]['value'], place: ExpressionScope): AggregateCall {
  const collector = new SelectCollector(place.analysis, []);
  const value = place.analysis.resolve.expression(node, { ...place, aggregates: collector });
  const [only] = collector.aggregates;
  if (only === undefined || value.kind !== 'column' || value.column.id !== only.column.id) {
    throw new SqlError('PIVOT expression must be an aggregate function call', node.at);
  }
  if (callExpressions(only.call).some(isVolatile)) {
    throw new SqlError(
      'PIVOT of expressions that are not deterministic is not supported locally',
      node.at,
      'notImplemented',
    );
  }
  return only.call;
}

function groupingColumns(
  { names }: Relation,
  { at }: PivotOperator,
  mentioned: readonly Expression[],
  scope: QueryScope,
): readonly { readonly name: string; readonly computed: ComputedColumn }[] {
  const used = new Set<number>();
  for (const expression of mentioned) {
    visitExpression(expression, (part) => {
      if (part.kind === 'column') used.add(part.column.id);
    });
  }
  return names.columns
    .filter(({ column }) => !used.has(column.id))
    .map(({ name, column }) => {
      if (!isGroupable(column.type)) {
        throw new SqlError(
          `Column ${name} of type ${ungroupablePart(column.type)} cannot be used as an implicit grouping column of a PIVOT clause`,
          at,
        );
      }
      return { name, computed: { column: scope.analysis.column(name, column.type), value: referTo(column, at) } };
    });
}

function pivotValue(
  node: PivotOperator['values'][number]['value'],
  input: Expression,
  { analysis, withTables }: QueryScope,
): Expression {
  const value = analysis.resolve.expression(node, {
    analysis,
    withTables,
    names: scopeOf(noNames),
    clause: 'IN clause',
  });
  if (someExpression(value, ({ kind }) => kind === 'column' || kind === 'subquery')) {
    throw new SqlError('IN expression in PIVOT clause must be constant', node.at);
  }
  if (!coerces(value, input.type)) {
    throw new SqlError(
      `PIVOT IN list item must be type ${typeName(input.type)} to match the PIVOT FOR expression; found ${typeName(value.type)}`,
      node.at,
    );
  }
  return coerce(value, input.type, { at: node.at, timeZone: analysis.options.timeZone });
}

interface ValueColumn {
  readonly value: Expression;
  readonly at: number;
  /** Whether there is just one aggregate, which may go without a name. */
  readonly alone: boolean;
}

/** `aggregate_value`, each by its alias. */
function columnName(
  aggregate: PivotOperator['aggregates'][number] | undefined,
  alias: string | undefined,
  { value, at, alone }: ValueColumn,
): string {
  if (aggregate?.alias === undefined && !alone) {
    throw new SqlError(
      'PIVOT expression must specify an alias unless it is the only pivot expression in the PIVOT clause',
      aggregate?.value.at,
    );
  }
  const prefix = aggregate?.alias === undefined ? '' : `${aggregate.alias.name}_`;
  return prefix + (alias ?? pivotValueName(value, at, prefix === '' ? 'first' : 'later'));
}
