/** WITH: common table expressions. */

import type { Identifier } from './ast-expression.ts';
import type { Query, WithClause } from './ast-query.ts';
import type { Cursor } from './cursor.ts';
import { SqlError } from './sql-error.ts';

/** `WITH [RECURSIVE] name AS (query), …`. */
export function parseWithClause(p: Cursor): WithClause {
  const at = p.expect('WITH').start;
  const recursive = p.accepts('RECURSIVE');
  const tables = [parseCommonTable(p)];
  while (p.accepts(',')) {
    if (p.sees('SELECT') || p.sees('(') || p.sees('FROM')) {
      throw new SqlError(
        'Syntax error: Trailing comma after the WITH clause before the main query is not allowed',
        p.previous().start,
      );
    }
    tables.push(parseCommonTable(p));
  }
  return { at, recursive, tables };
}

function parseCommonTable(p: Cursor): { readonly name: Identifier; readonly query: Query } {
  const name = p.identifier();
  p.expect('AS');
  p.expect('(');
  const query = p.query();
  p.expect(')');
  return { name, query };
}
