/** The typed tree: statements that change rows. */

import type { CatalogTable } from '../analysis/catalog.ts';
import type { Column, Expression, QueryTree } from './expression.ts';
import type { Scan } from './scan.ts';

/** Adds the query's rows. */
export interface InsertTree {
  readonly kind: 'insert';
  readonly target: CatalogTable;
  readonly query: QueryTree;
  /** For each column of the target: where its value comes from. */
  readonly values: readonly InsertValue[];
  /** `_PARTITIONTIME` of the new rows, when the statement sets it. */
  readonly partitionTime?: Column;
}

/** A column of the query, or what stands for a column that is not given. */
export type InsertValue =
  | { readonly kind: 'given'; readonly column: Column }
  | { readonly kind: 'default'; readonly value: Expression };

/** A new value for one column of the target. */
export interface Assignment {
  readonly index: number;
  readonly value: Expression;
}

/** Changes the target's rows that the scan yields, told by their row identifiers. */
export interface UpdateTree {
  readonly kind: 'update';
  readonly target: CatalogTable;
  readonly scan: Scan;
  readonly rowId: Column;
  readonly assignments: readonly Assignment[];
}

export interface DeleteTree {
  readonly kind: 'delete';
  readonly target: CatalogTable;
  readonly scan: Scan;
  readonly rowId: Column;
}

export interface TruncateTree {
  readonly kind: 'truncate';
  readonly target: CatalogTable;
}

/** Target and source joined in full; each row takes the first clause that it fits. */
export interface MergeTree {
  readonly kind: 'merge';
  readonly target: CatalogTable;
  readonly scan: Scan;
  /** NULL where the source row has no match. */
  readonly rowId: Column;
  /** NULL where the target row has no match. */
  readonly sourceId: Column;
  readonly clauses: readonly MergeTreeClause[];
}

export interface MergeTreeClause {
  readonly match: 'MATCHED' | 'NOT MATCHED BY TARGET' | 'NOT MATCHED BY SOURCE';
  readonly condition?: Expression;
  readonly action:
    | { readonly kind: 'insert'; readonly values: readonly Expression[] }
    | { readonly kind: 'update'; readonly assignments: readonly Assignment[] }
    | { readonly kind: 'delete' };
}

export type ChangeTree = InsertTree | UpdateTree | DeleteTree | TruncateTree | MergeTree;
