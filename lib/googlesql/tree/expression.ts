/** The typed tree: expressions with names resolved, types settled and coercions explicit. */

import type {
  AggregateDefinition,
  AggregateOverload,
  ScalarDefinition,
  ScalarOverload,
} from '../functions/definition.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { SqlValue } from '../values/sql-value.ts';
import type { Scan } from './scan.ts';

/** A column of some scan. Its id is unique in the whole statement, so a reference needs no scope. */
export interface Column {
  readonly id: number;
  /** For people; empty when it has none. */
  readonly name: string;
  readonly type: SqlType;
}

/** A constant. */
export interface LiteralNode {
  readonly kind: 'literal';
  readonly type: SqlType;
  readonly value: SqlValue;
  /** A float literal as written, which becomes NUMERIC without passing through a double. */
  readonly text?: string;
  /** A bare NULL or `[]`, which takes any type. */
  readonly untyped: boolean;
  /** False once a CAST or a type name has fixed the type: then it coerces like any expression. */
  readonly flexible: boolean;
  /** Of a NULL that stands for a query parameter of which nothing is known: the parameter's key. Its type is what is wanted of it. */
  readonly undeclared?: string;
}

/** A query parameter, by name (lower case) or by position from 1. */
export interface ParameterNode {
  readonly kind: 'parameter';
  readonly type: SqlType;
  readonly key: string;
}

/** A script variable, by lower-case name. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly type: SqlType;
  readonly name: string;
}

/** A column of an input, or of an enclosing query. */
export interface ColumnNode {
  readonly kind: 'column';
  readonly type: SqlType;
  readonly column: Column;
  /** Where it was named. */
  readonly at: number;
}

/** A date part argument: `DAY`, `WEEK(MONDAY)`. */
export interface PartNode {
  readonly kind: 'part';
  readonly type: SqlType;
  readonly part: string;
}

/** `INTERVAL count part` as the second argument of DATE_ADD and its like. */
export interface StepNode {
  readonly kind: 'step';
  readonly type: SqlType;
  readonly count: Expression;
  readonly part: string;
}

/** A call of a scalar built-in: a function or an operator. */
export interface CallNode {
  readonly kind: 'call';
  readonly type: SqlType;
  readonly definition: ScalarDefinition;
  readonly overload: ScalarOverload;
  readonly arguments: readonly Expression[];
  /** Values of constant named arguments, by lower-case name. */
  readonly options: Readonly<Record<string, SqlValue>>;
  /** SAFE.: NULL instead of an error of this call. */
  readonly safe: boolean;
}

export interface CastNode {
  readonly kind: 'cast';
  readonly type: SqlType;
  readonly operand: Expression;
  readonly safe: boolean;
  readonly format?: Expression;
  readonly timeZone?: Expression;
}

export interface StructNode {
  readonly kind: 'struct';
  readonly type: SqlType;
  readonly fields: readonly Expression[];
  /** Made of flexible literals, without a written type: its fields may still take other types. */
  readonly flexible: boolean;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly type: SqlType;
  readonly base: Expression;
  readonly index: number;
}

export interface ArrayNode {
  readonly kind: 'array';
  readonly type: SqlType;
  readonly elements: readonly Expression[];
  /** As of a struct. */
  readonly flexible: boolean;
}

export interface CaseNode {
  readonly kind: 'case';
  readonly type: SqlType;
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise: Expression;
}

export interface LogicalNode {
  readonly kind: 'logical';
  readonly type: SqlType;
  readonly operator: 'AND' | 'OR';
  readonly operands: readonly Expression[];
}

/** `operand IN (items)`, all of one type. */
export interface InNode {
  readonly kind: 'in';
  readonly type: SqlType;
  readonly operand: Expression;
  readonly items: readonly Expression[];
}

export interface SubqueryNode {
  readonly kind: 'subquery';
  readonly type: SqlType;
  readonly form: 'SCALAR' | 'ARRAY' | 'EXISTS' | 'IN';
  readonly query: QueryTree;
  /** Of IN: the left side, of the type of the query's one column. */
  readonly operand?: Expression;
  /** Of ARRAY: whether the query's rows have an order that the array must keep. */
  readonly ordered: boolean;
}

/** Values computed once and named: WITH expressions and calls of SQL functions. */
export interface LetNode {
  readonly kind: 'let';
  readonly type: SqlType;
  readonly bindings: readonly { readonly column: Column; readonly value: Expression }[];
  readonly body: Expression;
  /** What the function that this is a call of is declared to do to what flows through its body. */
  readonly effect?: 'opens' | 'masks';
}

export type Expression =
  | LiteralNode
  | ParameterNode
  | VariableNode
  | ColumnNode
  | PartNode
  | StepNode
  | CallNode
  | CastNode
  | StructNode
  | FieldNode
  | ArrayNode
  | CaseNode
  | LogicalNode
  | InNode
  | SubqueryNode
  | LetNode;

/** An aggregate's call; stands only in aggregate and window scans. */
export interface AggregateCall {
  readonly definition: AggregateDefinition;
  readonly type: SqlType;
  readonly overload: AggregateOverload;
  readonly arguments: readonly Expression[];
  readonly options: Readonly<Record<string, SqlValue>>;
  readonly distinct: boolean;
  readonly nulls?: 'IGNORE' | 'RESPECT';
  readonly having?: { readonly extreme: 'MAX' | 'MIN'; readonly expression: Expression };
  readonly orderBy: readonly OrderKey[];
  readonly limit?: Expression;
  /** Rows that count; of PIVOT. */
  readonly filter?: Expression;
  readonly safe: boolean;
}

export interface OrderKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** A query's scan with its output columns in order; a value table has one, without a name. */
export interface QueryTree {
  readonly scan: Scan;
  readonly columns: readonly OutputColumn[];
  readonly valueTable: boolean;
}

/** What an output column is called (empty: anonymous) and where it comes from. */
export interface OutputColumn {
  readonly name: string;
  readonly column: Column;
}
