/** What can be asked of a warehouse about rows, and what it answers. */

import type {
  DatasetRef,
  JsonObject,
  RangePartitioning,
  RoutineRef,
  TableDefinition,
  TableRef,
  TimePartitioning,
} from './definitions.ts';
import type { RestSchema } from '../types/rest-schema.ts';

export type WriteDisposition = 'WRITE_EMPTY' | 'WRITE_APPEND' | 'WRITE_TRUNCATE';
export type CreateDisposition = 'CREATE_IF_NEEDED' | 'CREATE_NEVER';

/** REST `QueryParameter`s, all named or all positional (no `name`). */
export interface QueryParameter {
  readonly name?: string;
  readonly parameterType: RestParameterType;
  readonly parameterValue: RestParameterValue;
}

/** REST `QueryParameter` without a value: `name` is absent when it is positional. */
export interface UndeclaredParameter {
  readonly name?: string;
  readonly parameterType: RestParameterType;
}

export interface RestParameterType {
  readonly type: string;
  readonly arrayType?: RestParameterType;
  readonly structTypes?: readonly { readonly name?: string; readonly type: RestParameterType }[];
}

export interface RestParameterValue {
  /** The value as text; null or absent is NULL. */
  readonly value?: string | null;
  readonly arrayValues?: readonly RestParameterValue[] | null;
  readonly structValues?: { readonly [name: string]: RestParameterValue } | null;
}

/** Where the rows of a query go instead of an anonymous result. */
export interface Destination {
  /** May carry a partition decorator (`t$20260801`, `$2026080113`, `$202608`, `$2026`, or an integer range start). */
  readonly table: TableRef;
  readonly writeDisposition: WriteDisposition;
  readonly createDisposition: CreateDisposition;
  /** Used when the table is made or wholly replaced. */
  readonly timePartitioning?: TimePartitioning;
  readonly rangePartitioning?: RangePartitioning;
  readonly clustering?: { readonly fields: readonly string[] };
  readonly schemaUpdateOptions?: readonly ('ALLOW_FIELD_ADDITION' | 'ALLOW_FIELD_RELAXATION')[];
}

export interface RunRequest {
  /** The caller's name for this statement, unique among those in flight; `cancel` takes it. */
  readonly queryId: string;
  /** One statement or a script. */
  readonly sql: string;
  /** The project of unqualified names; by default the warehouse's own. */
  readonly projectId?: string;
  readonly defaultDataset?: DatasetRef;
  readonly parameters?: readonly QueryParameter[];
  readonly destination?: Destination;
  /** Analyse only: schema, statement type and referenced tables, nothing runs. */
  readonly dryRun?: boolean;
  /** Time zone of conversions that name none; default UTC. */
  readonly timeZone?: string;
  /** What SESSION_USER() answers. */
  readonly sessionUser?: string;
  /** Cancelled with reason `timeout` after this long, milliseconds. */
  readonly timeoutMs?: number;
}

/** BigQuery's `statementType`, those that the engine runs. */
export type StatementType =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'MERGE'
  | 'TRUNCATE_TABLE'
  | 'CREATE_SCHEMA'
  | 'DROP_SCHEMA'
  | 'ALTER_SCHEMA'
  | 'CREATE_TABLE'
  | 'CREATE_TABLE_AS_SELECT'
  | 'CREATE_VIEW'
  | 'CREATE_FUNCTION'
  | 'CREATE_TABLE_FUNCTION'
  | 'DROP_TABLE'
  | 'DROP_VIEW'
  | 'DROP_MATERIALIZED_VIEW'
  | 'DROP_SNAPSHOT_TABLE'
  | 'DROP_FUNCTION'
  | 'DROP_TABLE_FUNCTION'
  | 'DROP_PROCEDURE'
  | 'ALTER_TABLE'
  | 'ALTER_VIEW'
  | 'ALTER_MATERIALIZED_VIEW'
  | 'ASSERT'
  | 'EXPORT_DATA'
  | 'LOAD_DATA'
  | 'SCRIPT';

/** Rows kept by the engine until they expire; never in the durable file. */
export interface ResultHandle {
  readonly resultId: string;
  readonly totalRows: number;
  readonly expiresMs: number;
}

export interface DmlStats {
  readonly insertedRowCount: number;
  readonly updatedRowCount: number;
  readonly deletedRowCount: number;
}

