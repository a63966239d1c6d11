// Owns the platform's notion of time: an object that is passed in, so that tests move it and rules never read the machine's.

/** What tells the time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's own clock, for the composition of a deployable only. */
export const systemClock: Clock = { now: () => Date.now() };
