/** When a failed job is tried again. Source: google/cloud/scheduler/v1/job.proto, RetryConfig */

export interface RetrySettings {
  readonly retryCount: number;
  /** 0: no limit in time. */
  readonly maxRetryDurationMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly maxDoublings: number;
}

export interface FailedAttempts {
  /** Attempts so far, all failed. */
  readonly count: number;
  readonly firstMs: number;
  /** When the last one had failed. */
  readonly nowMs: number;
}

/**
 * When to try again, in epoch milliseconds, or undefined when the execution has failed for good. With a limit in number
 * and one in time, retries go on until both are reached.
 */
export function nextRetryMs(settings: RetrySettings, failed: FailedAttempts): number | undefined {
  if (settings.retryCount === 0) return undefined;
  const retries = failed.count - 1;
  const timeIsLeft = settings.maxRetryDurationMs > 0 && failed.nowMs - failed.firstMs < settings.maxRetryDurationMs;
  if (retries >= settings.retryCount && !timeIsLeft) return undefined;
  return failed.nowMs + backoffMs(settings, retries);
}

/**
 * The wait before retry number `retry`, from 0: doubles `maxDoublings` times from the least, then grows by as much as it
 * had reached, up to the most.
 */
export function backoffMs(settings: RetrySettings, retry: number): number {
  const doublings = Math.min(retry, settings.maxDoublings);
  const steps = Math.max(1, retry - settings.maxDoublings + 1);
  return Math.min(settings.minBackoffMs * 2 ** doublings * steps, settings.maxBackoffMs);
}
