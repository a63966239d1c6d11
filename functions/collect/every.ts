// Owns work that repeats: on a timer that keeps no process alive, one run at a time.

/** Repeats work; the result stops it. */
export type Every = (ms: number, work: () => Promise<void> | void) => () => void;

/** The real one. A run that is late is left out; work that fails has said so itself. */
export const everyByTimer: Every = (ms, work) => {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void Promise.resolve()
      .then(work)
      .catch(() => undefined)
      .finally(() => {
        running = false;
      });
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
};
