/** Queries as written. */

import type { Expression, Identifier, OrderItem, PathName, WindowSpecification } from './ast-expression.ts';

/** A whole query: WITH, a body, ORDER BY, LIMIT, then pipe operators. */
export interface Query {
  readonly at: number;
  readonly with?: WithClause;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Limit;
  readonly pipes: readonly PipeOperator[];
}

export interface WithClause {
  readonly at: number;
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable {
  readonly name: Identifier;
  readonly query: Query;
}

export interface Limit {
  readonly at: number;
  readonly count: Expression;
  readonly offset?: Expression;
}

export type QueryBody =
  | Select
  | SetOperation
  | { readonly kind: 'nested'; readonly at: number; readonly query: Query }
  /** `FROM t |> …` */
  | { readonly kind: 'from'; readonly at: number; readonly from: FromItem };

export type SetOperator = 'UNION' | 'INTERSECT' | 'EXCEPT';

/** How columns of the inputs are matched: by position, or by name. */
export interface SetMatching {
  readonly by: 'POSITION' | 'NAME' | 'CORRESPONDING';
  readonly mode: 'DEFAULT' | 'INNER' | 'LEFT' | 'FULL' | 'STRICT';
  /** `ON (…)` or `BY (…)`. */
  readonly columns?: readonly Identifier[];
}

/** A chain of one operator, so that long unions stay flat. */
export interface SetOperation {
  readonly kind: 'setOperation';
  readonly at: number;
  readonly operator: SetOperator;
  readonly distinct: boolean;
  readonly matching: SetMatching;
  readonly inputs: readonly QueryBody[];
}

export interface Select {
  readonly kind: 'select';
  readonly at: number;
  readonly distinct: boolean;
  readonly as?: 'STRUCT' | 'VALUE';
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expression;
  readonly groupBy?: GroupBy;
  readonly having?: Expression;
  readonly qualify?: Expression;
  readonly windows: readonly NamedWindow[];
}

export interface NamedWindow {
  readonly name: Identifier;
  readonly specification: WindowSpecification;
}

/** `* EXCEPT (…) REPLACE (…)`. */
export interface StarModifiers {
  readonly except: readonly Identifier[];
  readonly replace: readonly { readonly value: Expression; readonly alias: Identifier }[];
}

export type SelectItem =
  | { readonly kind: 'expression'; readonly at: number; readonly value: Expression; readonly alias?: Identifier }
  | { readonly kind: 'star'; readonly at: number; readonly modifiers: StarModifiers }
  | { readonly kind: 'dotStar'; readonly at: number; readonly base: Expression; readonly modifiers: StarModifiers };

export type GroupBy =
  | { readonly kind: 'all'; readonly at: number }
  | { readonly kind: 'items'; readonly at: number; readonly items: readonly GroupingItem[] };

/** One item of GROUP BY. `sets` holds expression lists; the empty list is the grand total. */
export type GroupingItem =
  | { readonly kind: 'expression'; readonly value: Expression; readonly alias?: Identifier }
  | { readonly kind: 'rollup' | 'cube'; readonly at: number; readonly sets: readonly (readonly Expression[])[] }
  | { readonly kind: 'groupingSets'; readonly at: number; readonly items: readonly GroupingSet[] };

export type GroupingSet =
  | { readonly kind: 'set'; readonly values: readonly Expression[] }
  | { readonly kind: 'rollup' | 'cube'; readonly sets: readonly (readonly Expression[])[] };

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA';

export interface TablePathItem {
  readonly kind: 'tablePath';
  readonly at: number;
  readonly path: PathName;
  readonly alias?: Identifier;
  readonly systemTime?: Expression;
  /** WITH OFFSET of a correlated array path: `FROM t, t.items WITH OFFSET`. */
  readonly offset?: { readonly alias?: Identifier; readonly at: number };
  readonly operators: readonly TableOperator[];
}

export interface SubqueryItem {
  readonly kind: 'subquery';
  readonly at: number;
  readonly query: Query;
  readonly alias?: Identifier;
  readonly operators: readonly TableOperator[];
}

export interface UnnestItem {
  readonly kind: 'unnest';
  readonly at: number;
  readonly array: Expression;
  readonly alias?: Identifier;
  readonly offset?: { readonly alias?: Identifier; readonly at: number };
  readonly operators: readonly TableOperator[];
}

export interface TableFunctionItem {
  readonly kind: 'tableFunction';
  readonly at: number;
  readonly path: PathName;
  readonly arguments: readonly TableArgument[];
  readonly alias?: Identifier;
  readonly operators: readonly TableOperator[];
}

export type TableArgument =
  | { readonly kind: 'expression'; readonly value: Expression; readonly name?: Identifier }
  | { readonly kind: 'table'; readonly path: PathName; readonly at: number }
  | { readonly kind: 'query'; readonly query: Query; readonly at: number };

export interface JoinItem {
  readonly kind: 'join';
  readonly at: number;
  readonly join: JoinKind;
  readonly left: FromItem;
  readonly right: FromItem;
  readonly on?: Expression;
  readonly using?: readonly Identifier[];
}

/** `(a JOIN b ON …)`. */
export interface NestedJoinItem {
  readonly kind: 'nestedJoin';
  readonly at: number;
  readonly item: FromItem;
  readonly operators: readonly TableOperator[];
}

export type FromItem = TablePathItem | SubqueryItem | UnnestItem | TableFunctionItem | JoinItem | NestedJoinItem;

/** What may follow a table in FROM. */
export type TableOperator = PivotOperator | UnpivotOperator | SampleOperator;

export interface PivotOperator {
  readonly kind: 'pivot';
  readonly at: number;
  readonly aggregates: readonly { readonly value: Expression; readonly alias?: Identifier }[];
  readonly input: Expression;
  readonly values: readonly { readonly value: Expression; readonly alias?: Identifier }[];
  readonly alias?: Identifier;
}

export interface UnpivotOperator {
  readonly kind: 'unpivot';
  readonly at: number;
  readonly includeNulls: boolean;
  /** Names of the value columns: one, or one per column of a set. */
  readonly values: readonly Identifier[];
  readonly name: Identifier;
  readonly columns: readonly { readonly columns: readonly PathName[]; readonly label?: Expression }[];
  readonly alias?: Identifier;
}

export interface SampleOperator {
  readonly kind: 'sample';
  readonly at: number;
  readonly method: string;
  readonly size: Expression;
  readonly unit: 'PERCENT' | 'ROWS';
}

/** `|> …`. */
export type PipeOperator = { readonly at: number } & (
  | { readonly kind: 'select'; readonly select: Select }
  | { readonly kind: 'extend'; readonly items: readonly SelectItem[]; readonly windows: readonly NamedWindow[] }
  | { readonly kind: 'set'; readonly items: readonly { readonly column: Identifier; readonly value: Expression }[] }
  | { readonly kind: 'drop'; readonly columns: readonly Identifier[] }
  | { readonly kind: 'rename'; readonly items: readonly { readonly from: Identifier; readonly to: Identifier }[] }
  | { readonly kind: 'as'; readonly alias: Identifier }
  | { readonly kind: 'where'; readonly condition: Expression }
  | { readonly kind: 'limit'; readonly limit: Limit }
  | {
      readonly kind: 'aggregate';
      readonly items: readonly PipeAggregateItem[];
      readonly groupBy: readonly PipeGroupItem[];
      /** GROUP AND ORDER BY. */
      readonly andOrder: boolean;
    }
  | { readonly kind: 'distinct' }
  | { readonly kind: 'orderBy'; readonly items: readonly OrderItem[] }
  | {
      readonly kind: 'setOperation';
      readonly operator: SetOperator;
      readonly distinct: boolean;
      readonly matching: SetMatching;
      readonly queries: readonly Query[];
    }
  | ({ readonly kind: 'join'; readonly join: JoinKind; readonly right: FromItem } & JoinCondition)
  | { readonly kind: 'call'; readonly function: TableFunctionItem }
  | { readonly kind: 'tableOperator'; readonly operator: TableOperator }
  | { readonly kind: 'with'; readonly with: WithClause }
  | { readonly kind: 'window'; readonly items: readonly SelectItem[] }
  | { readonly kind: 'assert'; readonly condition: Expression; readonly messages: readonly Expression[] }
);

export interface JoinCondition {
  readonly on?: Expression;
  readonly using?: readonly Identifier[];
}

export interface PipeAggregateItem {
  readonly value: Expression;
  readonly alias?: Identifier;
  readonly order?: { readonly descending: boolean; readonly nulls?: 'FIRST' | 'LAST' };
}

export interface PipeGroupItem {
  readonly item: GroupingItem;
  readonly order?: { readonly descending: boolean; readonly nulls?: 'FIRST' | 'LAST' };
}
