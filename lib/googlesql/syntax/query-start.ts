/** Tells a query from an expression where both may stand, by one token of look-ahead. */

import type { Expression } from './ast-expression.ts';
import type { Query } from './ast-query.ts';
import type { Cursor } from './cursor.ts';

/** Whether a query that is not itself in parentheses is next. */
export function startsQuery(p: Cursor): boolean {
  if (p.sees('SELECT') || p.sees('FROM')) return true;
  return p.sees('WITH') && p.peek(1).word !== '(';
}

/**
 * `((SELECT 1) UNION ALL …`: behind a parenthesised query that was read as an expression, that query if it goes on.
 * Deciding only here, once the inner parentheses have closed, keeps parsing linear.
 */
export function continuedQuery(p: Cursor, inner: Expression): Query | undefined {
  const query = parenthesisedQuery(inner);
  return query !== undefined && continuesQuery(p) ? query : undefined;
}

/** The query of a scalar subquery. */
export function parenthesisedQuery(expression: Expression): Query | undefined {
  return expression.kind === 'subquery' && expression.form === 'SCALAR' ? expression.query : undefined;
}

/** Whether what is next goes on with a query that has just closed its parenthesis. */
export function continuesQuery(p: Cursor): boolean {
  const { word } = p.peek();
  if (['UNION', 'INTERSECT', 'EXCEPT', 'ORDER', 'LIMIT', '|>'].includes(word)) return true;
  return /^(?:FULL|LEFT|INNER)$/.test(word) && ['UNION', 'INTERSECT', 'EXCEPT', 'OUTER'].includes(p.peek(1).word);
}
