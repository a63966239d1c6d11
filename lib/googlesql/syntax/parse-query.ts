/** Queries: WITH, set operators, ORDER BY, LIMIT, and the pipe operators behind them. */

import type { Query, QueryBody, WithClause } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { parseFrom } from './parse-from.ts';
import { parseLimit } from './parse-limit.ts';
import { parseOrderItems } from './parse-order.ts';
import { parsePipes } from './parse-pipe.ts';
import { parseSelect } from './parse-select.ts';
import { parseSetOperator, sameSetOperator } from './parse-set-operator.ts';
import { parseWithClause } from './parse-with-clause.ts';
import { SqlError } from './sql-error.ts';

/** A whole query. */
export function parseQuery(p: Cursor): Query {
  const { at } = p;
  const clause = p.sees('WITH') ? parseWithClause(p) : undefined;
  const before = p.startChain();
  const query = finishQuery(p, at, parseBody(p, parseOperand(p)), clause);
  p.endChain(before);
  return query;
}

/** Goes on with a query whose first operand has been read. */
export function parseQueryAfter(p: Cursor, first: Query): Query {
  return finishQuery(p, first.at, parseBody(p, { kind: 'nested', at: first.at, query: first }), undefined);
}

function finishQuery(p: Cursor, at: number, body: QueryBody, clause: WithClause | undefined): Query {
  const orderBy = p.accepts('ORDER') ? parseOrderItems(p) : [];
  const limit = parseLimit(p);
  return {
    at,
    ...(clause === undefined ? {} : { with: clause }),
    body,
    orderBy,
    ...(limit === undefined ? {} : { limit }),
    pipes: parsePipes(p),
  };
}

function parseOperand(p: Cursor): QueryBody {
  const { at } = p;
  if (p.sees('SELECT')) return parseSelect(p);
  if (p.accepts('FROM')) return { kind: 'from', at, from: parseFrom(p) };
  if (p.accepts('(')) {
    const query = p.query();
    p.expect(')');
    return { kind: 'nested', at, query };
  }
  throw p.unexpected();
}

function parseBody(p: Cursor, first: QueryBody): QueryBody {
  const operator = parseSetOperator(p);
  if (operator === undefined) return first;
  const inputs = [first, parseOperand(p)];
  for (let next = parseSetOperator(p); next !== undefined; next = parseSetOperator(p)) {
    if (!sameSetOperator(operator, next)) {
      throw new SqlError(
        'Syntax error: Different set operations cannot be used in the same query without using parentheses for grouping',
        next.at,
      );
    }
    inputs.push(parseOperand(p));
  }
  return { ...operator, kind: 'setOperation', at: first.at, inputs };
}
