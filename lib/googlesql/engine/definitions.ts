/** What a warehouse holds beside rows: datasets, tables, views and routines, in BigQuery REST's own words. */

import type { RestField } from '../types/rest-schema.ts';

/** Any JSON object that the engine stores and returns as it is. */
export type JsonObject = { readonly [key: string]: unknown };

export interface DatasetRef {
  readonly projectId: string;
  readonly datasetId: string;
}

/** A table or view. Where reading or writing says so, `tableId` may carry a decorator: `plays$20260801`. */
export interface TableRef extends DatasetRef {
  readonly tableId: string;
}

export interface RoutineRef extends DatasetRef {
  readonly routineId: string;
}

/** What the engine keeps of everything it defines. */
export interface Stored {
  /** Fields of the REST resource that the engine does not interpret, by their REST names (`labels`, `access`, …).
   *  DDL `OPTIONS` are merged in here under REST names: `description`, `friendlyName`, `labels`. */
  readonly resource: JsonObject;
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** Counts changes of the definition, from 1; the source of the REST `etag`. */
  readonly revision: number;
}

export interface DatasetSpec {
  readonly ref: DatasetRef;
  /** Default lifetime of new tables, milliseconds. */
  readonly defaultTableExpirationMs?: number;
  /** Default lifetime of the partitions of new partitioned tables, milliseconds. */
  readonly defaultPartitionExpirationMs?: number;
  readonly resource?: JsonObject;
}

export interface DatasetDefinition extends DatasetSpec, Stored {
  readonly resource: JsonObject;
}

export type PartitionUnit = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

/** REST `timePartitioning`. Without `field` the table is partitioned by ingestion time. */
export interface TimePartitioning {
  readonly type: PartitionUnit;
  readonly field?: string;
  /** Lifetime of a partition from its start, milliseconds as decimal text (REST int64). */
  readonly expirationMs?: string;
}

/** REST `rangePartitioning`: bounds and width as decimal text (REST int64). */
export interface RangePartitioning {
  readonly field: string;
  readonly range: { readonly start: string; readonly end: string; readonly interval: string };
}

export type TableType = 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SNAPSHOT' | 'CLONE';

/** What a caller gives to create or replace a table or view. */
export interface TableSpec {
  readonly ref: TableRef;
  readonly type: TableType;
  /** Columns; for a view left out, then the analysed query decides. */
  readonly fields?: readonly RestField[];
  readonly timePartitioning?: TimePartitioning;
  readonly rangePartitioning?: RangePartitioning;
  readonly clustering?: { readonly fields: readonly string[] };
  /** When the whole table goes, Unix milliseconds. */
  readonly expirationMs?: number;
  readonly requirePartitionFilter?: boolean;
  /** The GoogleSQL query of a view or materialized view. */
  readonly viewQuery?: string;
  readonly resource?: JsonObject;
}

export interface TableDefinition extends TableSpec, Stored {
  readonly fields: readonly RestField[];
  readonly resource: JsonObject;
}

/** One argument of a routine; `dataType` is REST's StandardSqlDataType, absent for ANY TYPE. */
export interface RoutineArgument {
  readonly name: string;
  readonly dataType?: JsonObject;
}

export type RoutineType = 'SCALAR_FUNCTION' | 'TABLE_VALUED_FUNCTION';

export interface RoutineSpec {
  readonly ref: RoutineRef;
  readonly type: RoutineType;
  readonly arguments: readonly RoutineArgument[];
  /** REST's StandardSqlDataType; absent when it follows from the body. */
  readonly returnType?: JsonObject;
  /** The SQL expression (or query, for a table function). Empty for a remote function. */
  readonly body: string;
  /** REST `remoteFunctionOptions` of a remote function. */
  readonly remote?: JsonObject;
  readonly resource?: JsonObject;
}

export interface RoutineDefinition extends RoutineSpec, Stored {
  readonly resource: JsonObject;
}

/** What is known of a table's rows without scanning values. */
export interface TableStatistics {
  readonly rows: number;
  /** Logical bytes under BigQuery's size rules (an estimate while `exact` is false). */
  readonly bytes: number;
  readonly exact: boolean;
  /** Last change of definition or rows, Unix milliseconds. */
  readonly modifiedMs: number;
}
