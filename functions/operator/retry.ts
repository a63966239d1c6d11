// Owns trying again what fails in passing: exponential pauses with jitter, so that many do not come back at the same moment.
import { mayRetry } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

export interface Retrying {
  readonly pause: (ms: number) => Promise<void>;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly onRetry: (attempt: number, failure: PlatformError) => void;
}

const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;

/** Does the work, up to six times; the failure of the last, or undefined. What must not happen is `internal`, and ends it. */
export async function retried(work: () => Promise<void>, parts: Retrying): Promise<PlatformError | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return undefined;
    } catch (thrown) {
      const failure = thrown instanceof PlatformError ? thrown : new PlatformError('internal', { cause: thrown });
      if (attempt >= MAX_ATTEMPTS || !mayPass(failure)) return failure;
      parts.onRetry(attempt, failure);
      const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), MAX_PAUSE_MS);
      await parts.pause(longestMs * (0.5 + parts.random() / 2));
    }
  }
}

/** Beside what is transient: what was made a moment ago may not be seen everywhere yet, and a lost race is run again. */
function mayPass({ code }: PlatformError): boolean {
  return mayRetry(code) || code === 'cloud_missing' || code === 'precondition_lost';
}
