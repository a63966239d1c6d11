/** GROUP BY: which keys, and which sets of them. */

import type { Expression as SyntaxExpression } from '../syntax/ast-expression.ts';
import type { GroupBy, GroupingItem, GroupingSet } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression } from '../tree/expression.ts';
import { ExpressionIndex } from '../tree/expression-index.ts';
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

/** The keys found so far. */
class GroupKeys {
  readonly list: GroupKey[] = [];
  readonly #positions = new ExpressionIndex<number>();

  positionOf(value: Expression): number | undefined {
    return this.#positions.find(value);
  }

  /** The position of the new key. */
  add(key: GroupKey): number {
    const position = this.list.push(key) - 1;
    this.#positions.add(key.value, position);
    return position;
  }
}

/** The grouping that GROUP BY asks for. */
export function resolveGroupBy(group: GroupBy, context: GroupContext): Grouping {
  const keys = new GroupKeys();
  if (group.kind === 'all') {
    for (const column of context.columns) addImplicitKeys(column.value, keys, context);
    return { keys: keys.list };
  }
  const alternatives = group.items.map((item) => resolveItem(item, keys, context));
  if (group.items.every((item) => item.kind === 'expression')) return { keys: keys.list };
  return { keys: keys.list, sets: product(alternatives, group.at) };
}

/** GROUP BY ALL: every select item without aggregates is a key; items with aggregates leave their other columns. */
function addImplicitKeys(value: Expression, keys: GroupKeys, context: GroupContext): void {
  const { collector } = context;
  let hasColumns = false;
  let hasComputed = false;
  visitExpression(value, (part) => {
    if (part.kind !== 'column') return;
    if (collector.isAggregate(part.column) || collector.isWindow(part.column)) hasComputed = true;
    else hasColumns = true;
  });
  if (hasComputed || !hasColumns) return;
  addKey(value, keys, context, 0);
}

/** Sets of key positions. */
type KeySets = readonly (readonly number[])[];

/** Adds the keys of an item; answers the sets that it stands for: one for a plain key. */
function resolveItem(item: GroupingItem, keys: GroupKeys, context: GroupContext): KeySets {
  if (item.kind === 'expression') return [[keyOf(item.value, keys, context)]];
  if (item.kind === 'groupingSets') return item.items.flatMap((set) => resolveSet(set, keys, context));
  return expand(item, keys, context);
}

function resolveSet(set: GroupingSet, keys: GroupKeys, context: GroupContext): KeySets {
  if (set.kind === 'set') return [set.values.map((value) => keyOf(value, keys, context))];
  return expand(set, keys, context);
}

/** ROLLUP or CUBE. */
interface SetOfSets {
  readonly kind: 'rollup' | 'cube';
  readonly sets: readonly (readonly SyntaxExpression[])[];
}

function expand({ kind, sets }: SetOfSets, keys: GroupKeys, context: GroupContext): KeySets {
  const at = sets[0]?.[0]?.at;
  const count = kind === 'rollup' ? sets.length + 1 : 2 ** sets.length;
  if (count > MAX_SETS) throw new SqlError(`At most ${MAX_SETS} grouping sets are allowed`, at);
  const parts = sets.map((set) => set.map((value) => keyOf(value, keys, context)));
  if (kind === 'rollup') return parts.map((_, i) => parts.slice(0, parts.length - i).flat()).concat([[]]);
  const subsets: (readonly number[])[] = [];
  for (let mask = 2 ** parts.length - 1; mask >= 0; mask--) {
    subsets.push(parts.filter((_, i) => ((mask >> (parts.length - 1 - i)) & 1) === 1).flat());
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
function keyOf(node: SyntaxExpression, keys: GroupKeys, context: GroupContext): number {
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
    if (collector.isAggregate(part.column)) {
      throw new SqlError('Aggregate functions are not allowed in GROUP BY', at);
    }
    if (collector.isWindow(part.column)) throw new SqlError('Analytic functions are not allowed in GROUP BY', at);
  });
}

function addKey(value: Expression, keys: GroupKeys, { scope }: GroupContext, at: number): number {
  const known = keys.positionOf(value);
  if (known !== undefined) return known;
  if (!isGroupable(value.type)) {
    throw new SqlError(`Grouping by expressions of type ${ungroupablePart(value.type)} is not allowed`, at);
  }
  const name = value.kind === 'column' ? value.column.name : '';
  return keys.add({ value, column: scope.analysis.column(name, value.type) });
}
