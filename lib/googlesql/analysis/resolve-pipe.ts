/** Pipe operators: each takes rows with names and passes rows with names on. */

import type { Identifier } from '../syntax/ast-expression.ts';
import type { FromItem, NamedWindow, PipeOperator, Select, SelectItem, SetOperation } from '../syntax/ast-query.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { QueryTree } from '../tree/expression.ts';
import type { Scan, WithTable } from '../tree/scan.ts';
import { isGroupable, ungroupablePart } from '../types/capabilities.ts';
import { type ExpressionScope, type QueryScope } from './context.ts';
import { scopeOf, type NamedColumn, type NameList, type NameTarget } from './names.ts';
import { namesUnder, relationOf, rowNames, type Relation } from './relation.ts';
import { orderKey } from './resolve-aggregate.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveFrom, resolveFromItem } from './resolve-from.ts';
import { resolveJoin } from './resolve-join.ts';
import { resolveLimit } from './resolve-limit.ts';
import { resolvePipeAggregate } from './resolve-pipe-aggregate.ts';
import { resolveSelectOver } from './resolve-select.ts';
import { combineInputs } from './resolve-set.ts';
import { applyTableOperators } from './resolve-table-operator.ts';
import { resolveWithClause } from './resolve-with.ts';
import { SelectCollector } from './select-collector.ts';
import { resolveSelectList } from './select-list.ts';

/** `FROM t` as a query: all its columns. */
export function resolveFromQuery(from: FromItem, scope: QueryScope): QueryTree {
  return queryOf(resolveFrom(from, scope), scope, from.at);
}

/** The query that the operators make of their input. */
export function resolvePipes(
  input: Relation,
  pipes: readonly PipeOperator[],
  scope: QueryScope,
  at: number,
): QueryTree {
  const tables: WithTable[] = [];
  let relation = input;
  let inner = scope;
  for (const pipe of pipes) {
    if (pipe.kind === 'with') {
      const clause = resolveWithClause(pipe.with, inner);
      tables.push(...clause.tables);
      ({ inner } = clause);
    } else relation = applyPipe(pipe, relation, inner);
  }
  const tree = queryOf(relation, inner, at);
  return tables.length === 0 ? tree : { ...tree, scan: { kind: 'with', tables, body: tree.scan } };
}

/** Rows with names as a query: `SELECT *`, but the row of a value table stays whole. */
function queryOf(relation: Relation, scope: QueryScope, at: number): QueryTree {
  const [only, second] = relation.names.columns;
  if (only?.row === true && second === undefined) {
    return { scan: relation.scan, columns: [{ name: '', column: only.column }], valueTable: true };
  }
  return resolveSelectOver(starSelect(at), { orderBy: [], clause: 'pipe SELECT' }, relation, scope);
}

function starSelect(at: number): Select {
  const star: SelectItem = { kind: 'star', at, modifiers: { except: [], replace: [] } };
  return { kind: 'select', at, distinct: false, items: [star], windows: [] };
}

type AppliedPipe = Exclude<PipeOperator, { readonly kind: 'with' }>;

function applyPipe(pipe: AppliedPipe, relation: Relation, scope: QueryScope): Relation {
  switch (pipe.kind) {
    case 'select':
      return relationOf(
        resolveSelectOver(pipe.select, { orderBy: [], clause: 'pipe SELECT' }, relation, scope),
        undefined,
      );
    case 'extend':
      return extend(relation, pipe.items, { clause: 'pipe EXTEND', windows: pipe.windows }, scope);
    case 'window':
      return extend(relation, pipe.items, { clause: 'pipe WINDOW', windows: [] }, scope);
    case 'aggregate':
      return relationOf(resolvePipeAggregate(pipe, relation, scope), undefined);
    case 'join': {
      const right = resolveFromItem(pipe.right, scope, relation.names);
      return resolveJoin(pipe, relation, right, scope);
    }
    case 'setOperation':
      return combine(pipe, relation, scope);
    case 'tableOperator':
      return applyTableOperators(relation, [pipe.operator], scope);
    case 'call':
    case 'assert':
      throw new SqlError(`Pipe ${pipe.kind.toUpperCase()} is not supported locally`, pipe.at, 'notImplemented');
    case 'set':
      return set(relation, pipe.items, scope);
    default:
      return { scan: scanOfRows(pipe, relation, scope), names: renamed(pipe, relation.names) };
  }
}

