/** What a client says about a job, checked: schedule, target, retries, deadline. */
import { fromDuration } from '../host/messages.ts';
import {
  ATTEMPT_DEADLINE_MS,
  MAX_DESCRIPTION_CHARS,
  MAX_JOB_BYTES,
  MAX_RETRY_COUNT,
  RETRY_DEFAULTS,
} from './limits.ts';
import { invalid } from './refusals.ts';
import type { RetrySettings } from './retries.ts';
import { checkSchedule } from './schedule.ts';
import { checkedTarget, type HttpTargetInput, type PubsubTargetInput, type Target } from './targets.ts';

export interface JobSpec {
  readonly description: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly target: Target;
  /** Null when the client gave none, in which case nothing is retried. */
  readonly retry: RetrySettings | null;
  /** Null for targets that have none. */
  readonly attemptDeadlineMs: number | null;
}

/** A google.protobuf.Duration as handlers see it. */
interface Duration {
  readonly seconds: string;
  readonly nanos: number;
}

/** A google.cloud.scheduler.v1.Job as a client sends it. */
export interface JobInput {
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly httpTarget?: HttpTargetInput | null;
  readonly pubsubTarget?: PubsubTargetInput | null;
  readonly appEngineHttpTarget?: object | null;
  readonly retryConfig: RetryConfigInput | null;
  readonly attemptDeadline: Duration | null;
}

/** A google.cloud.scheduler.v1.RetryConfig; after a masked update only some of its fields are there. */
interface RetryConfigInput {
  readonly retryCount?: number;
  readonly maxRetryDuration?: Duration | null;
  readonly minBackoffDuration?: Duration | null;
  readonly maxBackoffDuration?: Duration | null;
  readonly maxDoublings?: number;
}

/** @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED */
export function checkedSpec(input: JobInput, project: string): JobSpec {
  if (input.description.length > MAX_DESCRIPTION_CHARS) {
    throw invalid(`The description must not be longer than ${MAX_DESCRIPTION_CHARS} characters.`);
  }
  const timeZone = input.timeZone === '' ? 'UTC' : input.timeZone;
  checkSchedule(input.schedule, timeZone);
  const target = checkedTarget(input, project);
  const spec: JobSpec = {
    description: input.description,
    schedule: input.schedule,
    timeZone,
    target,
    retry: input.retryConfig === null ? null : checkedRetries(input.retryConfig),
    attemptDeadlineMs: target.kind === 'http' ? attemptDeadlineMs(input.attemptDeadline) : null,
  };
  if (JSON.stringify(spec).length > MAX_JOB_BYTES)
    throw invalid(`A job must not be larger than ${MAX_JOB_BYTES} bytes.`);
  return spec;
}

function attemptDeadlineMs(asked: Duration | null): number {
  const deadlineMs = fromDuration(asked) ?? ATTEMPT_DEADLINE_MS.default;
  if (deadlineMs < ATTEMPT_DEADLINE_MS.min || deadlineMs > ATTEMPT_DEADLINE_MS.max) {
    throw invalid('The attempt deadline of an HTTP target must be between 15 seconds and 30 minutes.');
  }
  return deadlineMs;
}

/** Zero and unset are the same on the wire, and mean the default. */
function checkedRetries(input: RetryConfigInput): RetrySettings {
  const settings: RetrySettings = {
    retryCount: input.retryCount ?? 0,
    maxRetryDurationMs: fromDuration(input.maxRetryDuration) ?? 0,
    minBackoffMs: fromDuration(input.minBackoffDuration) ?? RETRY_DEFAULTS.minBackoffMs,
    maxBackoffMs: fromDuration(input.maxBackoffDuration) ?? RETRY_DEFAULTS.maxBackoffMs,
    maxDoublings: input.maxDoublings || RETRY_DEFAULTS.maxDoublings,
  };
  if (settings.retryCount < 0 || settings.retryCount > MAX_RETRY_COUNT) {
    throw invalid(`The retry count must be between 0 and ${MAX_RETRY_COUNT}.`);
  }
  if (settings.maxRetryDurationMs < 0 || settings.minBackoffMs < 0 || settings.maxDoublings < 0) {
    throw invalid('Values of the retry configuration must not be negative.');
  }
  if (settings.maxBackoffMs < settings.minBackoffMs) {
    throw invalid('The maximum backoff duration must not be less than the minimum.');
  }
  return settings;
}
