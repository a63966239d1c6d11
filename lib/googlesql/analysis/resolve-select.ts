/** One SELECT: its clauses resolved in GoogleSQL's order and stacked as scans. */

import type { OrderItem } from '../syntax/ast-expression.ts';
import type { Limit, Select } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, OrderKey, OutputColumn, QueryTree } from '../tree/expression.ts';
import { ExpressionIndex } from '../tree/expression-index.ts';
import type { Scan } from '../tree/scan.ts';
import { sameExpression } from '../tree/same.ts';
import { rewriteWindow, visitExpression } from '../tree/walk.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import { structOf } from '../types/sql-type.ts';
import { referTo, type ExpressionScope, type QueryScope } from './context.ts';
import { columnIds, overGroups, type GroupKey, type Grouping, type GroupedScope } from './grouping.ts';
import { scopeOf, scopeOfExpressions, noNames, type NameScope } from './names.ts';
import type { Relation } from './relation.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveFrom } from './resolve-from.ts';
import { resolveGroupBy } from './resolve-group.ts';
import { resolveLimit } from './resolve-limit.ts';
import { orderKey } from './resolve-aggregate.ts';
import { SelectCollector } from './select-collector.ts';
import { resolveSelectList, type SelectColumn } from './select-list.ts';

/** ORDER BY and LIMIT that follow the SELECT directly, and so see its inner columns. */
export interface SelectTail {
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Limit;
  /** How messages name the SELECT list of a place that takes no aggregates: pipe SELECT. */
  readonly clause?: string;
}

/** The query of a SELECT with its ORDER BY and LIMIT. */
export function resolveSelect(select: Select, tail: SelectTail, scope: QueryScope): QueryTree {
  const relation = select.from === undefined ? undefined : resolveFrom(select.from, scope);
  return resolveSelectOver(select, tail, relation, scope);
}

/** The same over rows that are there already: pipe SELECT. */
export function resolveSelectOver(
  select: Select,
  tail: SelectTail,
  relation: Relation | undefined,
  scope: QueryScope,
): QueryTree {
  return new SelectResolver(select, tail, relation, scope).resolve();
}

/** One SELECT being resolved: the pieces that its clauses share. */
class SelectResolver {
  readonly #select: Select;
  readonly #tail: SelectTail;
  readonly #relation: Relation | undefined;
  readonly #scope: QueryScope;
  readonly #collector: SelectCollector;
  readonly #rowNames: NameScope;
  /** Columns of the rows; those of enclosing queries are not among them. */
  readonly #rowColumns: ReadonlySet<number>;

  constructor(select: Select, tail: SelectTail, relation: Relation | undefined, scope: QueryScope) {
    this.#select = select;
    this.#tail = tail;
    this.#relation = relation;
    this.#scope = scope;
    this.#collector = new SelectCollector(scope.analysis, select.windows);
    this.#rowNames = scopeOf(relation?.names ?? noNames, scope.outer);
    this.#rowColumns = columnIds(relation?.names ?? noNames);
  }

