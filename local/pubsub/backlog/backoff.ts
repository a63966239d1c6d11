/** How long a message waits before it is delivered again. */
import { toMs } from '../durations.ts';
import { PUSH_BACKOFF_MS, RETRY_BACKOFF_MS } from '../limits.ts';
import { deliveryKind, type Subscription } from '../resources.ts';

export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The retry policy, else what the kind of delivery has: pull redelivers at once, push and BigQuery back off. */
export function backoffOf(subscription: Subscription): Backoff {
  const { retryPolicy } = subscription;
  if (retryPolicy !== null) {
    const { minimumBackoff, maximumBackoff } = retryPolicy;
    return {
      minMs: minimumBackoff === null ? RETRY_BACKOFF_MS.defaultMin : toMs(minimumBackoff),
      maxMs: maximumBackoff === null ? RETRY_BACKOFF_MS.defaultMax : toMs(maximumBackoff),
    };
  }
  if (deliveryKind(subscription) === 'pull') return { minMs: 0, maxMs: 0 };
  return { minMs: PUSH_BACKOFF_MS.min, maxMs: PUSH_BACKOFF_MS.max };
}

/** Milliseconds to wait after so many failures (1 for the first). */
export function backoffMs(backoff: Backoff, failures: number): number {
  return Math.min(backoff.minMs * 2 ** Math.min(failures - 1, 30), backoff.maxMs);
}