/** Operators that choose, order or name rows, and compute nothing. */
type PlainPipe = Exclude<
  AppliedPipe,
  {
    readonly kind:
      | 'select'
      | 'extend'
      | 'window'
      | 'aggregate'
      | 'join'
      | 'setOperation'
      | 'tableOperator'
      | 'call'
      | 'assert'
      | 'set';
  }
>;

function scanOfRows(pipe: PlainPipe, { scan, names }: Relation, scope: QueryScope): Scan {
  switch (pipe.kind) {
    case 'where': {
      const place = windowed(placeOf(names, 'pipe WHERE clause', scope));
      const condition = resolveCondition(pipe.condition, place);
      return { kind: 'filter', input: withWindows(scan, place.windows), condition };
    }
    case 'limit':
      return resolveLimit(pipe.limit, scan, scope);
    case 'orderBy': {
      const place = windowed(placeOf(names, 'pipe ORDER BY clause', scope));
      const keys = pipe.items.map((item) =>
        orderKey(scope.analysis.resolve.expression(item.expression, place), item, item.expression.at),
      );
      return { kind: 'order', input: withWindows(scan, place.windows), keys };
    }
    case 'distinct':
      return distinct(scan, names, pipe.at);
    default:
      return scan;
  }
}

function placeOf(names: NameList, clause: string, scope: QueryScope): ExpressionScope {
  return { ...scope, names: scopeOf(names, scope.outer), clause };
}

type WindowedScope = ExpressionScope & { readonly windows: SelectCollector };

/** The same place, where window functions may be called. */
function windowed(place: ExpressionScope): WindowedScope {
  return { ...place, windows: new SelectCollector(place.analysis, []) };
}

function withWindows(input: Scan, { windows }: SelectCollector): Scan {
  return windows.length === 0 ? input : { kind: 'window', input, functions: windows };
}

function distinct(input: Scan, names: NameList, at: number): Scan {
  for (const { name, column } of names.columns) {
    if (isGroupable(column.type)) continue;
    throw new SqlError(`Column ${name} of type ${ungroupablePart(column.type)} cannot be used in pipe DISTINCT`, at);
  }
  const columns = new Map(names.columns.map(({ column }) => [column.id, column]));
  return { kind: 'distinct', input, columns: [...columns.values()] };
}

function renamed(pipe: PlainPipe, names: NameList): NameList {
  switch (pipe.kind) {
    case 'as': {
      const [only, second] = names.columns;
      if (only?.row === true && second === undefined) return rowNames(only, pipe.alias.name);
      return namesUnder(names.columns, pipe.alias.name);
    }
    case 'drop': {
      const dropped = findColumns(pipe.columns, names, { operator: 'DROP', verb: 'drop' });
      const columns = names.columns.filter(({ name }) => !dropped.has(name.toLowerCase()));
      if (columns.length === 0) throw new SqlError('Pipe DROP dropped all columns in the input table', pipe.at);
      return { ...names, columns };
    }
    case 'rename': {
      findColumns(
        pipe.items.map(({ from }) => from),
        names,
        { operator: 'RENAME', verb: 'rename' },
      );
      const to = new Map(pipe.items.map((item) => [item.from.name.toLowerCase(), item.to.name]));
      const columns = names.columns.map((one) => ({ ...one, name: to.get(one.name.toLowerCase()) ?? one.name }));
      return { ...names, columns };
    }
    default:
      return names;
  }
}

interface Words {
  readonly operator: string;
  readonly verb: string;
}

