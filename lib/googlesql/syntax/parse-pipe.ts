/** Pipe operators: `|> WHERE …`, `|> AGGREGATE …`. */

import type { PipeAggregateItem, PipeGroupItem, PipeOperator, Query } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { parseFromItem, parseJoinCondition, parseJoinKind, parseTableFunction } from './parse-from.ts';
import { parseGroupingItem } from './parse-group.ts';
import { skipHint } from './parse-hint.ts';
import { parseLimit } from './parse-limit.ts';
import { parseDirection, parseOrderItems } from './parse-order.ts';
import { parseNamedWindows, parseSelectHead, parseSelectItems } from './parse-select.ts';
import { parseSetOperator } from './parse-set-operator.ts';
import { parseTableName } from './parse-table-name.ts';
import { parseTableOperator } from './parse-table-operator.ts';
import { parseWithClause } from './parse-with-clause.ts';
import { SqlError } from './sql-error.ts';

/** All pipe operators that follow. */
export function parsePipes(p: Cursor): readonly PipeOperator[] {
  const pipes: PipeOperator[] = [];
  while (p.accepts('|>')) {
    p.link();
    pipes.push(parsePipe(p));
  }
  return pipes;
}

type PipeRule = (p: Cursor, at: number) => PipeOperator;

const rules: Readonly<Record<string, PipeRule>> = {
  SELECT: (p, at) => ({ kind: 'select', at, select: { ...parseSelectHead(p), windows: parseNamedWindows(p) } }),
  EXTEND: (p, at) => {
    p.next();
    return { kind: 'extend', at, items: parseSelectItems(p), windows: parseNamedWindows(p) };
  },
  SET: parseSet,
  DROP: (p, at) => {
    p.next();
    return { kind: 'drop', at, columns: p.list(() => p.identifier()) };
  },
  RENAME: parseRename,
  AS: (p, at) => {
    p.next();
    return { kind: 'as', at, alias: p.identifier() };
  },
  WHERE: (p, at) => {
    p.next();
    return { kind: 'where', at, condition: p.expression() };
  },
  LIMIT: (p, at) => {
    const limit = parseLimit(p);
    if (limit === undefined) throw p.unexpected();
    return { kind: 'limit', at, limit };
  },
  AGGREGATE: parseAggregate,
  DISTINCT: (p, at) => {
    p.next();
    return { kind: 'distinct', at };
  },
  ORDER: (p, at) => {
    p.next();
    return { kind: 'orderBy', at, items: parseOrderItems(p) };
  },
  CALL: parseCallOperator,
  PIVOT: (p, at) => ({ kind: 'tableOperator', at, operator: parseTableOperator(p) }),
  UNPIVOT: (p, at) => ({ kind: 'tableOperator', at, operator: parseTableOperator(p) }),
  TABLESAMPLE: (p, at) => ({ kind: 'tableOperator', at, operator: parseTableOperator(p) }),
  WITH: (p, at) => ({ kind: 'with', at, with: parseWithClause(p) }),
  WINDOW: (p, at) => {
    p.next();
    return { kind: 'window', at, items: parseSelectItems(p) };
  },
  ASSERT: parseAssert,
};

function parsePipe(p: Cursor): PipeOperator {
  const { at } = p;
  const { word } = p.peek();
  const operator = parseSetOperator(p);
  if (operator !== undefined) return { ...operator, kind: 'setOperation', queries: parseQueries(p) };
  const join = word === ',' ? undefined : parseJoinKind(p);
  if (join !== undefined) {
    skipHint(p);
    const right = parseFromItem(p);
    return { kind: 'join', at, join, right, ...parseJoinCondition(p, join) };
  }
  const rule = rules[word];
  if (rule !== undefined) return rule(p, at);
  if (word === 'GROUP') {
    throw new SqlError('Syntax error: GROUP BY should be part of a pipe AGGREGATE operator', at);
  }
  throw p.unexpected();
}

function parseQueries(p: Cursor): readonly Query[] {
  const queries: Query[] = [];
  do {
    p.expect('(');
    queries.push(p.query());
    p.expect(')');
  } while (p.accepts(',') && p.sees('('));
  return queries;
}

function parseSet(p: Cursor, at: number): PipeOperator {
  p.expect('SET');
  const items = p.list(() => {
    const column = p.identifier();
    if (p.sees('.'))
      throw new SqlError('Syntax error: Pipe SET can only update columns by column name alone', column.at);
    p.expect('=');
    return { column, value: p.expression() };
  });
  return { kind: 'set', at, items };
}

function parseRename(p: Cursor, at: number): PipeOperator {
  p.expect('RENAME');
  const items = p.list(() => {
    const from = p.identifier();
    if (p.sees('.')) throw new SqlError('Syntax error: Pipe RENAME can only rename columns by name alone', from.at);
    p.accepts('AS');
    return { from, to: p.identifier() };
  });
  return { kind: 'rename', at, items };
}

function parseAggregate(p: Cursor, at: number): PipeOperator {
  p.expect('AGGREGATE');
  const items = p.sees('GROUP') ? [] : parseAggregateItems(p);
  if (!p.accepts('GROUP')) return { kind: 'aggregate', at, items, groupBy: [], andOrder: false };
  skipHint(p);
  const andOrder = p.accepts('AND', 'ORDER');
  p.expect('BY');
  return { kind: 'aggregate', at, items, groupBy: p.list(() => parseGroupItem(p)), andOrder };
}

function parseAggregateItems(p: Cursor): readonly PipeAggregateItem[] {
  const items = [parseAggregateItem(p)];
  while (p.accepts(',')) {
    if (p.sees('GROUP') || p.sees('|>') || p.sees(')') || p.sees(';')) break;
    items.push(parseAggregateItem(p));
  }
  return items;
}

function parseAggregateItem(p: Cursor): PipeAggregateItem {
  const value = p.expression();
  const alias = p.optionalAlias();
  return { value, ...(alias === undefined ? {} : { alias }), ...parseOrder(p) };
}

function parseGroupItem(p: Cursor): PipeGroupItem {
  const item = parseGroupingItem(p);
  const alias = p.optionalAlias();
  const named = item.kind === 'expression' && alias !== undefined ? { ...item, alias } : item;
  return { item: named, ...parseOrder(p) };
}

function parseOrder(p: Cursor): Pick<PipeAggregateItem, 'order'> {
  return p.sees('ASC') || p.sees('DESC') ? { order: parseDirection(p) } : {};
}

function parseCallOperator(p: Cursor, at: number): PipeOperator {
  p.expect('CALL');
  const start = p.at;
  return { kind: 'call', at, function: parseTableFunction(p, start, parseTableName(p)) };
}

function parseAssert(p: Cursor, at: number): PipeOperator {
  p.expect('ASSERT');
  const condition = p.expression();
  return { kind: 'assert', at, condition, messages: p.accepts(',') ? p.list(() => p.expression()) : [] };
}
