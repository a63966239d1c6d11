/** The typed tree: scans, which produce rows of columns. */

import type { CatalogTable } from '../analysis/catalog.ts';
import type { AggregateCall, Column, Expression, OrderKey, QueryTree } from './expression.ts';

/** One row without columns: SELECT without FROM. */
export interface SingleRowScan {
  readonly kind: 'singleRow';
}

/** Rows of a stored table. */
export interface TableScan {
  readonly kind: 'table';
  readonly table: CatalogTable;
  /** The columns that may be read, with the position of each among the table's columns. */
  readonly columns: readonly TableScanColumn[];
  /** The partition that a decorator names: `20260801`. */
  readonly partition?: string;
  /** Adds the engine's row identifier, for DML. */
  readonly rowId?: Column;
}

export interface TableScanColumn {
  readonly column: Column;
  readonly source:
    | { readonly kind: 'column'; readonly index: number }
    | { readonly kind: 'pseudo'; readonly name: '_PARTITIONTIME' | '_PARTITIONDATE' }
    | { readonly kind: 'constant'; readonly value: string };
}

/** Rows written out: INSERT … VALUES, tables of INFORMATION_SCHEMA. */
export interface ValuesScan {
  readonly kind: 'values';
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Expression[])[];
}

export interface JoinScan {
  readonly kind: 'join';
  readonly join: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly left: Scan;
  readonly right: Scan;
  readonly condition?: Expression;
  /** The right side refers to columns of the left one. */
  readonly lateral: boolean;
}

/** Elements of an array, each with the row it belongs to when there is an input. */
export interface UnnestScan {
  readonly kind: 'unnest';
  readonly array: Expression;
  readonly element: Column;
  readonly offset?: Column;
}

export interface FilterScan {
  readonly kind: 'filter';
  readonly input: Scan;
  readonly condition: Expression;
}

/** Adds computed columns to those of its input. */
export interface ProjectScan {
  readonly kind: 'project';
  readonly input: Scan;
  readonly computed: readonly ComputedColumn[];
}

export interface ComputedColumn {
  readonly column: Column;
  readonly value: Expression;
}

/** Groups rows; its output is the keys and the aggregates. */
export interface AggregateScan {
  readonly kind: 'aggregate';
  readonly input: Scan;
  readonly keys: readonly ComputedColumn[];
  readonly aggregates: readonly { readonly column: Column; readonly call: AggregateCall }[];
  /** Sets of key positions; one set of all keys when absent. */
  readonly groupingSets?: readonly (readonly number[])[];
  /** GROUPING(key): 1 where the key is not in the row's set. */
  readonly groupings: readonly { readonly column: Column; readonly key: number }[];
}

/** Adds window functions' columns to those of its input. */
export interface WindowScan {
  readonly kind: 'window';
  readonly input: Scan;
  readonly functions: readonly { readonly column: Column; readonly call: WindowCall }[];
}

export interface WindowCall extends AggregateCall {
  readonly partitionBy: readonly Expression[];
  readonly windowOrder: readonly OrderKey[];
  readonly frame?: WindowFrame;
}

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE';
  readonly start: FrameEdge;
  readonly end: FrameEdge;
}

export type FrameEdge =
  | { readonly kind: 'UNBOUNDED PRECEDING' | 'CURRENT ROW' | 'UNBOUNDED FOLLOWING' }
  | { readonly kind: 'PRECEDING' | 'FOLLOWING'; readonly offset: Expression };

/** Distinct rows of the given columns, and only those columns. */
export interface DistinctScan {
  readonly kind: 'distinct';
  readonly input: Scan;
  readonly columns: readonly Column[];
}

export interface OrderScan {
  readonly kind: 'order';
  readonly input: Scan;
  readonly keys: readonly OrderKey[];
}

export interface LimitScan {
  readonly kind: 'limit';
  readonly input: Scan;
  readonly count: Expression;
  readonly offset?: Expression;
}

export interface SetScan {
  readonly kind: 'set';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly distinct: boolean;
  readonly inputs: readonly SetInput[];
  readonly columns: readonly Column[];
}

/** An input of a set operation: its columns in the order of the output's. */
export interface SetInput {
  readonly scan: Scan;
  readonly columns: readonly Column[];
}

/** A query with named subqueries in front. */
export interface WithScan {
  readonly kind: 'with';
  readonly tables: readonly WithTable[];
  readonly body: Scan;
}

export interface WithTable {
  readonly id: number;
  readonly name: string;
  readonly query: QueryTree;
  /** Set when the query refers to itself: its rows grow until nothing new comes. */
  readonly recursive: boolean;
}

/** Rows of a WITH table, under columns of its own. */
export interface WithRefScan {
  readonly kind: 'withRef';
  readonly id: number;
  /** One for each output column of the WITH table, in order. */
  readonly columns: readonly Column[];
}

/** A share of the input's rows. */
export interface SampleScan {
  readonly kind: 'sample';
  readonly input: Scan;
  readonly size: Expression;
  readonly unit: 'PERCENT' | 'ROWS';
}

export type Scan =
  | SingleRowScan
  | TableScan
  | ValuesScan
  | JoinScan
  | UnnestScan
  | FilterScan
  | ProjectScan
  | AggregateScan
  | WindowScan
  | DistinctScan
  | OrderScan
  | LimitScan
  | SetScan
  | WithScan
  | WithRefScan
  | SampleScan;
