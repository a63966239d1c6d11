// Owns working under a lease: waiting for it, renewing it while the work goes on, giving it back.
import type { Progress } from '#shared/catalog/operator/report.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { acquireLease, type Lease, LEASE_MS, RENEW_EVERY_MS } from './lease.ts';

/** Waits so long, or until the signal; resolves either way. */
export type Pause = (ms: number, until?: AbortSignal) => Promise<void>;

export interface LeaseParts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly newId: () => string;
  readonly ending: () => boolean;
}

/** The lease as the work under it sees it. */
export interface HeldLease {
  /** Whether to stop: somebody else has the lease now, or the process is to end. */
  readonly lost: () => boolean;
  /** Makes sure of it; false when somebody else has it. */
  readonly renew: () => Promise<boolean>;
}

/** Long enough to outlast the lease of a holder that was killed. */
const PATIENCE_MS = LEASE_MS + 2000;
const LOOK_EVERY_MS = 300;

/** @throws PlatformError apply_in_progress when somebody else keeps the lease */
export async function withLease<Result>(
  parts: LeaseParts,
  tell: (progress: Progress) => void,
  work: (lease: HeldLease) => Promise<Result>,
): Promise<Result> {
  const lease = await waitForLease(parts, tell);
  const state = { lost: false };
  const ended = new AbortController();
  const renewing = keepRenewing(lease, { pause: parts.pause, ended: ended.signal }, state);
  try {
    return await work({
      lost: () => state.lost || parts.ending(),
      renew: async () => !state.lost && (await lease.renew()),
    });
  } finally {
    ended.abort();
    await renewing;
    // What cannot be given back runs out.
    await lease.release().catch(() => undefined);
  }
}

async function waitForLease(parts: LeaseParts, tell: (progress: Progress) => void): Promise<Lease> {
  const holder = parts.newId();
  const deadlineMs = parts.clock.now() + PATIENCE_MS;
  for (let told = false; ; told = true) {
    const result = await acquireLease(parts.store, parts.clock, holder);
    if (result.kind === 'held') return result.lease;
    if (parts.clock.now() >= deadlineMs || parts.ending()) throw new PlatformError('apply_in_progress');
    if (!told) tell({ kind: 'waiting', message: 'another apply is under way' });
    await parts.pause(LOOK_EVERY_MS);
  }
}

async function keepRenewing(
  lease: Lease,
  { pause, ended }: { readonly pause: Pause; readonly ended: AbortSignal },
  state: { lost: boolean },
): Promise<void> {
  while (!state.lost) {
    await pause(RENEW_EVERY_MS, ended);
    if (ended.aborted) return;
    // A store that does not answer is no loss yet; whoever takes the lease changes its generation.
    state.lost = !(await lease.renew().catch(() => true));
  }
}
