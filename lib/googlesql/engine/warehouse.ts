/**
 * The engine's public face: a warehouse of BigQuery datasets on one DuckDB file, owned by one worker thread.
 *
 * Every call answers an `Outcome`; it rejects only when the worker could not be restarted. Acknowledged means on disk.
 */

import type {
  DatasetDefinition,
  DatasetRef,
  DatasetSpec,
  RoutineDefinition,
  RoutineRef,
  RoutineSpec,
  TableDefinition,
  TableRef,
  TableSpec,
  TableStatistics,
} from './definitions.ts';
import type { Outcome } from './outcome.ts';
import type { CallRemote } from './remote/remote-call.ts';
import type {
  AppendOptions,
  AppendResult,
  CopyRequest,
  CopyResult,
  ReadRowsOptions,
  RowSource,
  RowsPage,
  RunRequest,
  RunResult,
} from './requests.ts';

/** Time as the warehouse sees it: CURRENT_TIMESTAMP, expirations, creation times. */
export interface WarehouseClock {
  /** Unix milliseconds. */
  nowMs(): number;
}

export interface WarehouseOptions {
  /** One DuckDB file, or nothing durable at all. */
  readonly storage: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'memory' };
  /** The project of names without one. Objects of any project id are served. */
  readonly projectId: string;
  readonly clock: WarehouseClock;
  /** DuckDB's memory limit, MB; default 128. */
  readonly memoryLimitMb?: number;
  /** What a statement may make DuckDB take that fails under `memoryLimitMb`, MB; default: no more. */
  readonly mostMemoryMb?: number;
  /** DuckDB's threads; default 2. */
  readonly threads?: number;
  /** Folder for spilled pages, which are encrypted with a key that only memory holds. None: nothing spills. */
  readonly spillFolder?: string;
  /** How long query results live, milliseconds; default 6 hours (BigQuery: 24). */
  readonly resultTtlMs?: number;
  /** Calls the endpoints of remote functions; without it they cannot be called. */
  readonly callRemote?: CallRemote;
}

/** Creates, reads, lists, replaces and deletes one kind of definition. */
export interface Definitions<Ref, Parent, Spec, Definition> {
  /** `duplicate` when it exists, `notFound` when its dataset does not. */
  create(spec: Spec): Promise<Outcome<Definition>>;
  get(ref: Ref): Promise<Outcome<Definition>>;
  /** In order of id. */
  list(parent: Parent): Promise<Outcome<readonly Definition[]>>;
  /**
   * Replaces the definition; a table keeps its rows, so only schema changes that BigQuery's tables.patch allows pass
   * (`invalid` otherwise). With `ifRevision`, `conditionNotMet` when somebody changed it since.
   */
  replace(spec: Spec, ifRevision?: number): Promise<Outcome<Definition>>;
}

export interface DatasetDefinitions extends Definitions<
  DatasetRef,
  { readonly projectId: string },
  DatasetSpec,
  DatasetDefinition
> {
  /** `resourceInUse` when it holds tables or routines and `contents` is `keep`. */
  delete(ref: DatasetRef, contents: 'keep' | 'delete'): Promise<Outcome<null>>;
}

export interface TableDefinitions extends Definitions<TableRef, DatasetRef, TableSpec, TableDefinition> {
  delete(ref: TableRef): Promise<Outcome<null>>;
  /** Row count and bytes; with a decorator, of that partition. */
  statistics(ref: TableRef): Promise<Outcome<TableStatistics>>;
}

export interface RoutineDefinitions extends Definitions<RoutineRef, DatasetRef, RoutineSpec, RoutineDefinition> {
  delete(ref: RoutineRef): Promise<Outcome<null>>;
}

export interface Warehouse {
  readonly datasets: DatasetDefinitions;
  readonly tables: TableDefinitions;
  readonly routines: RoutineDefinitions;

  /** Analyses and runs a statement or script. Several may be in flight; writes to one table take turns. */
  run(request: RunRequest): Promise<Outcome<RunResult>>;

  /** Stops a running statement within a second; it answers `stopped`. False when no such statement is in flight. */
  cancel(queryId: string): Promise<boolean>;

  /** A page of rows of a result, or of a table in the order in which they were written. */
  readRows(source: RowSource, options: ReadRowsOptions): Promise<Outcome<RowsPage>>;

  /** Forgets a result before it expires. */
  dropResult(resultId: string): Promise<void>;

  /**
   * Appends JSON objects (UTF-8, one a row) in one durable commit, validated and coerced by the table's schema as
   * tabledata.insertAll does. The table may carry a partition decorator. The arrays are copied before this returns.
   */
  appendRows(table: TableRef, rows: readonly Uint8Array[], options: AppendOptions): Promise<Outcome<AppendResult>>;

  /** Copies tables or partitions as a copy job does, in one atomic step. */
  copy(request: CopyRequest): Promise<Outcome<CopyResult>>;

  /** Waits for what is in flight, closes the file and ends the worker. */
  close(): Promise<void>;
}

/** Opens a warehouse; the function is `openWarehouse` in `open-warehouse.ts`. Rejects when the file is in use or not ours. */
export type OpenWarehouse = (options: WarehouseOptions) => Promise<Warehouse>;
