/** Expressions as written: immutable nodes, each with the offset at which it starts. */

import type { Query } from './ast-query.ts';
import type { TypeName } from './ast-type.ts';

/** A name as written, without its quotes. */
export interface Identifier {
  readonly name: string;
  readonly at: number;
}

/** A dotted name: `dataset.table`, `t.column.field`. Never empty. */
export type PathName = readonly Identifier[];

interface Node<Kind extends string> {
  readonly kind: Kind;
  /** Offset of the first character. */
  readonly at: number;
}

export interface NullLiteral extends Node<'null'> {}

export interface BoolLiteral extends Node<'bool'> {
  readonly value: boolean;
}

/** An integer as its digits, `0x` form included: its range is the analyser's business. */
export interface IntLiteral extends Node<'int'> {
  readonly text: string;
}

export interface FloatLiteral extends Node<'float'> {
  readonly text: string;
}

export interface StringLiteral extends Node<'string'> {
  readonly value: string;
}

export interface BytesLiteral extends Node<'bytes'> {
  readonly value: Uint8Array;
}

/** `DATE '2026-08-01'` and its like. */
export interface TypedLiteral extends Node<'typedLiteral'> {
  readonly typeName: 'DATE' | 'TIME' | 'DATETIME' | 'TIMESTAMP' | 'NUMERIC' | 'BIGNUMERIC' | 'JSON';
  readonly value: string;
  /** Offset of the quoted text. */
  readonly valueAt: number;
}

/** `@name`, or `?` with its position from 1. */
export interface Parameter extends Node<'parameter'> {
  readonly name?: string;
  readonly position?: number;
}

/** `@@time_zone`, `@@row_count`, `@@error.message`. */
export interface SystemVariable extends Node<'systemVariable'> {
  readonly path: PathName;
}

/** A name that may be a column, a range variable, a field chain or a variable. */
export interface PathExpression extends Node<'path'> {
  readonly path: PathName;
}

/** A field of something that is not itself a plain path: `f(x).name`. */
export interface FieldAccess extends Node<'field'> {
  readonly base: Expression;
  readonly name: Identifier;
}

/** `base[index]`; `OFFSET(…)` and its siblings are calls in `index`. */
export interface IndexAccess extends Node<'index'> {
  readonly base: Expression;
  readonly index: Expression;
}

export type UnaryOperator = '-' | '+' | '~' | 'NOT';

export interface UnaryExpression extends Node<'unary'> {
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type BinaryOperator =
  | '+' | '-' | '*' | '/' | '||' | '&' | '|' | '^' | '<<' | '>>'
  | '=' | '!=' | '<>' | '<' | '<=' | '>' | '>='; // oxfmt-ignore

export interface BinaryExpression extends Node<'binary'> {
  readonly operator: BinaryOperator;
  readonly operatorAt: number;
  readonly left: Expression;
  readonly right: Expression;
}

/** A whole chain of ANDs or ORs, so that long filters stay flat. */
export interface LogicalExpression extends Node<'logical'> {
  readonly operator: 'AND' | 'OR';
  readonly operands: readonly Expression[];
}

export interface IsExpression extends Node<'is'> {
  readonly operand: Expression;
  readonly test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN';
  readonly negated: boolean;
}

export interface IsDistinctExpression extends Node<'isDistinct'> {
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
}

export interface BetweenExpression extends Node<'between'> {
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}

/** What stands to the right of IN, or of a quantified LIKE. */
export type Collection =
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'unnest'; readonly array: Expression };

export interface InExpression extends Node<'in'> {
  readonly operand: Expression;
  readonly collection: Collection;
  readonly negated: boolean;
}

export interface LikeExpression extends Node<'like'> {
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly negated: boolean;
}

export interface QuantifiedLikeExpression extends Node<'quantifiedLike'> {
  readonly operand: Expression;
  readonly quantifier: 'ANY' | 'ALL';
  readonly collection: Collection;
  readonly negated: boolean;
}

export interface CaseExpression extends Node<'case'> {
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise?: Expression;
}

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
  /** Absent when not written: then NULLs come first in ascending order and last in descending order. */
  readonly nulls?: 'FIRST' | 'LAST';
}

