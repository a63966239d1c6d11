/** Runs jobs: at their scheduled times, again after failures, and at once when asked to. */
import type { CloudClock, Timer } from '../primitives/clock.ts';
import { describeFailure, type Log } from '../primitives/log.ts';
import type { Outbound } from '../primitives/outbound.ts';
import type { Store } from '../primitives/store.ts';
import { type AttemptOutcome, codeOf, runAttempt } from './attempt.ts';
import type { JobSpec } from './job-spec.ts';
import { type ExecutionRow, findJob, type JobRow, specOf } from './job-store.ts';
import { ATTEMPT_DEADLINE_MS } from './limits.ts';
import { nextRetryMs } from './retries.ts';
import { nextRunMs } from './schedule.ts';

export interface RunnerParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly outbound: Outbound;
  readonly log: Log;
}

export interface Runner {
  /** Begins to run jobs. */
  start(): void;
  /** To be called after a job was created, changed or deleted. */
  changed(): void;
  /** Runs a job now, whatever its schedule and state and whether or not it is running already. */
  force(job: JobRow): void;
  stop(): Promise<void>;
}

/** The next time a job is due on its schedule, as stored. */
export function nextMs(spec: JobSpec, afterMs: number): number | null {
  return nextRunMs(spec.schedule, spec.timeZone, afterMs) ?? null;
}

export function createRunner(parts: RunnerParts): Runner {
  const { store, clock, log } = parts;
  const underWay = new Set<{ readonly abort: AbortController; readonly done: Promise<void> }>();
  let alarm: Timer | undefined;
  let running = false;

  const arm = (): void => {
    alarm?.cancel();
    const dueMs = running ? nextDueMs(store, clock.now()) : undefined;
    alarm = dueMs === undefined ? undefined : clock.at(dueMs, ring);
  };

  const ring = (): void => {
    try {
      // What begins is on disk before it is sent: however the cloud ends, no scheduled time is run twice.
      for (const execution of store.transaction(() => claimDue(store, clock.now()))) attempt(execution);
    } catch (error) {
      log('ERROR', 'Cloud Scheduler could not begin what was due', { failure: describeFailure(error) });
      return;
    }
    arm();
  };

  const attempt = (execution: ExecutionRow): void => {
    const abort = new AbortController();
    const entry = { abort, done: settle() };
    underWay.add(entry);
    async function settle(): Promise<void> {
      try {
        await run(parts, execution, abort);
      } catch (error) {
        log('ERROR', 'Cloud Scheduler failed', { failure: describeFailure(error) });
      }
      underWay.delete(entry);
      // The next scheduled run may have been waiting for this one to end.
      if (running) ring();
    }
  };

  return {
    start() {
      store.transaction(() => skipMissed(store, clock.now()));
      running = true;
      ring();
    },
    changed: arm,
    force(job) {
      attempt(
        store.transaction(() => begin(store, { job: job.name, kind: 'forced', scheduledMs: clock.now() }, clock.now())),
      );
    },
    async stop() {
      running = false;
      alarm?.cancel();
      const ends = [...underWay].map(({ abort, done }) => {
        abort.abort(STOPPING);
        return done;
      });
      await Promise.all(ends);
    },
  };
}

/** The reason with which attempts are aborted when the cloud stops: their executions stay as they are on disk. */
const STOPPING = 'stopping';

async function run(parts: RunnerParts, execution: ExecutionRow, abort: AbortController): Promise<void> {
  const { store, clock, log } = parts;
  const job = findJob(store, execution.job);
  if (job === undefined) return;
  const spec = specOf(job);
  const deadlineMs = spec.attemptDeadlineMs ?? ATTEMPT_DEADLINE_MS.default;
  const deadline = clock.at(clock.now() + deadlineMs, () => abort.abort('deadline'));
  const outcome = await runAttempt(parts.outbound, {
    jobName: job.name,
    spec,
    scheduledMs: execution.scheduled_ms,
    signal: abort.signal,
  });
  deadline.cancel();
  if (abort.signal.reason === STOPPING) return;
  if (outcome.kind === 'failed') {
    log('WARNING', 'a Cloud Scheduler job failed', { job: job.name, status: outcome.status, reason: outcome.reason });
  }
  store.transaction(() => finish(store, execution, outcome, clock.now()));
}

// ---- On disk ----

