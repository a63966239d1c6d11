/** Pipe AGGREGATE: a SELECT of the grouping columns and the aggregates, perhaps ordered. */

import type { Expression as SyntaxExpression, Identifier } from '../syntax/ast-expression.ts';
import type {
  GroupBy,
  GroupingItem,
  GroupingSet,
  PipeAggregateItem,
  PipeOperator,
  Select,
  SelectItem,
} from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { OrderKey, OutputColumn, QueryTree } from '../tree/expression.ts';
import { referTo, type QueryScope } from './context.ts';
import type { Relation } from './relation.ts';
import { orderKey } from './resolve-aggregate.ts';
import { resolveSelectOver } from './resolve-select.ts';

type PipeAggregate = Extract<PipeOperator, { readonly kind: 'aggregate' }>;

/** The query: grouping columns first, then the aggregates, as pipe syntax has it. */
export function resolvePipeAggregate(pipe: PipeAggregate, relation: Relation, scope: QueryScope): QueryTree {
  if (pipe.items.length === 0 && pipe.groupBy.length === 0) {
    throw new SqlError('Pipe AGGREGATE cannot have both an empty aggregate list and an empty GROUP BY', pipe.at);
  }
  const list = new KeyList();
  const groups = pipe.groupBy.map(({ item }) => list.replace(item));
  const items: readonly SelectItem[] = [...list.items, ...pipe.items.map(selectItem)];
  const groupBy: GroupBy = { kind: 'items', at: pipe.at, items: groups };
  const select: Select = {
    kind: 'select',
    at: pipe.at,
    distinct: false,
    items,
    windows: [],
    ...(groups.length === 0 ? {} : { groupBy }),
  };
  const tree = resolveSelectOver(select, { orderBy: [] }, relation, scope);
  const keys = orderKeys(pipe, list.items.length, tree.columns);
  return keys.length === 0 ? tree : { ...tree, scan: { kind: 'order', input: tree.scan, keys } };
}

function selectItem({ value, alias }: PipeAggregateItem): SelectItem {
  return { kind: 'expression', at: value.at, value, ...(alias === undefined ? {} : { alias }) };
}

/** The grouping expressions, each a select item once; GROUP BY then names them by position. */
class KeyList {
  readonly items: SelectItem[] = [];
  readonly #positions = new Map<string, number>();

  replace(item: GroupingItem): GroupingItem {
    switch (item.kind) {
      case 'expression':
        return { kind: 'expression', value: this.#position(item.value, item.alias) };
      case 'groupingSets':
        return { ...item, items: item.items.map((set) => this.#set(set)) };
      case 'rollup':
      case 'cube':
        return { ...item, sets: item.sets.map((set) => set.map((value) => this.#position(value))) };
    }
  }

  #set(set: GroupingSet): GroupingSet {
    if (set.kind === 'set') return { ...set, values: set.values.map((value) => this.#position(value)) };
    return { ...set, sets: set.sets.map((one) => one.map((value) => this.#position(value))) };
  }

  #position(value: SyntaxExpression, alias?: Identifier): SyntaxExpression {
    const { at } = value;
    if (value.kind === 'int') throw new SqlError('GROUP BY ordinal not allowed in pipe AGGREGATE', at);
    const key = JSON.stringify([alias?.name, value], (name, part: unknown) => (name === 'at' ? undefined : part));
    const known = this.#positions.get(key) ?? this.items.length + 1;
    if (known > this.items.length) {
      this.#positions.set(key, known);
      this.items.push({ kind: 'expression', at, value, ...(alias === undefined ? {} : { alias }) });
    }
    return { kind: 'int', at, text: String(known) };
  }
}

/** Suffixes such as DESC order the rows: those of grouping columns first, all of them with GROUP AND ORDER BY. */
function orderKeys(pipe: PipeAggregate, keyCount: number, columns: readonly OutputColumn[]): readonly OrderKey[] {
  const { groupBy, items, andOrder, at } = pipe;
  const orders = [
    ...groupBy.map(({ order }) => order ?? (andOrder ? { descending: false } : undefined)),
    ...items.map(({ order }) => order),
  ];
  if (orders.every((order) => order === undefined)) return [];
  if (keyCount !== groupBy.length) {
    throw new SqlError(
      'Ordering with ROLLUP, CUBE or GROUPING SETS in pipe AGGREGATE is not supported locally',
      at,
      'notImplemented',
    );
  }
  return orders.flatMap((order, i) => {
    const column = columns[i]?.column;
    if (order === undefined || column === undefined) return [];
    return [orderKey(referTo(column, at), order, at)];
  });
}
