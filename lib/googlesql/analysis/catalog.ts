/** What the analyser asks of the world: tables, views and functions by name. */

import type { SqlType } from '../types/sql-type.ts';

/** A table, view or routine by its full name. */
export interface ObjectPath {
  readonly project: string;
  readonly dataset: string;
  readonly name: string;
}

export interface CatalogColumn {
  readonly name: string;
  readonly type: SqlType;
  /** NOT NULL (REST mode REQUIRED). */
  readonly required: boolean;
  /** SQL of the default value. */
  readonly defaultSql?: string;
  /** Whatever the caller knows of the column (a semantic class, a policy); handed through to lineage untouched. */
  readonly annotation?: unknown;
}

/** How a table is cut into partitions. */
export type CatalogPartitioning =
  | { readonly kind: 'ingestion'; readonly unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR' }
  | { readonly kind: 'column'; readonly unit: 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'; readonly column: string }
  | {
      readonly kind: 'range';
      readonly column: string;
      readonly start: bigint;
      readonly end: bigint;
      readonly interval: bigint;
    };

/** Something that FROM can name. */
export interface CatalogTable {
  readonly path: ObjectPath;
  readonly kind: 'table' | 'view';
  readonly columns: readonly CatalogColumn[];
  readonly partitioning?: CatalogPartitioning;
  /** Queries must filter on the partition. */
  readonly requirePartitionFilter: boolean;
  /** Of a view: its query. */
  readonly viewSql?: string;
  /** What the engine reads rows from; opaque to the analyser. */
  readonly storage?: unknown;
}

export interface CatalogRoutine {
  readonly path: ObjectPath;
  readonly kind: 'scalar' | 'table' | 'remote';
  /** Absent type: ANY TYPE. */
  readonly parameters: readonly { readonly name: string; readonly type?: SqlType }[];
  readonly returns?: SqlType;
  /** An expression, or a query of a table function. */
  readonly body: string;
  /** What lineage is told of values that flow through the body, when the body does not show it itself. */
  readonly effect?: 'opens' | 'masks';
}

/** Outcomes of a look-up. */
export type Found<T> = { readonly kind: 'found'; readonly value: T } | { readonly kind: 'noDataset' | 'noObject' };

/** Everything that can be named. Look-ups are pure and quick: all of it is in memory. */
export interface Catalog {
  findTable(path: ObjectPath): Found<CatalogTable>;
  findRoutine(path: ObjectPath): Found<CatalogRoutine>;
  /** Tables of a dataset whose names start with a prefix, in order of name: for wildcard tables. */
  listTables(project: string, dataset: string, prefix: string): readonly CatalogTable[];
}

/** `project.dataset.table`, as messages show it. */
export function pathText(path: ObjectPath): string {
  return `${path.project}:${path.dataset}.${path.name}`;
}
