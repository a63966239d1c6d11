/** What generating needs beside the tree: the session, parameter values, and names that are bound. */

import { TOO_COMPLEX } from '../syntax/too-complex.ts';
import { SqlError } from '../syntax/sql-error.ts';
import type { Expression, QueryTree } from '../tree/expression.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { SqlValue } from '../values/sql-value.ts';

/** The session a statement runs in. */
export interface Session {
  readonly timeZone: string;
  readonly nowMicros: bigint;
  readonly user: string;
  /** The request's name, by which its calls of remote functions are told from those of others. */
  readonly request: string;
  /** Values of parameters by key, of the types that the tree was analysed with. */
  readonly parameters: ReadonlyMap<string, TypedValue>;
  /** Values of script variables by lower-case name. */
  readonly variables: ReadonlyMap<string, TypedValue>;
  /**
   * `quick`: sums as DuckDB takes them, which fail with `sumAgain` where that may be wrong; whoever runs them then does it again
   * without. By default they are right at once, and cost several times as much.
   */
  readonly sums?: 'quick';
}

/** A value with its type. */
export interface TypedValue {
  readonly type: SqlType;
  readonly value: SqlValue;
}

/** The mutually recursive entry points of the generator; passed in, so that its files need no import cycle. */
export interface Emitters {
  readonly expression: (expression: Expression, context: Context) => string;
  /** The query as `SELECT …` without parentheses, columns named `o0`, `o1`, …. */
  readonly query: (query: QueryTree, context: Context) => string;
}

/** A place in the tree being written. */
export interface Context {
  readonly session: Session;
  readonly emit: Emitters;
  /** Columns that stand for another text than their own name: values bound by a lambda. */
  readonly bound: ReadonlyMap<number, string>;
  readonly counter: { next: number; inputs: number; windows: number };
}

/**
 * What DuckDB plans in time that grows with its square, and without looking up when it is interrupted: a second's worth of it.
 */
const MAX_COUNTS = { inputs: 1500, windows: 1000 } as const;

/** Counts inputs of set operations, or window functions, of the statement. Throws when there are too many. */
export function countParts({ counter }: Context, what: keyof typeof MAX_COUNTS, count: number): void {
  counter[what] += count;
  if (counter[what] > MAX_COUNTS[what]) throw new SqlError(TOO_COMPLEX);
}

/** A name that nothing else has. */
export function freshName(context: Context, prefix: string): string {
  context.counter.next++;
  return `${prefix}${context.counter.next}`;
}

/** The id of a column made here: below zero, so that it meets none of the analyser's. */
export function newColumnId(context: Context): number {
  context.counter.next++;
  return -context.counter.next;
}

/** The name of a column. */
export function columnName(id: number): string {
  return id < 0 ? `d${-id}` : `c${id}`;
}

/** The same place with columns bound to texts. */
export function withBound(context: Context, bindings: Iterable<readonly [number, string]>): Context {
  return { ...context, bound: new Map([...context.bound, ...bindings]) };
}