/** The next moment at which something is to begin. Scheduled runs that already wait for one to end do not count. */
function nextDueMs(store: Store, nowMs: number): number | undefined {
  const row = store.get<{ due: number | null }>(
    `SELECT min(due) AS due FROM (
       SELECT min(next_ms) AS due FROM jobs WHERE next_ms > ?
       UNION ALL SELECT min(retry_ms) FROM executions WHERE retry_ms IS NOT NULL)`,
    nowMs,
  );
  return row?.due ?? undefined;
}

/** Begins every execution that is due: retries, and scheduled runs of jobs that are not running. */
function claimDue(store: Store, nowMs: number): ExecutionRow[] {
  const begun: ExecutionRow[] = [];
  const due = store.all<JobRow>(
    `SELECT * FROM jobs WHERE next_ms <= ? AND NOT EXISTS (
       SELECT 1 FROM executions WHERE job = name AND kind = 'scheduled' AND retry_ms IS NULL) ORDER BY next_ms`,
    nowMs,
  );
  for (const job of due) {
    // Retries go on until the next scheduled start at most.
    store.run("DELETE FROM executions WHERE job = ? AND kind = 'scheduled'", job.name);
    begun.push(begin(store, { job: job.name, kind: 'scheduled', scheduledMs: job.next_ms ?? nowMs }, nowMs));
    store.run('UPDATE jobs SET next_ms = ? WHERE name = ?', nextMs(specOf(job), nowMs), job.name);
  }
  for (const { id, job } of store.all<ExecutionRow>('SELECT * FROM executions WHERE retry_ms <= ?', nowMs)) {
    store.run('UPDATE executions SET retry_ms = NULL, attempts = attempts + 1 WHERE id = ?', id);
    store.run('UPDATE jobs SET last_attempt_ms = ? WHERE name = ?', nowMs, job);
    begun.push(...store.all<ExecutionRow>('SELECT * FROM executions WHERE id = ?', id));
  }
  return begun;
}

function begin(
  store: Store,
  run: { readonly job: string; readonly kind: ExecutionRow['kind']; readonly scheduledMs: number },
  nowMs: number,
): ExecutionRow {
  store.run('UPDATE jobs SET last_attempt_ms = ? WHERE name = ?', nowMs, run.job);
  const [row] = store.all<ExecutionRow>(
    `INSERT INTO executions (job, kind, scheduled_ms, attempts, first_attempt_ms) VALUES (?, ?, ?, 1, ?) RETURNING *`,
    run.job,
    run.kind,
    run.scheduledMs,
    nowMs,
  );
  if (row === undefined) throw new Error('an insert returned no row');
  return row;
}

/** Ends an execution, or sets its next retry. */
function finish(store: Store, execution: ExecutionRow, outcome: AttemptOutcome, nowMs: number): void {
  const job = findJob(store, execution.job);
  if (job === undefined) return;
  const { retry } = specOf(job);
  const failures = { count: execution.attempts, firstMs: execution.first_attempt_ms, nowMs };
  const retryMs =
    outcome.kind === 'failed' && retry !== null && job.state === 'ENABLED' ? nextRetryMs(retry, failures) : undefined;
  if (retryMs === undefined) store.run('DELETE FROM executions WHERE id = ?', execution.id);
  else store.run('UPDATE executions SET retry_ms = ? WHERE id = ?', retryMs, execution.id);
  store.run('UPDATE jobs SET status_code = ? WHERE name = ?', codeOf(outcome), job.name);
}

/**
 * After a start: scheduled times that passed while the cloud was down are not made up for, and an attempt that was cut
 * off has failed, to be retried if the job's settings say so.
 */
function skipMissed(store: Store, nowMs: number): void {
  for (const job of store.all<JobRow>('SELECT * FROM jobs WHERE next_ms < ?', nowMs)) {
    store.run("DELETE FROM executions WHERE job = ? AND kind = 'scheduled'", job.name);
    store.run('UPDATE jobs SET next_ms = ? WHERE name = ?', nextMs(specOf(job), nowMs - 1), job.name);
  }
  for (const execution of store.all<ExecutionRow>('SELECT * FROM executions WHERE retry_ms IS NULL')) {
    finish(store, execution, { kind: 'failed', status: 'UNAVAILABLE', reason: 'the cloud stopped' }, nowMs);
  }
}
