/** What BigQuery subscriptions need of BigQuery: the BigQuery service implements it, Pub/Sub calls it. */

/** Assignable to and from the warehouse's own table reference. */
export interface SinkTable {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

/** A column in BigQuery REST's words (`TableFieldSchema`): `type` in legacy or GoogleSQL names, `mode` absent for NULLABLE. */
export interface SinkColumn {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

export interface AppendOptions {
  /** Leave out fields that the table does not have, instead of refusing the row. */
  readonly ignoreUnknownValues: boolean;
}

/** What became of an append. Rows that are not named in `rejected` are on disk. */
export type AppendVerdict =
  | { readonly kind: 'appended'; readonly rejected: readonly RejectedRow[] }
  /** Nothing was written: there is no such table (or dataset, or it is a view). */
  | { readonly kind: 'missing-table' }
  /** Nothing was written; it may work later. */
  | { readonly kind: 'unavailable'; readonly message: string };

export interface RejectedRow {
  /** Position among the rows given. */
  readonly index: number;
  /** Why, in BigQuery's words; names columns, never values. */
  readonly message: string;
}

export interface BigQuerySink {
  /** The columns of a table; undefined when there is no such table. */
  describe(table: SinkTable): Promise<readonly SinkColumn[] | undefined>;

  /**
   * Appends rows in one durable commit: the valid ones, even if others are not. Each row is a JSON object (UTF-8) that may
   * turn out not to be JSON; a repeated name counts as its last. A bare number for a TIMESTAMP is microseconds since 1970;
   * a value of a JSON column is JSON in a string. The arrays may be used again once the promise has settled.
   */
  append(table: SinkTable, rows: readonly Uint8Array[], options: AppendOptions): Promise<AppendVerdict>;
}