/** The lower-case names, after a check that each is a column of the input, once. */
function findColumns(list: readonly Identifier[], names: NameList, { operator, verb }: Words): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name, at } of list) {
    const lower = name.toLowerCase();
    if (found.has(lower)) throw new SqlError(`Duplicate column name in pipe ${operator}: ${name}`, at);
    found.add(lower);
    if (names.columns.some((column) => column.name.toLowerCase() === lower)) continue;
    const target = scopeOf(names).find(name);
    if (target === undefined)
      throw new SqlError(`Column name in pipe ${operator} not found in input table: ${name}`, at);
    throw new SqlError(
      `Name in pipe ${operator} is ${targetText(target)}; ${operator} can only ${verb} columns: ${name}`,
      at,
    );
  }
  return found;
}

function targetText(target: NameTarget): string {
  if (target.kind === 'range') return 'a table alias';
  if (target.kind === 'rowField') return 'a field inside a value table';
  return target.kind === 'ambiguous' ? 'ambiguous' : 'present but is not a column on the pipe input table';
}

/** Columns computed over the relation's rows, window functions among them. */
function compute(
  relation: Relation,
  items: readonly SelectItem[],
  { clause, windows }: { readonly clause: string; readonly windows: readonly NamedWindow[] },
  scope: QueryScope,
): { readonly scan: Scan; readonly columns: readonly NamedColumn[] } {
  const collector = new SelectCollector(scope.analysis, windows);
  const place: ExpressionScope = { ...placeOf(relation.names, clause, scope), windows: collector };
  const values = resolveSelectList(items, relation.names, place);
  const computed = values.map(({ name, value }) => ({ name, value, column: scope.analysis.column(name, value.type) }));
  const input = withWindows(relation.scan, collector);
  return {
    scan: { kind: 'project', input, computed },
    columns: computed.map(({ name, column }) => ({ name, column })),
  };
}

function extend(
  relation: Relation,
  items: readonly SelectItem[],
  words: { readonly clause: string; readonly windows: readonly NamedWindow[] },
  scope: QueryScope,
): Relation {
  const { scan, columns } = compute(relation, items, words, scope);
  return { scan, names: { ...relation.names, columns: [...relation.names.columns, ...columns] } };
}

/** SET: new values under old names; table aliases still lead to the old ones. */
function set(relation: Relation, items: Extract<PipeOperator, { kind: 'set' }>['items'], scope: QueryScope): Relation {
  findColumns(
    items.map(({ column }) => column),
    relation.names,
    { operator: 'SET', verb: 'update' },
  );
  const list = items.map(({ column, value }): SelectItem => ({
    kind: 'expression',
    at: value.at,
    value,
    alias: column,
  }));
  const { scan, columns } = compute(relation, list, { clause: 'pipe SET clause', windows: [] }, scope);
  const replaced = new Map(columns.map((one) => [one.name.toLowerCase(), one.column]));
  const all = relation.names.columns.map((one) => {
    const column = replaced.get(one.name.toLowerCase());
    return column === undefined ? one : { name: one.name, column };
  });
  return { scan, names: { ...relation.names, columns: all } };
}

function combine(
  pipe: Extract<PipeOperator, { kind: 'setOperation' }>,
  relation: Relation,
  scope: QueryScope,
): Relation {
  const { at, operator, distinct: isDistinct, matching, queries } = pipe;
  if (!isDistinct && operator !== 'UNION') {
    throw new SqlError(`${operator} ALL is not supported`, at, 'notImplemented');
  }
  const bodies = queries.map((query) => ({ kind: 'nested', at: query.at, query }) as const);
  const operation: SetOperation = {
    kind: 'setOperation',
    at,
    operator,
    distinct: isDistinct,
    matching,
    // The first input has no text of its own.
    inputs: [{ ...starSelect(at) }, ...bodies],
  };
  const trees = [queryOf(relation, scope, at), ...queries.map((query) => scope.analysis.resolve.query(query, scope))];
  return relationOf(combineInputs(operation, trees, scope), undefined);
}
