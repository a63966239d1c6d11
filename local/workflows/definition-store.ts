/** Workflows and their revisions on disk, and what the API shows of them. */
import { randomBytes } from 'node:crypto';
import { toTimestamp } from '../host/messages.ts';
import type { Store } from '../primitives/store.ts';
import type { RevisionSpec, WorkflowSpec } from './definition-input.ts';
import { notFound } from './refusals.ts';
import type { RevisionRow, WorkflowRow } from './tables.ts';

export function findWorkflow(store: Store, name: string): WorkflowRow | undefined {
  return store.get<WorkflowRow>('SELECT * FROM workflows WHERE name = ?', name);
}

/** @throws ApiError NOT_FOUND */
export function requireWorkflow(store: Store, name: string): WorkflowRow {
  const row = findWorkflow(store, name);
  if (row === undefined) throw notFound(name);
  return row;
}

export function latestRevision(store: Store, workflow: string): RevisionRow {
  const row = store.get<RevisionRow>(
    'SELECT * FROM revisions WHERE workflow = ? ORDER BY ordinal DESC LIMIT 1',
    workflow,
  );
  // A workflow and its first revision are written in one transaction.
  if (row === undefined) throw notFound(workflow);
  return row;
}

/** @throws ApiError NOT_FOUND */
export function requireRevision(store: Store, workflow: string, id: string): RevisionRow {
  const row = store.get<RevisionRow>('SELECT * FROM revisions WHERE workflow = ? AND id = ?', workflow, id);
  if (row === undefined) throw notFound(`${workflow}@${id}`);
  return row;
}

export function revisionAt(store: Store, workflow: string, ordinal: number): RevisionRow | undefined {
  return store.get<RevisionRow>('SELECT * FROM revisions WHERE workflow = ? AND ordinal = ?', workflow, ordinal);
}

/** Writes a new workflow with its first revision; within the caller's transaction. */
export function insertWorkflow(
  store: Store,
  row: { name: string; parent: string; nowMs: number },
  spec: WorkflowSpec,
): void {
  store.run(
    'INSERT INTO workflows VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    row.name,
    row.parent,
    spec.description,
    JSON.stringify(spec.labels),
    spec.callLogLevel,
    spec.historyLevel,
    row.nowMs,
    row.nowMs,
  );
  insertRevision(store, { workflow: row.name, ordinal: 1, nowMs: row.nowMs }, spec.revision);
}

export function updateWorkflow(store: Store, row: { name: string; nowMs: number }, spec: WorkflowSpec): void {
  store.run(
    'UPDATE workflows SET description = ?, labels = ?, call_log_level = ?, history_level = ?, update_ms = ? WHERE name = ?',
    spec.description,
    JSON.stringify(spec.labels),
    spec.callLogLevel,
    spec.historyLevel,
    row.nowMs,
    row.name,
  );
}

export function insertRevision(
  store: Store,
  row: { readonly workflow: string; readonly ordinal: number; readonly nowMs: number },
  revision: RevisionSpec,
): void {
  const id = `${String(row.ordinal).padStart(6, '0')}-${randomBytes(2).toString('hex').slice(0, 3)}`;
  store.run(
    'INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    row.workflow,
    row.ordinal,
    id,
    revision.source,
    revision.serviceAccount,
    JSON.stringify(revision.environment),
    revision.cryptoKey,
    row.nowMs,
  );
}

/** What was set of a stored workflow. */
export function specOf(workflow: WorkflowRow, revision: RevisionRow): WorkflowSpec {
  return {
    description: workflow.description,
    labels: strings(workflow.labels),
    callLogLevel: workflow.call_log_level,
    historyLevel: workflow.history_level,
    revision: {
      source: revision.source,
      serviceAccount: revision.service_account,
      environment: strings(revision.environment),
      cryptoKey: revision.crypto_key,
    },
  };
}

/** A google.cloud.workflows.v1.Workflow for a reply. */
export function toWorkflow(workflow: WorkflowRow, revision: RevisionRow): object {
  const spec = specOf(workflow, revision);
  return {
    name: workflow.name,
    description: spec.description,
    state: 'ACTIVE',
    revisionId: revision.id,
    createTime: toTimestamp(workflow.create_ms),
    updateTime: toTimestamp(workflow.update_ms),
    revisionCreateTime: toTimestamp(revision.create_ms),
    labels: spec.labels,
    serviceAccount: spec.revision.serviceAccount,
    sourceContents: spec.revision.source,
    cryptoKeyName: spec.revision.cryptoKey,
    callLogLevel: spec.callLogLevel,
    userEnvVars: spec.revision.environment,
    executionHistoryLevel: spec.historyLevel,
  };
}

/** A JSON object of strings, as this service wrote it. */
export function strings(json: string): Readonly<Record<string, string>> {
  return JSON.parse(json) as Record<string, string>;
}
