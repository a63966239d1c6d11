/** Queries: WITH in front, a body, ORDER BY and LIMIT behind, pipe operators after all. */

import type { OrderItem } from '../syntax/ast-expression.ts';
import type { Query, QueryBody } from '../syntax/ast-query.ts';
import type { OrderKey, QueryTree } from '../tree/expression.ts';
import type { Scan } from '../tree/scan.ts';
import { referTo, type ExpressionScope, type QueryScope } from './context.ts';
import { scopeOfExpressions } from './names.ts';
import { relationOf } from './relation.ts';
import { orderKey } from './resolve-aggregate.ts';
import { resolveFrom } from './resolve-from.ts';
import { resolveLimit } from './resolve-limit.ts';
import { resolveFromQuery, resolvePipes } from './resolve-pipe.ts';
import { ordinal, resolveSelect } from './resolve-select.ts';
import { resolveSetOperation } from './resolve-set.ts';
import { resolveWithClause } from './resolve-with.ts';

/** The typed query. */
export function resolveQuery(query: Query, scope: QueryScope): QueryTree {
  return scope.analysis.deeper(query.at, () => resolveQueryHere(query, scope));
}

function resolveQueryHere(query: Query, scope: QueryScope): QueryTree {
  if (query.with === undefined) return resolveBodied(query, scope);
  const { tables, inner } = resolveWithClause(query.with, scope);
  const tree = resolveBodied(query, inner);
  return tables.length === 0 ? tree : { ...tree, scan: { kind: 'with', tables, body: tree.scan } };
}

function resolveBodied(query: Query, scope: QueryScope): QueryTree {
  const { body, pipes } = query;
  if (pipes.length === 0) return resolveOrdered(query, scope);
  const input =
    body.kind === 'from' ? resolveFrom(body.from, scope) : relationOf(resolveOrdered(query, scope), undefined);
  return resolvePipes(input, pipes, scope, body.at);
}

function resolveOrdered({ body, orderBy, limit }: Query, scope: QueryScope): QueryTree {
  if (body.kind === 'select') return resolveSelect(body, { orderBy, ...(limit === undefined ? {} : { limit }) }, scope);
  const tree = resolveBody(body, scope);
  let { scan }: { scan: Scan } = tree;
  if (orderBy.length > 0) scan = { kind: 'order', input: scan, keys: outputKeys(orderBy, tree, scope) };
  if (limit !== undefined) scan = resolveLimit(limit, scan, scope);
  return { ...tree, scan };
}

/** A body that is not followed by ORDER BY or LIMIT of its own. */
export function resolveBody(body: QueryBody, scope: QueryScope): QueryTree {
  switch (body.kind) {
    case 'select':
      return resolveSelect(body, { orderBy: [] }, scope);
    case 'nested':
      return scope.analysis.resolve.query(body.query, scope);
    case 'setOperation':
      return resolveSetOperation(body, scope);
    case 'from':
      return resolveFromQuery(body.from, scope);
  }
}

/** ORDER BY behind anything but a SELECT sees output columns only. */
function outputKeys(orderBy: readonly OrderItem[], tree: QueryTree, scope: QueryScope): readonly OrderKey[] {
  const named = tree.columns.map(({ name, column }) => ({ name, expression: referTo(column, 0) }));
  const place: ExpressionScope = { ...scope, names: scopeOfExpressions(named, scope.outer), clause: 'ORDER BY clause' };
  return orderBy.map((item) => {
    const node = item.expression;
    const value =
      node.kind === 'int'
        ? ordinal(Number(node.text), tree.columns, node.at)
        : scope.analysis.resolve.expression(node, place);
    return orderKey(value, item, node.at);
  });
}
