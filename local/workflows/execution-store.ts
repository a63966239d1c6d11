/** Executions on disk, and what the API shows of them. */
import { toTimestamp } from '../host/messages.ts';
import type { Store } from '../primitives/store.ts';
import { revisionAt, strings } from './definition-store.ts';
import type { ExecutionError, ExecutionOutcome } from './language/execute.ts';
import { notFound } from './refusals.ts';
import type { ExecutionRow } from './tables.ts';

export type ExecutionView = 'BASIC' | 'FULL';

export interface CurrentStep {
  readonly routine: string;
  readonly step: string;
}

export function findExecution(store: Store, name: string): ExecutionRow | undefined {
  return store.get<ExecutionRow>('SELECT * FROM executions WHERE name = ?', name);
}

/** @throws ApiError NOT_FOUND */
export function requireExecution(store: Store, name: string): ExecutionRow {
  const row = findExecution(store, name);
  if (row === undefined) throw notFound(name);
  return row;
}

export type NewExecution = Pick<
  ExecutionRow,
  'name' | 'workflow' | 'revision' | 'argument' | 'labels' | 'call_log_level' | 'create_ms'
> & { readonly state: 'ACTIVE' | 'QUEUED' };

/** Writes an execution that runs from now on, or waits to be run. */
export function insertExecution(store: Store, row: NewExecution): ExecutionRow {
  store.run(
    `INSERT INTO executions
       (name, workflow, revision, state, argument, labels, call_log_level, create_ms, start_ms, steps)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '[]')`,
    row.name,
    row.workflow,
    row.revision,
    row.state,
    row.argument,
    row.labels,
    row.call_log_level,
    row.create_ms,
    row.state === 'ACTIVE' ? row.create_ms : null,
  );
  return requireExecution(store, row.name);
}

/** Marks an execution that waited as running. */
export function beginExecution(store: Store, row: ExecutionRow, nowMs: number): void {
  store.run("UPDATE executions SET state = 'ACTIVE', start_ms = ? WHERE sequence = ?", nowMs, row.sequence);
}

const STATE_OF = { succeeded: 'SUCCEEDED', failed: 'FAILED', cancelled: 'CANCELLED' } as const;

export type FinalOutcome = Exclude<ExecutionOutcome, { kind: 'stopped' }>;

/** Writes how an execution ended, and forgets what was only needed to go on with it; within a transaction. */
export function endExecution(
  store: Store,
  row: ExecutionRow,
  end: { readonly outcome: FinalOutcome; readonly steps: readonly CurrentStep[]; readonly nowMs: number },
): void {
  const { outcome } = end;
  store.run(
    'UPDATE executions SET state = ?, end_ms = ?, result = ?, error = ?, steps = ? WHERE sequence = ? AND end_ms IS NULL',
    STATE_OF[outcome.kind],
    end.nowMs,
    outcome.kind === 'succeeded' ? outcome.result : null,
    outcome.kind === 'failed' ? JSON.stringify(outcome.error) : null,
    JSON.stringify(end.steps),
    row.sequence,
  );
  store.run('DELETE FROM journal WHERE execution = ?', row.sequence);
  store.run('DELETE FROM callbacks WHERE execution = ?', row.sequence);
}

/** A google.cloud.workflows.executions.v1.Execution for a reply; `steps` are those of one that runs. */
export function toExecution(
  store: Store,
  row: ExecutionRow,
  shown: { readonly view: ExecutionView; readonly steps: readonly CurrentStep[] | undefined },
): object {
  const { start_ms: startMs, end_ms: endMs } = row;
  const basic = {
    name: row.name,
    startTime: startMs === null ? null : toTimestamp(startMs),
    endTime: endMs === null ? null : toTimestamp(endMs),
    duration: startMs === null || endMs === null ? null : toTimestamp(endMs - startMs),
    state: row.state,
    workflowRevisionId: revisionAt(store, row.workflow, row.revision)?.id ?? '',
  };
  if (shown.view === 'BASIC') return basic;
  const currentSteps = shown.steps ?? (JSON.parse(row.steps) as CurrentStep[]);
  return {
    ...basic,
    argument: row.argument,
    result: row.result ?? '',
    error: row.error === null ? null : toError(JSON.parse(row.error) as ExecutionError),
    callLogLevel: row.call_log_level,
    labels: strings(row.labels),
    status: { currentSteps },
  };
}

function toError({ payload, context, stackTrace }: ExecutionError): object {
  const elements = stackTrace.map(({ step, routine, position }) => ({
    step,
    routine,
    position: { line: String(position.line), column: String(position.column) },
  }));
  return { payload, context, stackTrace: { elements } };
}