/** Work of EXPORT DATA and LOAD DATA for whoever runs the statement. */
export type FileWork =
  /** The rows of `result` are to be written as the options say, by their names in lower case. */
  | { readonly kind: 'export'; readonly options: JsonObject }
  /** REST `JobConfigurationLoad`. */
  | { readonly kind: 'load'; readonly configuration: JsonObject };

export type DdlOperation = 'CREATE' | 'REPLACE' | 'SKIP' | 'DROP' | 'ALTER';

/** What one statement did. */
export interface StatementResult {
  readonly statementType: StatementType;
  /** Columns of the result (or of the table written with a destination); absent for DDL and DML. */
  readonly schema?: RestSchema;
  /** The rows of a query without a destination. */
  readonly result?: ResultHandle;
  /** What is left to be done with files, which the engine does not reach. */
  readonly files?: FileWork;
  /** Rows written to the destination. */
  readonly writtenRows?: number;
  readonly dml?: DmlStats;
  readonly ddl?: {
    readonly operation: DdlOperation;
    readonly table?: TableRef;
    readonly dataset?: DatasetRef;
    readonly routine?: RoutineRef;
  };
  /** Base tables read, views looked through. */
  readonly referencedTables: readonly TableRef[];
  readonly referencedRoutines: readonly RoutineRef[];
  /** Parameters the SQL names and the request does not give; filled by a dry run only. */
  readonly undeclaredParameters?: readonly UndeclaredParameter[];
  /** Logical bytes of the columns read in the partitions that the statement picks, under BigQuery's size rules. */
  readonly bytesProcessed: number;
  /** Milliseconds spent analysing and running. */
  readonly analysisMs: number;
  readonly executionMs: number;
}

/** A statement of a script, with where it stands (from 1) and its text. */
export interface ChildStatement extends StatementResult {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** The answer of `run`: the statement's result; of a script, the last SELECT's rows and every child statement. */
export interface RunResult extends StatementResult {
  readonly children?: readonly ChildStatement[];
}

/** What rows are read from. A table may carry a partition decorator. */
export type RowSource =
  | { readonly kind: 'result'; readonly resultId: string }
  | { readonly kind: 'table'; readonly table: TableRef };

export interface ReadRowsOptions {
  /** The first row, from 0. */
  readonly offset: number;
  readonly maxRows: number;
  /** Stops after the row that passes this many bytes of JSON; default 10 MB, as BigQuery's pages. */
  readonly maxBytes?: number;
  /** Columns (`a`, `a.b`), by default all. */
  readonly selectedFields?: readonly string[];
  /** TIMESTAMP as whole microseconds (`formatOptions.useInt64Timestamp`) or as float seconds. */
  readonly timestamps: 'int64' | 'float';
}

export interface RowsPage {
  /** JSON text of `[{"f":[{"v":"…"}]}]`, UTF-8, ready to be put behind `"rows":`. */
  readonly rowsJson: Uint8Array;
  readonly rowCount: number;
  readonly totalRows: number;
  readonly schema: RestSchema;
}

export interface AppendOptions {
  /** Drop fields that the table does not have instead of refusing the row. */
  readonly ignoreUnknownValues: boolean;
  /** Append the valid rows even if some are not. Otherwise one bad row stops all. */
  readonly skipInvalidRows: boolean;
  /** What a bare JSON number means for a TIMESTAMP: `seconds` (insertAll) or `micros` (Pub/Sub). */
  readonly numericTimestamps?: 'seconds' | 'micros';
}

/** One verdict in insertAll's `insertErrors` shape; rows that are not named were appended. */
export interface RowErrors {
  readonly index: number;
  readonly errors: readonly {
    readonly reason: 'invalid' | 'stopped';
    readonly location: string;
    readonly debugInfo: string;
    readonly message: string;
  }[];
}

export interface AppendResult {
  readonly appended: number;
  readonly rowErrors: readonly RowErrors[];
}

export interface CopyRequest {
  /** May carry partition decorators. */
  readonly sources: readonly TableRef[];
  /** May carry a partition decorator. */
  readonly destination: TableRef;
  readonly writeDisposition: WriteDisposition;
  readonly createDisposition: CreateDisposition;
}

export interface CopyResult {
  readonly copiedRows: number;
  readonly destination: TableDefinition;
}

/** A column as the engine sees it, for callers that only know REST. */
export type { RestSchema };
