/** What Workflows keeps on disk. */

export const WORKFLOWS_TABLES = `
CREATE TABLE workflows (
  name TEXT PRIMARY KEY, parent TEXT NOT NULL, description TEXT NOT NULL, labels TEXT NOT NULL,
  call_log_level TEXT NOT NULL, history_level TEXT NOT NULL, create_ms INTEGER NOT NULL, update_ms INTEGER NOT NULL) STRICT;
CREATE INDEX workflows_by_parent ON workflows (parent, name);
CREATE TABLE revisions (
  workflow TEXT NOT NULL REFERENCES workflows (name) ON DELETE CASCADE, ordinal INTEGER NOT NULL, id TEXT NOT NULL,
  source TEXT NOT NULL, service_account TEXT NOT NULL, environment TEXT NOT NULL, crypto_key TEXT NOT NULL,
  create_ms INTEGER NOT NULL, PRIMARY KEY (workflow, ordinal)) STRICT;
CREATE TABLE operations (
  name TEXT PRIMARY KEY, verb TEXT NOT NULL, target TEXT NOT NULL, create_ms INTEGER NOT NULL, outcome TEXT NOT NULL) STRICT;
CREATE TABLE executions (
  sequence INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  workflow TEXT NOT NULL REFERENCES workflows (name) ON DELETE CASCADE, revision INTEGER NOT NULL, state TEXT NOT NULL,
  argument TEXT NOT NULL, labels TEXT NOT NULL, call_log_level TEXT NOT NULL, create_ms INTEGER NOT NULL,
  start_ms INTEGER, end_ms INTEGER, result TEXT, error TEXT, steps TEXT NOT NULL) STRICT;
CREATE INDEX executions_by_workflow ON executions (workflow, sequence);
CREATE INDEX executions_unfinished ON executions (sequence) WHERE end_ms IS NULL;
CREATE INDEX executions_by_end ON executions (end_ms) WHERE end_ms IS NOT NULL;
CREATE TABLE journal (
  execution INTEGER NOT NULL REFERENCES executions (sequence) ON DELETE CASCADE, place INTEGER NOT NULL,
  entry TEXT NOT NULL, PRIMARY KEY (execution, place)) STRICT, WITHOUT ROWID;
CREATE TABLE callbacks (
  url TEXT PRIMARY KEY, execution INTEGER NOT NULL REFERENCES executions (sequence) ON DELETE CASCADE,
  method TEXT NOT NULL) STRICT;
CREATE INDEX callbacks_by_execution ON callbacks (execution);
CREATE TABLE callback_requests (
  sequence INTEGER PRIMARY KEY, url TEXT NOT NULL REFERENCES callbacks (url) ON DELETE CASCADE, request TEXT NOT NULL) STRICT;
CREATE INDEX callback_requests_by_url ON callback_requests (url, sequence)`;

export interface WorkflowRow {
  readonly name: string;
  readonly parent: string;
  readonly description: string;
  /** JSON object. */
  readonly labels: string;
  readonly call_log_level: string;
  readonly history_level: string;
  readonly create_ms: number;
  readonly update_ms: number;
}

export interface RevisionRow {
  readonly workflow: string;
  readonly ordinal: number;
  /** `000001-a4d` */
  readonly id: string;
  readonly source: string;
  readonly service_account: string;
  /** JSON object. */
  readonly environment: string;
  readonly crypto_key: string;
  readonly create_ms: number;
}

type ExecutionState = 'QUEUED' | 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface ExecutionRow {
  readonly sequence: number;
  readonly name: string;
  readonly workflow: string;
  /** Ordinal of the revision that it runs. */
  readonly revision: number;
  readonly state: ExecutionState;
  readonly argument: string;
  /** JSON object. */
  readonly labels: string;
  readonly call_log_level: string;
  readonly create_ms: number;
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  readonly result: string | null;
  /** An ExecutionError as JSON. */
  readonly error: string | null;
  /** Where it ended, as JSON: `[{routine, step}]`. */
  readonly steps: string;
}
