/** What tracing a statement has found out so far. */

import type { QueryTree } from '../tree/expression.ts';
import type { Origin, Reach } from './origin.ts';

/** A query's columns, and what decides which rows it has. */
export interface TracedQuery {
  readonly columns: readonly Origin[];
  readonly rows: Reach;
}

/** One pass over a statement. */
export interface Tracing {
  /** Origins of columns by their id. Every scan's are known before what refers to them is traced. */
  readonly columns: Map<number, Origin>;
  /** WITH tables by their id. */
  readonly withTables: Map<number, TracedQuery>;
  /** Recursive WITH tables as the pass before left them; what a recursive reference yields. */
  readonly recursive: Map<number, TracedQuery>;
  /** Inner queries that have been traced. */
  readonly queries: Map<QueryTree, TracedQuery>;
  /** Traces an inner query; passed in, so that expressions and scans need no import cycle. */
  readonly query: (query: QueryTree, tracing: Tracing) => TracedQuery;
  /** Set when a recursive table has grown, so that another pass may find more. */
  grown: boolean;
}
