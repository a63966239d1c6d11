/** BigQuery's own limits, as far as this service enforces them. */

// Source of all that name none: https://cloud.google.com/bigquery/quotas

const KB = 1024;
const MB = 1024 * KB;

/** Ids of datasets, tables, routines and jobs, characters. */
export const MAX_ID_LENGTH = 1024;

/** tabledata.insertAll. The text of the refusal names 10,000: github.com/wepay/kafka-connect-bigquery/issues/298 */
export const MAX_INSERT_ROWS = 10_000;
export const MAX_INSERT_BYTES = 10 * MB;

/** How long an insertId is remembered at best, milliseconds. Source: .../docs/streaming-data-into-bigquery#dataconsistency */
export const INSERT_ID_WINDOW_MS = 60_000;
/** Ours: insertIds remembered at once; the oldest go first. Google promises best effort only. */
export const MAX_REMEMBERED_INSERT_IDS = 100_000;

/** Columns of a table, nested ones included. */
export const MAX_COLUMNS = 10_000;
/** Levels of RECORD in a schema. */
export const MAX_SCHEMA_DEPTH = 15;
export const MAX_COLUMN_NAME_LENGTH = 300;
export const MAX_CLUSTERING_COLUMNS = 4;
export const MAX_DESCRIPTION_LENGTH = 16_384;

/** Labels of a resource, and the length of a key or value. Source: .../docs/labels-intro#requirements */
export const MAX_LABELS = 64;
export const MAX_LABEL_LENGTH = 63;

/** SQL text of a query, bytes (unresolved GoogleSQL). */
export const MAX_QUERY_BYTES = MB;
export const MAX_QUERY_PARAMETERS = 10_000;
/** Source tables of a copy job. */
export const MAX_COPY_SOURCES = 1_200;
/** `requestId` of jobs.query: its length, and how long a repetition is recognised. Source: REST reference of QueryRequest */
export const MAX_REQUEST_ID_LENGTH = 36;
export const REQUEST_ID_WINDOW_MS = 15 * 60_000;

/** Long-polling of jobs.query and jobs.getQueryResults, milliseconds. Source: REST reference of `timeoutMs` */
export const DEFAULT_WAIT_MS = 10_000;
export const MAX_WAIT_MS = 200_000;

/** A page of rows, bytes and rows. Source: .../docs/paging-results */
export const MAX_PAGE_BYTES = 10 * MB;
export const MAX_PAGE_ROWS = 100_000;

/** Pages of datasets, tables, routines and jobs: our defaults; Google publishes 50 for lists of datasets and tables in its tools. */
export const LIST_PAGE = { default: 50, max: 1_000 } as const;

/** Shortest default lifetime of tables, milliseconds. Source: REST reference of datasets */
export const MIN_TABLE_EXPIRATION_MS = 3_600_000;
/** Time travel windows, hours. Source: .../docs/time-travel#configure_the_time_travel_window */
export const TIME_TRAVEL_HOURS = { min: 48, max: 168, step: 24 } as const;

/** Smallest bill of a table that a query reads, and the unit of rounding up, bytes. Source: cloud.google.com/bigquery/pricing#on_demand_pricing */
export const MIN_BILLED_BYTES = 10 * MB;
export const BILLED_UNIT_BYTES = MB;

/** How long jobs stay in the history, milliseconds. Source: .../docs/managing-jobs#view_job_details */
export const JOB_HISTORY_MS = 180 * 24 * 3_600_000;

/** Ours: how many jobs work at once; Google queues as well, at its own numbers. */
export const MAX_RUNNING_JOBS = 8;

/** How long a resumable upload stays open, milliseconds. Source: .../docs/reference/api-uploads#resumable */
export const UPLOAD_SESSION_MS = 7 * 24 * 3_600_000;

/** Ours: how often old jobs leave the history, milliseconds. */
export const HISTORY_PRUNING_MS = 24 * 3_600_000;

/** Ours: what the engine may use as a rule, so that the whole local cloud stays under 400 MB; and for a statement that needs more. */
export const DUCKDB_MEMORY_MB = 64;
export const DUCKDB_MOST_MEMORY_MB = 512;
export const DUCKDB_THREADS = 2;

/** Ours: how long rows of queries without a destination are kept, milliseconds. BigQuery keeps them about 24 hours. */
export const RESULT_TTL_MS = 3_600_000;
