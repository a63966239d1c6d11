/** GROUP BY: which keys, and which sets of them. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import type { GroupBy, GroupingItem, GroupingSet } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { sameExpression } from '../tree/same.ts';
import { visitExpression } from '../tree/walk.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import type { ExpressionScope } from './context.ts';
import type { GroupKey, Grouping } from './grouping.ts';
import type { SelectCollector } from './select-collector.ts';
import { inferredName, type SelectColumn } from './select-list.ts';

/** Most grouping sets of one GROUP BY. Source: BigQuery, "GROUP BY GROUPING SETS", limits. */
const MAX_SETS = 4096;

interface GroupContext {
  readonly columns: readonly SelectColumn[];
  readonly collector: SelectCollector;
  readonly scope: ExpressionScope;
}

/** The grouping that GROUP BY asks for. */
export function resolveGroupBy(group: GroupBy, context: GroupContext): Grouping {
  const keys: GroupKey[] = [];
  if (group.kind === 'all') {
    for (const column of context.columns) addImplicitKeys(column.value, keys, context);
    return { keys };
  }
  const alternatives = group.items.map((item) => resolveItem(item, keys, context));
  if (group.items.every((item) => item.kind === 'expression')) return { keys };
  return { keys, sets: product(alternatives, group.at) };
}

/** GROUP BY ALL: every select item without aggregates is a key; items with aggregates leave their other columns. */
function addImplicitKeys(value: Expression, keys: GroupKey[], context: GroupContext): void {
  const { collector } = context;
  const computed = new Set([...collector.aggregates, ...collector.windows].map(({ column }) => column.id));
  let hasColumns = false;
  let hasComputed = false;
  visitExpression(value, (part) => {
    if (part.kind !== 'column') return;
    if (computed.has(part.column.id)) hasComputed = true;
    else hasColumns = true;
  });
  if (hasComputed || !hasColumns) return;
  addKey(value, keys, context, 0);
}

/** Sets of key positions. */
type KeySets = readonly (readonly number[])[];

/** Adds the keys of an item; answers the sets that it stands for: one for a plain key. */
function resolveItem(item: GroupingItem, keys: GroupKey[], context: GroupContext): KeySets {
  if (item.kind === 'expression') return [[keyOf(item.value, keys, context)]];
  if (item.kind === 'groupingSets') return item.items.flatMap((set) => resolveSet(set, keys, context));
  return expand(item.kind, item.sets, keys, context);
}

function resolveSet(set: GroupingSet, keys: GroupKey[], context: GroupContext): KeySets {
  if (set.kind === 'set') return [set.values.map((value) => keyOf(value, keys, context))];
  return expand(set.kind, set.sets, keys, context);
}

function expand(
  kind: 'rollup' | 'cube',
  sets: readonly (readonly SyntaxExpression[])[],
  keys: GroupKey[],
  context: GroupContext,
): KeySets {
  const parts = sets.map((set) => set.map((value) => keyOf(value, keys, context)));
  if (kind === 'rollup') return parts.map((_, i) => parts.slice(0, parts.length - i).flat()).concat([[]]);
  const subsets: (readonly number[])[] = [];
  for (let mask = 2 ** parts.length - 1; mask >= 0; mask--) {
    subsets.push(parts.filter((_, i) => ((mask >> (parts.length - 1 - i)) & 1) === 1).flat());
    if (subsets.length > MAX_SETS) throw new SqlError(`At most ${MAX_SETS} grouping sets are allowed`);
  }
  return subsets;
}

/** Every combination of one set of each item; plain keys are in all of them. */
function product(alternatives: readonly KeySets[], at: number): KeySets {
  let combined: KeySets = [[]];
  for (const choices of alternatives) {
    combined = combined.flatMap((base) => choices.map((choice) => [...new Set([...base, ...choice])]));
    if (combined.length > MAX_SETS) throw new SqlError(`At most ${MAX_SETS} grouping sets are allowed`, at);
  }
  return combined;
}

/** The position of the key that an expression of GROUP BY means: an ordinal, a select alias, or a value of its own. */
function keyOf(node: SyntaxExpression, keys: GroupKey[], context: GroupContext): number {
  const value = groupValue(node, context);
  checkNoAggregates(value, context.collector, node.at);
  return addKey(value, keys, context, node.at);
}

function groupValue(node: SyntaxExpression, { columns, scope }: GroupContext): Expression {
  if (node.kind === 'int') {
    const column = columns[Number(node.text) - 1];
    if (column === undefined)
      throw new SqlError(`GROUP BY is out of SELECT column number range: ${node.text}`, node.at);
    return column.value;
  }
  const alias = node.kind === 'path' && node.path.length === 1 ? node.path[0]?.name.toLowerCase() : undefined;
  const named = alias === undefined ? [] : columns.filter((column) => column.name.toLowerCase() === alias);
  const [first] = named;
  if (first !== undefined) {
    if (named.some((column) => !sameExpression(column.value, first.value))) {
      throw new SqlError(`Name ${inferredName(node)} is ambiguous`, node.at);
    }
    return first.value;
  }
  return scope.analysis.resolve.expression(node, scope);
}

function checkNoAggregates(value: Expression, collector: SelectCollector, at: number): void {
  visitExpression(value, (part) => {
    if (part.kind !== 'column') return;
    if (collector.aggregates.some(({ column }) => column.id === part.column.id)) {
      throw new SqlError('Aggregate functions are not allowed in GROUP BY', at);
    }
    if (collector.isWindow(part.column)) throw new SqlError('Analytic functions are not allowed in GROUP BY', at);
  });
}

function addKey(value: Expression, keys: GroupKey[], { scope }: GroupContext, at: number): number {
  const known = keys.findIndex((key) => sameExpression(key.value, value));
  if (known >= 0) return known;
  if (!isGroupable(value.type)) {
    throw new SqlError(`Grouping by expressions of type ${ungroupablePart(value.type)} is not allowed`, at);
  }
  const name = value.kind === 'column' ? value.column.name : '';
  keys.push({ value, column: scope.analysis.column(name, value.type) });
  return keys.length - 1;
}