  resolve(): QueryTree {
    const select = this.#select;
    const where = select.where === undefined ? undefined : resolveCondition(select.where, this.#plain('WHERE clause'));
    const columns = resolveSelectList(select.items, this.#relation?.names, this.#list());
    const outputs = columns.map((column) => this.#output(column));
    const grouping = this.#grouping(columns);
    const having =
      select.having === undefined
        ? undefined
        : resolveCondition(select.having, this.#withAliases('HAVING clause', columns));
    const qualify =
      select.qualify === undefined
        ? undefined
        : resolveCondition(select.qualify, this.#withAliases('QUALIFY clause', columns));
    const orderBy = this.#orderBy(outputs);
    const grouped = this.#groupedScope(grouping, having);
    const over = (value: Expression, clause: string): Expression =>
      grouped === undefined ? value : overGroups(value, grouped, clause);

    let scan: Scan = this.#relation?.scan ?? { kind: 'singleRow' };
    if (where !== undefined) scan = { kind: 'filter', input: scan, condition: where };
    const values = new Map(outputs.map(({ column }, i) => [column.id, columns[i]?.value]));
    if (grouped !== undefined) scan = this.#aggregate(scan, grouping, values);
    if (having !== undefined) scan = { kind: 'filter', input: scan, condition: over(having, 'HAVING clause') };
    scan = this.#windows(scan, values, grouped);
    if (qualify !== undefined) {
      if (this.#collector.windows.length === 0) {
        throw new SqlError('The QUALIFY clause requires analytic function to be present', select.qualify?.at);
      }
      scan = { kind: 'filter', input: scan, condition: over(qualify, 'QUALIFY clause') };
    }
    const selected = columns.map((column) => ({ ...column, value: over(column.value, 'SELECT list') }));
    const keys = orderBy.map((key) => ({ ...key, expression: over(key.expression, 'ORDER BY clause') }));
    return this.#finish(scan, selected, outputs, keys);
  }

  #plain(clause: string): ExpressionScope {
    return { ...this.#scope, names: this.#rowNames, clause };
  }

  #list(): ExpressionScope {
    const { clause } = this.#tail;
    return clause === undefined ? this.#full('SELECT list') : { ...this.#plain(clause), windows: this.#collector };
  }

  #full(clause: string): ExpressionScope {
    return { ...this.#plain(clause), aggregates: this.#collector, windows: this.#collector };
  }

  #withAliases(clause: string, columns: readonly SelectColumn[]): ExpressionScope {
    const named = columns.filter((column) => column.aliased).map(({ name, value }) => ({ name, expression: value }));
    return { ...this.#full(clause), names: scopeOfExpressions(named, this.#rowNames) };
  }

  /** The output column of a select item: a column of the rows itself, or a new one for any other value. */
  #output({ name, value }: SelectColumn): OutputColumn {
    return {
      name,
      column:
        value.kind === 'column' && this.#rowColumns.has(value.column.id)
          ? value.column
          : this.#scope.analysis.column(name, value.type),
    };
  }

  #grouping(columns: readonly SelectColumn[]): Grouping {
    const { groupBy } = this.#select;
    if (groupBy === undefined) return { keys: [] };
    return resolveGroupBy(groupBy, { columns, collector: this.#collector, scope: this.#plain('GROUP BY clause') });
  }

  #groupedScope(grouping: Grouping, having: Expression | undefined): GroupedScope | undefined {
    const { aggregates, groupings } = this.#collector;
    const grouped = this.#select.groupBy !== undefined || aggregates.length > 0 || groupings.length > 0;
    if (having !== undefined && !grouped) {
      throw new SqlError('The HAVING clause requires GROUP BY or aggregation to be present', this.#select.having?.at);
    }
    if (!grouped) return undefined;
    const keys = new ExpressionIndex<GroupKey>();
    for (const key of grouping.keys) keys.add(key.value, key);
    return { keys, rowColumns: this.#rowColumns };
  }

  #aggregate(input: Scan, { keys, sets }: Grouping, values: ReadonlyMap<number, Expression | undefined>): Scan {
    const groupings = this.#collector.groupings.map(({ column, argument, at }) => {
      // In ORDER BY the argument may be a select item's name.
      const value = (argument.kind === 'column' ? values.get(argument.column.id) : undefined) ?? argument;
      const key = keys.findIndex((one) => sameExpression(one.value, value));
      if (key < 0)
        throw new SqlError('GROUPING must have an argument that exists within the group-by expression list', at);
      return { column, key };
    });
    return {
      kind: 'aggregate',
      input,
      keys: keys.map(({ column, value }) => ({ column, value })),
      aggregates: this.#collector.aggregates,
      groupings,
      ...(sets === undefined ? {} : { groupingSets: sets }),
    };
  }

  /** Window functions see rows (or groups); output columns that ORDER BY put into them are taken back to values. */
  #windows(input: Scan, values: ReadonlyMap<number, Expression | undefined>, grouped: GroupedScope | undefined): Scan {
    if (this.#collector.windows.length === 0) return input;
    const inlined = (part: Expression): Expression | undefined =>
      part.kind === 'column' ? values.get(part.column.id) : undefined;
    const functions = this.#collector.windows.map(({ column, call }) => {
      const direct = rewriteWindow(call, inlined);
      if (grouped === undefined) return { column, call: direct };
      return { column, call: rewriteWindow(direct, (part) => overGroups(part, grouped, 'SELECT list')) };
    });
    return { kind: 'window', input, functions };
  }

