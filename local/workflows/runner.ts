/** Runs executions: begins those that wait, goes on with those that a stopped process left, and writes how they ended. */
import type { CloudClock } from '../primitives/clock.ts';
import { describeFailure, type Log } from '../primitives/log.ts';
import type { Store } from '../primitives/store.ts';
import { revisionAt, strings } from './definition-store.ts';
import { createEffects, type EffectParts } from './execution-effects.ts';
import { openJournal } from './execution-journal.ts';
import { beginExecution, endExecution, type CurrentStep, type FinalOutcome } from './execution-store.ts';
import { compileWorkflow } from './language/compile.ts';
import { runExecution, type Execution, type ExecutionInput, type ExecutionOutcome } from './language/execute.ts';
import type { Json } from './language/journal.ts';
import type { Program } from './language/program.ts';
import { EXECUTION_RETENTION_MS } from './limits.ts';
import { emailOf, parseName, PROJECT_NUMBER } from './names.ts';
import type { ExecutionRow, RevisionRow } from './tables.ts';

export interface RunnerParts extends EffectParts {
  readonly store: Store;
  /** How many executions run at the same time; the others wait. */
  readonly maxConcurrent: number;
  readonly clock: CloudClock;
  readonly log: Log;
}

export interface Runner {
  /** Goes on with what is unfinished, and begins what waits. */
  start(): void;
  /** True when a new execution can run at once; otherwise it has to wait as QUEUED. */
  hasRoom(): boolean;
  /** Runs an execution that was just written as ACTIVE; one that is QUEUED is run when there is room. */
  begin(row: ExecutionRow): void;
  /** Ends an execution as cancelled; resolves once that is written. */
  cancel(row: ExecutionRow): Promise<void>;
  /** Where an execution is; undefined when it is not running. */
  currentSteps(sequence: number): readonly CurrentStep[] | undefined;
  /** Puts all executions down. */
  stop(): Promise<void>;
}

interface Running {
  readonly execution: Execution;
  readonly cancel: AbortController;
  readonly ended: Promise<void>;
}

