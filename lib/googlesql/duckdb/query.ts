/** The generator's public face: a typed query as one DuckDB SELECT. */

import type { QueryTree } from '../tree/expression.ts';
import { renderPositions } from './block.ts';
import type { Context, Session } from './context.ts';
import { emitExpression } from './expression.ts';
import { emitScan } from './scan.ts';

/** A place to write trees at. */
export function newContext(session: Session): Context {
  return {
    session,
    emit: { expression: emitExpression, query: emitQuery },
    bound: new Map(),
    counter: { next: 0, inputs: 0, windows: 0 },
  };
}

/** The query as `SELECT …`, its columns named `o0`, `o1`, … */
export function emitQuery(query: QueryTree, context: Context): string {
  return renderPositions(
    emitScan(query.scan, context),
    query.columns.map((output) => output.column),
  );
}