  #orderBy(outputs: readonly OutputColumn[]): readonly OrderKey[] {
    const named = outputs.map(({ name, column }) => ({ name, expression: referTo(column, 0) }));
    const scope: ExpressionScope = {
      ...this.#full('ORDER BY clause'),
      names: scopeOfExpressions(uniqueNames(named), this.#rowNames),
    };
    return this.#tail.orderBy.map((item) => {
      const node = item.expression;
      if (node.kind === 'int') return orderKey(ordinal(Number(node.text), outputs, node.at), item, node.at);
      return orderKey(scope.analysis.resolve.expression(node, scope), item, node.at);
    });
  }

  #finish(
    input: Scan,
    columns: readonly SelectColumn[],
    outputs: readonly OutputColumn[],
    keys: readonly OrderKey[],
  ): QueryTree {
    const computed = columns.flatMap(({ value }, i) => {
      const column = outputs[i]?.column;
      const own = value.kind === 'column' && value.column.id === column?.id;
      return column === undefined || own ? [] : [{ column, value }];
    });
    const projected: Scan = computed.length === 0 ? input : { kind: 'project', input, computed };
    const shaped = this.#shape(projected, outputs);
    let { scan } = shaped;
    if (this.#select.distinct)
      scan = this.#distinct(scan, shaped.columns, { keys, places: columns.map(({ at }) => at) });
    if (keys.length > 0) scan = { kind: 'order', input: scan, keys };
    if (this.#tail.limit !== undefined) scan = resolveLimit(this.#tail.limit, scan, this.#scope);
    return { scan, columns: shaped.columns, valueTable: this.#select.as !== undefined };
  }

  /** SELECT AS STRUCT packs the columns into one; SELECT AS VALUE has just one. */
  #shape(
    scan: Scan,
    outputs: readonly OutputColumn[],
  ): { readonly scan: Scan; readonly columns: readonly OutputColumn[] } {
    const { as } = this.#select;
    if (as === undefined) return { scan, columns: outputs };
    const [first, second] = outputs;
    if (as === 'VALUE') {
      if (first === undefined || second !== undefined)
        throw new SqlError('SELECT AS VALUE query must have exactly one column', this.#select.at);
      return { scan, columns: [{ name: '', column: first.column }] };
    }
    const type = structOf(outputs.map(({ name, column }) => ({ name, type: column.type })));
    const column = this.#scope.analysis.column('', type);
    const value: Expression = {
      kind: 'struct',
      type,
      fields: outputs.map((output) => referTo(output.column, 0)),
      flexible: false,
    };
    return { scan: { kind: 'project', input: scan, computed: [{ column, value }] }, columns: [{ name: '', column }] };
  }

  #distinct(
    input: Scan,
    columns: readonly OutputColumn[],
    { keys, places }: { readonly keys: readonly OrderKey[]; readonly places: readonly number[] },
  ): Scan {
    for (const [i, { column, name }] of columns.entries()) {
      if (!isGroupable(column.type)) {
        throw new SqlError(
          `Column ${name} of type ${ungroupablePart(column.type)} cannot be used in SELECT DISTINCT`,
          places[i] ?? this.#select.at,
        );
      }
    }
    const visible = new Set(columns.map(({ column }) => column.id));
    for (const key of keys) {
      visitExpression(key.expression, (part) => {
        if (part.kind === 'column' && !visible.has(part.column.id)) {
          throw new SqlError(
            `ORDER BY clause expression references column ${part.column.name} which is not visible after SELECT DISTINCT`,
            part.at,
          );
        }
      });
    }
    return { kind: 'distinct', input, columns: columns.map(({ column }) => column) };
  }
}

/** Of several columns under one name only an identical one may be named in ORDER BY. */
function uniqueNames(
  named: readonly { readonly name: string; readonly expression: Expression }[],
): readonly { readonly name: string; readonly expression: Expression }[] {
  const seen = new Set<string>();
  return named.filter(({ name, expression }) => {
    const key = `${name.toLowerCase()} ${expression.kind === 'column' ? expression.column.id : ''}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/** The output column that an ordinal of ORDER BY means. */
export function ordinal(position: number, outputs: readonly OutputColumn[], at: number): Expression {
  const output = outputs[position - 1];
  if (output === undefined) throw new SqlError(`ORDER BY is out of SELECT column number range: ${position}`, at);
  return referTo(output.column, at);
}
