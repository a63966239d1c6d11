// Owns looking again at the right time: one timer, set to the earliest thing that falls due.

/** Rings at the earliest time asked for. */
export interface Alarm {
  /** Look again at this time at the latest, in epoch milliseconds. */
  by(atMs: number): void;
  stop(): void;
}

/** A timer that keeps no process alive; the result takes it back. */
export type StartTimer = (delayMs: number, ring: () => void) => () => void;

export const startTimer: StartTimer = (delayMs, ring) => {
  const timer = setTimeout(ring, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Things that fall due at once are looked at together, and never in a busy loop. */
const LEAST_DELAY_MS = 50;

export function createAlarm(now: () => number, ring: () => void, start: StartTimer = startTimer): Alarm {
  let set: { readonly atMs: number; readonly cancel: () => void } | undefined;
  return {
    by(atMs) {
      if (set !== undefined && set.atMs <= atMs) return;
      set?.cancel();
      const cancel = start(Math.max(atMs - now(), LEAST_DELAY_MS), () => {
        set = undefined;
        ring();
      });
      set = { atMs, cancel };
    },
    stop() {
      set?.cancel();
      set = undefined;
    },
  };
}