export function createRunner(parts: RunnerParts): Runner {
  const { store, clock, log, maxConcurrent } = parts;
  const running = new Map<number, Running>();
  const programOf = createPrograms();
  const stop = new AbortController();
  /** Whether some may wait: saves looking for them whenever one ends. */
  let someWait = true;

  /** What cannot be written stays unfinished, and is gone on with at the next start. */
  const end = async (row: ExecutionRow, outcome: FinalOutcome, steps: readonly CurrentStep[]): Promise<void> => {
    try {
      await store.together(() => endExecution(store, row, { outcome, steps, nowMs: clock.now() }));
    } catch (error) {
      log('ERROR', 'execution could not be ended', { execution: row.name, failure: describeFailure(error) });
    }
  };

  const finish = async (row: ExecutionRow, execution: Execution): Promise<void> => {
    const outcome = await settled(execution, row, log);
    if (outcome.kind !== 'stopped') await end(row, outcome, execution.currentSteps());
    running.delete(row.sequence);
    admit();
  };

  const run = (row: ExecutionRow): void => {
    const revision = revisionAt(store, row.workflow, row.revision);
    const program = revision === undefined ? undefined : programOf(revision);
    if (revision === undefined || program === undefined) {
      // Only a source that an older local cloud took and this one does not comes here.
      void end(row, systemFailure('the source of the workflow cannot be compiled'), []);
      return;
    }
    const cancel = new AbortController();
    const input = executionInput(parts, row, revision);
    const execution = runExecution({ ...input, program, cancel: cancel.signal, stop: stop.signal });
    running.set(row.sequence, { execution, cancel, ended: finish(row, execution) });
  };

  /** Begins the oldest that wait, as many as there is room for. */
  function admit(): void {
    if (stop.signal.aborted || !someWait) return;
    const room = maxConcurrent - running.size;
    const waiting = unfinished(store, 'QUEUED', room);
    someWait = waiting.length === room;
    if (waiting.length === 0) return;
    store.transaction(() => {
      for (const row of waiting) beginExecution(store, row, clock.now());
    });
    for (const row of waiting) run(row);
  }

  return {
    start() {
      store.run('DELETE FROM executions WHERE end_ms < ?', clock.now() - EXECUTION_RETENTION_MS);
      for (const row of unfinished(store, 'ACTIVE', -1)) run(row);
      admit();
    },
    hasRoom: () => running.size < maxConcurrent,
    begin(row) {
      if (row.state === 'ACTIVE') run(row);
      else {
        someWait = true;
        admit();
      }
    },
    async cancel(row) {
      const found = running.get(row.sequence);
      if (found === undefined) {
        await end(row, { kind: 'cancelled' }, []);
        return;
      }
      found.cancel.abort();
      await found.ended;
    },
    currentSteps: (sequence) => running.get(sequence)?.execution.currentSteps(),
    async stop() {
      stop.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

/** Those of a state that have not ended, oldest first; -1 for no limit. */
function unfinished(store: Store, state: ExecutionRow['state'], limit: number): ExecutionRow[] {
  return store.all<ExecutionRow>(
    'SELECT * FROM executions WHERE end_ms IS NULL AND state = ? ORDER BY sequence LIMIT ?',
    state,
    limit,
  );
}

const MAX_PROGRAMS = 200;

/** Compiled revisions; undefined for a source that does not compile. */
function createPrograms(): (revision: RevisionRow) => Program | undefined {
  const programs = new Map<string, Program>();
  return (revision) => {
    const key = `${revision.workflow}@${revision.id}@${revision.create_ms}`;
    const known = programs.get(key);
    if (known !== undefined) return known;
    const compiled = compileWorkflow(revision.source);
    if (compiled.kind === 'invalid') return undefined;
    if (programs.size >= MAX_PROGRAMS) programs.clear();
    programs.set(key, compiled.program);
    return compiled.program;
  };
}

function executionInput(
  parts: RunnerParts,
  row: ExecutionRow,
  revision: RevisionRow,
): Pick<ExecutionInput, 'argument' | 'environment' | 'effects' | 'journal'> {
  const journal = openJournal(parts.store, row.sequence);
  const entries = journal.read();
  const actor = {
    execution: row.name,
    sequence: row.sequence,
    email: emailOf(revision.service_account),
    received: receivedIn(entries.map((entry) => entry.outcome)),
  };
  return {
    argument: row.argument,
    environment: environmentOf(row, revision),
    effects: createEffects(parts, actor),
    journal: { ...journal, read: () => entries },
  };
}

/** How an execution ended; when its surroundings broke, it failed. */
async function settled(execution: Execution, row: ExecutionRow, log: Log): Promise<ExecutionOutcome> {
  try {
    return await execution.outcome;
  } catch (error) {
    log('ERROR', 'execution broke down', { execution: row.name, failure: describeFailure(error) });
    return systemFailure('internal error');
  }
}

function systemFailure(why: string): FinalOutcome {
  const message = `SystemError: ${why}`;
  const payload = JSON.stringify({ message, tags: ['SystemError'] });
  return { kind: 'failed', error: { payload, context: message, stackTrace: [] } };
}

/** The last callback request that the journal has for each endpoint. */
function receivedIn(outcomes: readonly Json[]): ReadonlyMap<string, number> {
  const received = new Map<string, number>();
  for (const outcome of outcomes) {
    if (typeof outcome !== 'object' || outcome === null || !('sequence' in outcome) || !('url' in outcome)) continue;
    const { url, sequence } = outcome;
    if (typeof url === 'string' && typeof sequence === 'number') received.set(url.split('?')[0] ?? url, sequence);
  }
  return received;
}

/** Source: https://cloud.google.com/workflows/docs/reference/environment-variables */
function environmentOf(row: ExecutionRow, revision: RevisionRow): Readonly<Record<string, string>> {
  const { project, location, workflow, execution } = parseName('execution', row.name);
  return {
    ...strings(revision.environment),
    GOOGLE_CLOUD_PROJECT_ID: project,
    GOOGLE_CLOUD_PROJECT_NUMBER: PROJECT_NUMBER,
    GOOGLE_CLOUD_LOCATION: location,
    GOOGLE_CLOUD_WORKFLOW_ID: workflow,
    GOOGLE_CLOUD_WORKFLOW_REVISION_ID: revision.id,
    GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: execution,
    GOOGLE_CLOUD_WORKFLOW_EXECUTION_ATTEMPT: '1',
    GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME: emailOf(revision.service_account),
  };
}
