/** FROM: tables, subqueries, UNNEST, table functions and joins. */

import type { Expression, Identifier } from './ast-expression.ts';
import type {
  FromItem,
  JoinCondition,
  JoinKind,
  SubqueryItem,
  TableArgument,
  TableFunctionItem,
  TableOperator,
} from './ast-query.ts';
import type { Query } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { skipHint } from './parse-hint.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseTableOperators, seesTableOperator } from './parse-table-operator.ts';
import { continuesQuery, startsQuery } from './query-start.ts';

/** Everything behind FROM: items joined by commas and JOINs, leaning left. */
export function parseFrom(p: Cursor): FromItem {
  const before = p.startChain();
  let left = parseFromItem(p);
  for (;;) {
    const { at } = p;
    const join = parseJoinKind(p);
    if (join === undefined) {
      p.endChain(before);
      return left;
    }
    p.link();
    skipHint(p);
    const right = parseFromItem(p);
    left = { kind: 'join', at, join, left, right, ...parseJoinCondition(p, join) };
  }
}

/** The words of a join (or a comma), taken if they are next. */
export function parseJoinKind(p: Cursor): JoinKind | undefined {
  if (p.accepts(',')) return 'COMMA';
  if (p.accepts('JOIN')) return 'INNER';
  if (p.accepts('INNER', 'JOIN')) return 'INNER';
  if (p.accepts('CROSS', 'JOIN')) return 'CROSS';
  for (const kind of ['LEFT', 'RIGHT', 'FULL'] as const) {
    if (p.accepts(kind, 'OUTER', 'JOIN') || p.accepts(kind, 'JOIN')) return kind;
  }
  return undefined;
}

/** `ON condition` or `USING (columns)`, where the join may have one. */
export function parseJoinCondition(p: Cursor, join: JoinKind): JoinCondition {
  if (join === 'COMMA') return {};
  if (p.accepts('ON')) return { on: p.expression() };
  if (!p.accepts('USING')) return {};
  p.expect('(');
  const using = p.list(() => p.identifier());
  p.expect(')');
  return { using };
}

/** One item of FROM, with its alias and what follows it. */
export function parseFromItem(p: Cursor): FromItem {
  if (p.sees('(')) return p.nested(parseParenthesised);
  if (p.sees('UNNEST')) return parseUnnest(p);
  const { at } = p;
  const path = parseTableName(p);
  if (p.sees('(')) return parseTableFunction(p, at, path);
  skipHint(p);
  const before = parseSystemTime(p);
  const alias = parseTableAlias(p);
  const offset = parseOffset(p);
  const systemTime = before ?? parseSystemTime(p);
  return {
    kind: 'tablePath',
    at,
    path,
    ...(alias === undefined ? {} : { alias }),
    ...(systemTime === undefined ? {} : { systemTime }),
    ...(offset === undefined ? {} : { offset }),
    operators: parseTableOperators(p),
  };
}

function parseParenthesised(p: Cursor): FromItem {
  const at = p.expect('(').start;
  if (startsQuery(p)) return closeSubquery(p, at, p.query());
  const item = parseFrom(p);
  if (isBareQuery(item) && continuesQuery(p)) return closeSubquery(p, at, p.queryAfter(item.query));
  p.expect(')');
  if (isBareQuery(item)) return finishSubquery(p, at, item.query);
  return { kind: 'nestedJoin', at, item, operators: parseTableOperators(p) };
}

function isBareQuery(item: FromItem): item is SubqueryItem {
  return item.kind === 'subquery' && item.alias === undefined && item.operators.length === 0;
}

function closeSubquery(p: Cursor, at: number, query: Query): FromItem {
  p.expect(')');
  return finishSubquery(p, at, query);
}

function finishSubquery(p: Cursor, at: number, query: Query): FromItem {
  const alias = parseTableAlias(p);
  return {
    kind: 'subquery',
    at,
    query,
    ...(alias === undefined ? {} : { alias }),
    operators: parseTableOperators(p),
  };
}

function parseUnnest(p: Cursor): FromItem {
  const at = p.expect('UNNEST').start;
  p.expect('(');
  const array = p.expression();
  p.expect(')');
  const alias = parseTableAlias(p);
  const offset = parseOffset(p);
  return {
    kind: 'unnest',
    at,
    array,
    ...(alias === undefined ? {} : { alias }),
    ...(offset === undefined ? {} : { offset }),
    operators: parseTableOperators(p),
  };
}

function parseOffset(p: Cursor): { readonly alias?: Identifier; readonly at: number } | undefined {
  if (!p.sees('WITH', 'OFFSET')) return undefined;
  p.next();
  const at = p.next().start;
  const alias = seesTableOperator(p) ? undefined : p.optionalAlias();
  return alias === undefined ? { at } : { at, alias };
}

function parseSystemTime(p: Cursor): Expression | undefined {
  if (!p.accepts('FOR')) return undefined;
  if (!p.accepts('SYSTEM_TIME')) p.expectAll('SYSTEM', 'TIME');
  p.expectAll('AS', 'OF');
  return p.expression();
}

function parseTableAlias(p: Cursor): Identifier | undefined {
  return seesTableOperator(p) ? undefined : p.optionalAlias();
}

/** A table function's call; the opening parenthesis is next. */
export function parseTableFunction(p: Cursor, at: number, path: TableFunctionItem['path']): TableFunctionItem {
  p.expect('(');
  const list: readonly TableArgument[] = p.sees(')') ? [] : p.list(() => parseTableArgument(p));
  p.expect(')');
  const alias = parseTableAlias(p);
  const operators: readonly TableOperator[] = parseTableOperators(p);
  return { kind: 'tableFunction', at, path, arguments: list, ...(alias === undefined ? {} : { alias }), operators };
}

function parseTableArgument(p: Cursor): TableArgument {
  const { at } = p;
  if (p.sees('TABLE') && p.peek(1).word !== ',' && p.peek(1).word !== ')') {
    p.next();
    return { kind: 'table', path: parseTableName(p), at };
  }
  if (p.seesIdentifier() && p.peek(1).word === '=>') {
    const name = p.identifier();
    p.next();
    return { kind: 'expression', value: p.expression(), name };
  }
  const value = p.expression();
  if (value.kind === 'subquery' && value.form === 'SCALAR') return { kind: 'query', query: value.query, at };
  return { kind: 'expression', value };
}