/** `name => value`. */
export interface NamedArgument {
  readonly name: Identifier;
  readonly value: Expression;
}

export interface FunctionCall extends Node<'call'> {
  readonly path: PathName;
  readonly arguments: readonly Expression[];
  readonly namedArguments: readonly NamedArgument[];
  readonly distinct: boolean;
  readonly nulls?: 'IGNORE' | 'RESPECT';
  readonly having?: HavingModifier;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expression;
  readonly over?: WindowSpecification;
}

/** `HAVING MAX key` in an aggregate. */
export interface HavingModifier {
  readonly at: number;
  readonly extreme: 'MAX' | 'MIN';
  readonly expression: Expression;
}

/** The `*` of `COUNT(*)`. */
export interface StarArgument extends Node<'star'> {}

/** `INTERVAL 3 DAY`, `INTERVAL '1-2' YEAR TO MONTH`. */
export interface IntervalExpression extends Node<'interval'> {
  readonly value: Expression;
  readonly part: Identifier;
  readonly to?: Identifier;
}

export interface CastExpression extends Node<'cast'> {
  readonly operand: Expression;
  readonly type: TypeName;
  readonly safe: boolean;
  readonly format?: FormatClause;
}

/** `FORMAT model [AT TIME ZONE zone]`. */
export interface FormatClause {
  readonly at: number;
  readonly model: Expression;
  readonly timeZone?: Expression;
}

/** `EXTRACT(part FROM operand AT TIME ZONE zone)`; the part is a path or, for `WEEK(MONDAY)`, a call. */
export interface ExtractExpression extends Node<'extract'> {
  readonly part: Expression;
  readonly operand: Expression;
  readonly timeZone?: Expression;
}

export interface ArrayExpression extends Node<'array'> {
  readonly elementType?: TypeName;
  readonly elements: readonly Expression[];
}

/** `STRUCT(…)`, `STRUCT<…>(…)` or a parenthesised list `(a, b)`. */
export interface StructExpression extends Node<'struct'> {
  readonly type?: TypeName;
  /** A parenthesised list, which names no fields. */
  readonly tuple: boolean;
  readonly fields: readonly { readonly value: Expression; readonly alias?: Identifier }[];
}

export interface SubqueryExpression extends Node<'subquery'> {
  readonly form: 'SCALAR' | 'ARRAY' | 'EXISTS';
  readonly query: Query;
}

/** `WITH(a AS 1, b AS a + 1, a * b)`. */
export interface WithExpression extends Node<'with'> {
  readonly bindings: readonly { readonly name: Identifier; readonly value: Expression }[];
  readonly body: Expression;
}

/** `x -> x + 1`; kept by the parser so that the analyser can say what is missing. */
export interface LambdaExpression extends Node<'lambda'> {
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
}

/** DEFAULT in an INSERT row or an UPDATE item. */
export interface DefaultExpression extends Node<'default'> {}

export type FrameBound =
  | { readonly kind: 'UNBOUNDED PRECEDING' | 'CURRENT ROW' | 'UNBOUNDED FOLLOWING'; readonly at: number }
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly at: number; readonly offset: Expression };

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly at: number;
}

/** What stands behind OVER or in a WINDOW clause. */
export interface WindowSpecification {
  readonly at: number;
  /** The named window that this one is or refines. */
  readonly base?: Identifier;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
}

export type Expression =
  | NullLiteral
  | BoolLiteral
  | IntLiteral
  | FloatLiteral
  | StringLiteral
  | BytesLiteral
  | TypedLiteral
  | Parameter
  | SystemVariable
  | PathExpression
  | FieldAccess
  | IndexAccess
  | UnaryExpression
  | BinaryExpression
  | LogicalExpression
  | IsExpression
  | IsDistinctExpression
  | BetweenExpression
  | InExpression
  | LikeExpression
  | QuantifiedLikeExpression
  | CaseExpression
  | FunctionCall
  | StarArgument
  | IntervalExpression
  | CastExpression
  | ExtractExpression
  | ArrayExpression
  | StructExpression
  | SubqueryExpression
  | WithExpression
  | LambdaExpression
  | DefaultExpression;
