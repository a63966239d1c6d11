// Owns asking again and again: while the page is seen, less often while nobody answers, at once when somebody comes back.
import type { Failure } from '../model/failure.ts';
import { waitMs } from '../model/pace.ts';

export interface Poll {
  /** Asks now, without waiting for its turn. */
  now(): void;
}

export interface PollParts {
  readonly everyMs: number;
  /** One round; what failed in it, if anything did. */
  readonly round: () => Promise<Failure | undefined>;
  /** After each round: how it went, and how long until the next. */
  readonly done: (failure: Failure | undefined, waitMs: number) => void;
}

/** Starts at once; a hidden page asks for nothing. */
export function startPoll({ everyMs, round, done }: PollParts): Poll {
  let timer: number | undefined;
  let under = false;
  let again = false;
  let failures = 0;

  const run = async (): Promise<void> => {
    if (under || document.hidden) {
      again = under;
      return;
    }
    under = true;
    clearTimeout(timer);
    const failure = await round();
    under = false;
    failures = failure === undefined ? 0 : failures + 1;
    const wait = again ? 0 : waitMs(everyMs, failures, Math.random());
    again = false;
    timer = window.setTimeout(() => void run(), wait);
    done(failure, wait);
  };

  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!document.hidden) void run();
  });
  void run();
  return {
    now() {
      clearTimeout(timer);
      void run();
    },
  };
}
