/** What time brings about: wiping, the end of soft delete and of unfinished uploads, lifecycle rules. */
import type { CloudClock, Timer } from '../primitives/clock.ts';
import type { Log } from '../primitives/log.ts';
import type { Store } from '../primitives/store.ts';

/** How soon erased bytes are out of the write-ahead log, where nothing zeroes them. */
export const WIPE_WITHIN_MS = 1_000;

/** Lifecycle rules are looked at this often; Google promises no better than a day. */
export const LIFECYCLE_EVERY_MS = 3_600_000;

export interface Upkeep {
  /** Call after something was erased. */
  wipeSoon(): void;
  /** Call when something was given a time. */
  plan(): void;
  stop(): void;
}

/** A kind of work that comes due. */
export interface Duty {
  /** When it is due next, epoch milliseconds; undefined when nothing waits. */
  nextMs(): number | undefined;
  run(): Promise<void>;
}

export function createUpkeep(
  parts: { readonly store: Store; readonly clock: CloudClock; readonly log: Log },
  duties: () => readonly Duty[],
): Upkeep {
  let wiping: Timer | undefined;
  let planned: { readonly timer: Timer; readonly atMs: number } | undefined;
  let stopped = false;

  const wipe = (): void => {
    wiping = undefined;
    // Copies every page into the database file and cuts the log off; busy only while another process reads.
    const [result] = parts.store.all<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    if (result?.busy === 1) wipeSoon();
  };
  const wipeSoon = (): void => {
    if (!stopped) wiping ??= parts.clock.at(parts.clock.now() + WIPE_WITHIN_MS, wipe);
  };

  const plan = (): void => {
    if (stopped) return;
    const times = duties().flatMap((duty) => duty.nextMs() ?? []);
    const atMs = Math.min(...times);
    if (planned?.atMs === atMs) return;
    planned?.timer.cancel();
    planned = times.length === 0 ? undefined : { atMs, timer: parts.clock.at(atMs, () => void runDue()) };
  };
  const runDue = async (): Promise<void> => {
    planned = undefined;
    for (const duty of duties()) {
      if (stopped || (duty.nextMs() ?? Infinity) > parts.clock.now()) continue;
      await duty.run().catch((error: unknown) => {
        parts.log('ERROR', 'storage upkeep failed', { stack: error instanceof Error ? (error.stack ?? '') : '' });
      });
    }
    plan();
  };

  return {
    wipeSoon,
    plan,
    stop() {
      stopped = true;
      wiping?.cancel();
      planned?.timer.cancel();
    },
  };
}
