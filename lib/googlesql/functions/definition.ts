/** What is known of a built-in function: its overloads, and how each is written in DuckDB. */

import type { Signature } from './signature.ts';

/**
 * How a scalar call is written: DuckDB SQL with placeholders.
 * `$1`, `$2` the arguments; `$all( + )` all of them with a text between; `$rest2` those from the second on, with commas;
 * `$zone2` the second argument, or the session's time zone when it is not given; `$part` the call's date part as a
 * string literal; `$types2` the types of the arguments from the second on and `$type` the result's, as string literals;
 * `$duck` the result's DuckDB type; `$option(name)` a named argument; `$now` the statement's time in microseconds;
 * `$user` who runs it; `$request` the name of the request; `$error(…)` an error whose message is the DuckDB expression given, or NULL under SAFE.
 * An argument that is used more than once is computed once, unless it is short.
 */
export type ScalarTemplate = string | PartTemplates | FloatTemplate | LargeTemplate;

/**
 * A template for each date part that the function takes; `WEEK(*)` stands for WEEK with any weekday, in which `$weekday`
 * is its number, Sunday 0.
 */
export interface PartTemplates {
  readonly parts: Readonly<Record<string, string>>;
}

/**
 * Arithmetic of doubles. What DuckDB makes of `quick` holds wherever it is finite; for everything else there is `exact`, a call
 * of ours that knows Google's errors.
 */
export interface FloatTemplate {
  readonly quick: string;
  readonly exact: string;
  /** Positions of operands which, when they are not finite, leave the result not finite either: those need no look of their own. */
  readonly carries: readonly number[];
}

/** A function of texts or bytes whose result may be far larger than they are. */
export interface LargeTemplate {
  /** DuckDB's way, for results that are not large. */
  readonly native: (texts: readonly string[]) => string;
  /** A function of ours of the same arguments, which keeps to a limit. */
  readonly large: string;
  /** The result's size: that of all arguments together, or up to that of the first times that of the last; or `native` looks at it. */
  readonly sizes: 'sum' | 'product' | 'own';
}

/**
 * How an aggregate is written. `call` is DuckDB's aggregate with `$1` arguments; DISTINCT, ORDER BY, FILTER and OVER
 * are put into it. `result` wraps the calls' values: `#1` is the first one's.
 */
export interface AggregateTemplate {
  readonly calls: readonly string[];
  readonly result?: string;
  /** Arguments must not be NULL for a row to count; DuckDB's aggregate would see such rows. */
  readonly skipNulls?: boolean;
  /** LIMIT is served by cutting a list; other aggregates have none. */
  readonly list?: boolean;
  /** A cheaper way for queries that can be run again: its result, or `gs_sum_again` where that may be wrong. */
  readonly quick?: Pick<AggregateTemplate, 'calls' | 'result'>;
}

export interface Overload<Template> {
  readonly signature: Signature;
  readonly template: Template;
}

export type ScalarOverload = Overload<ScalarTemplate>;
export type AggregateOverload = Overload<AggregateTemplate>;

/** How arguments reach the result, for lineage. */
export interface ArgumentRoles {
  /** Positions of arguments that decide but do not flow: the condition of IF, the key of a cipher. */
  readonly conditions?: readonly number[];
  /** The result is one of its arguments, or of their elements, unchanged: COALESCE, ARRAY_REVERSE, LAG. */
  readonly passesThrough?: boolean;
  /** The result no longer shows its argument: hashes, encryption. */
  readonly masks?: boolean;
  /** The result shows what its argument hid: decryption. */
  readonly opens?: boolean;
  /** The result says how many there are and shows none of them: COUNT. */
  readonly counts?: boolean;
  /** The result is one made of all of them, and shows one only where it is alone: SUM, AVG. */
  readonly combines?: boolean;
  /** Another result for the same arguments: RAND. Such calls are never moved, copied or folded. */
  readonly volatile?: boolean;
}

interface Definition extends ArgumentRoles {
  /** Upper-case name with dots: `SUBSTR`, `NET.HOST`, or an operator's sign. */
  readonly name: string;
}

export interface ScalarDefinition extends Definition {
  readonly kind: 'scalar';
  readonly overloads: readonly ScalarOverload[];
}

/** An aggregate, or a function that only OVER gives a meaning (`window`). */
export interface AggregateDefinition extends Definition {
  readonly kind: 'aggregate' | 'window';
  readonly overloads: readonly AggregateOverload[];
  /** Whether OVER may follow. */
  readonly analytic: boolean;
  /** What may stand beside the arguments. */
  readonly modifiers: readonly AggregateModifier[];
  /** With OVER: whether ORDER BY must be there, and whether a frame may. */
  readonly window: { readonly order: 'required' | 'optional' | 'forbidden'; readonly frame: boolean };
}

export type FunctionDefinition = ScalarDefinition | AggregateDefinition;

export type AggregateModifier = 'distinct' | 'nulls' | 'having' | 'order' | 'limit';
