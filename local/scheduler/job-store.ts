/** Jobs and their unfinished executions on disk, and what the API shows of them. */
import { toTimestamp } from '../host/messages.ts';
import type { Store } from '../primitives/store.ts';
import type { JobSpec } from './job-spec.ts';
import type { Target } from './targets.ts';

export const SCHEDULER_TABLES = `
CREATE TABLE jobs (
  name TEXT PRIMARY KEY, parent TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL, update_ms INTEGER NOT NULL,
  next_ms INTEGER, last_attempt_ms INTEGER, status_code INTEGER) STRICT;
CREATE INDEX jobs_by_parent ON jobs (parent, name);
CREATE INDEX jobs_by_next ON jobs (next_ms) WHERE next_ms IS NOT NULL;
CREATE TABLE executions (
  id INTEGER PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs (name) ON DELETE CASCADE, kind TEXT NOT NULL,
  scheduled_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, first_attempt_ms INTEGER NOT NULL,
  retry_ms INTEGER) STRICT;
CREATE INDEX executions_by_job ON executions (job)`;

export interface JobRow {
  readonly name: string;
  readonly parent: string;
  /** A JobSpec as JSON. */
  readonly spec: string;
  readonly state: 'ENABLED' | 'PAUSED';
  readonly update_ms: number;
  /** When the schedule names it next; null while paused. */
  readonly next_ms: number | null;
  readonly last_attempt_ms: number | null;
  /** How the last attempt ended, as a number of google.rpc.Code. */
  readonly status_code: number | null;
}

/** An execution that is under way, or waits for a retry. */
export interface ExecutionRow {
  readonly id: number;
  readonly job: string;
  /** `forced` ones were asked for by RunJob. */
  readonly kind: 'scheduled' | 'forced';
  readonly scheduled_ms: number;
  readonly attempts: number;
  readonly first_attempt_ms: number;
  /** When it is tried again; null while an attempt is under way. */
  readonly retry_ms: number | null;
}

export function findJob(store: Store, name: string): JobRow | undefined {
  return store.get<JobRow>('SELECT * FROM jobs WHERE name = ?', name);
}

export function specOf(row: JobRow): JobSpec {
  // Written by this service from a checked spec.
  return JSON.parse(row.spec) as JobSpec;
}

/** A google.cloud.scheduler.v1.Job for a reply. */
export function toJob(store: Store, row: JobRow): object {
  const waiting = store.get<{ retry: number | null }>(
    "SELECT min(retry_ms) AS retry FROM executions WHERE job = ? AND kind = 'scheduled'",
    row.name,
  );
  const retryMs = waiting?.retry ?? Infinity;
  return {
    ...toJobInput(row),
    state: row.state,
    userUpdateTime: toTimestamp(row.update_ms),
    scheduleTime: row.next_ms === null ? null : toTimestamp(Math.min(row.next_ms, retryMs)),
    lastAttemptTime: row.last_attempt_ms === null ? null : toTimestamp(row.last_attempt_ms),
    status: row.status_code === null ? null : { code: row.status_code },
  };
}

/** The part of a job that clients write, in the shape they write it. */
export function toJobInput(row: JobRow): Record<string, unknown> {
  const spec = specOf(row);
  return {
    name: row.name,
    description: spec.description,
    schedule: spec.schedule,
    timeZone: spec.timeZone,
    ...toTargetInput(spec.target),
    retryConfig: spec.retry && {
      retryCount: spec.retry.retryCount,
      maxRetryDuration: toTimestamp(spec.retry.maxRetryDurationMs),
      minBackoffDuration: toTimestamp(spec.retry.minBackoffMs),
      maxBackoffDuration: toTimestamp(spec.retry.maxBackoffMs),
      maxDoublings: spec.retry.maxDoublings,
    },
    // Durations have the shape of timestamps.
    attemptDeadline: spec.attemptDeadlineMs === null ? null : toTimestamp(spec.attemptDeadlineMs),
  };
}

function toTargetInput(target: Target): object {
  if (target.kind === 'pubsub') {
    const { topic, dataBase64, attributes } = target;
    return { pubsubTarget: { topicName: topic, data: Buffer.from(dataBase64, 'base64'), attributes } };
  }
  const { uri, method, headers, bodyBase64, authorization } = target;
  const httpTarget = { uri, httpMethod: method, headers, body: Buffer.from(bodyBase64, 'base64') };
  if (authorization === null) return { httpTarget };
  const { kind, email } = authorization;
  const token =
    kind === 'oauth'
      ? { oauthToken: { serviceAccountEmail: email, scope: authorization.scope } }
      : { oidcToken: { serviceAccountEmail: email, audience: authorization.audience } };
  return { httpTarget: { ...httpTarget, ...token } };
}
