// Owns the platform's now: the time that the last tick passed on, going on by this machine's clock.
import type { Clock } from '#shared/platform/clock.ts';

export interface PlatformTime extends Clock {
  /** A tick started at this time. */
  heard(nowMs: number): void;
}

/** The later of the machine's clock and the last tick's start: time never goes back, and a tick is never ahead of it. */
export function createPlatformTime(clock: Clock): PlatformTime {
  let heardMs = -Infinity;
  return {
    now: () => Math.max(clock.now(), heardMs),
    heard(nowMs) {
      heardMs = Math.max(heardMs, nowMs);
    },
  };
}
