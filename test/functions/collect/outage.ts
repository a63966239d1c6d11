/** Calls that fail for a while. */

export interface Outage {
  /** Until a test says otherwise. */
  lasts: boolean;
  /** The call as it is, but failing while the outage lasts: for everything, or for what it concerns. */
  of<Asked extends readonly unknown[], Told>(
    call: (...asked: Asked) => Promise<Told>,
    concerns?: (...asked: Asked) => boolean,
  ): (...asked: Asked) => Promise<Told>;
}

/** An outage that has begun. */
export function beginOutage(): Outage {
  const outage: Outage = {
    lasts: true,
    of:
      (call, concerns = () => true) =>
      async (...asked) => {
        if (outage.lasts && concerns(...asked)) throw new Error('unavailable');
        return call(...asked);
      },
  };
  return outage;
}
