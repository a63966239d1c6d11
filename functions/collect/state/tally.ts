// Owns the counts of verdicts: all that is ever known about events whose subjects refused or were erased.
import type { ErrorCode } from '#shared/platform/error-codes.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { Verdict } from '#shared/events/verdict.ts';

/** How often the counts are written to the log. */
export const TALLY_EVERY_MS = 60_000;

interface Count {
  readonly eventType: EventTypeId | undefined;
  /** A verdict, or `refused` for a whole request. */
  readonly state: Verdict['kind'] | 'refused';
  readonly code: string | undefined;
  count: number;
}

export class Tally {
  readonly #log: Log;
  /** By what they are of; a name made of all three would cost each event more than counting it. */
  #counts = new Map<EventTypeId | undefined, Count[]>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Counts one verdict; the type is undefined when it is not declared. */
  count(eventType: EventTypeId | undefined, verdict: Verdict): void {
    const code = verdict.kind === 'rejected' || verdict.kind === 'retry' ? verdict.code : undefined;
    this.#add(eventType, verdict.kind, code);
  }

  /** Counts one request that was refused before any event was looked at. */
  countRefused(code: ErrorCode): void {
    this.#add(undefined, 'refused', code);
  }

  #add(eventType: EventTypeId | undefined, state: Count['state'], code: string | undefined): void {
    let counts = this.#counts.get(eventType);
    if (counts === undefined) {
      counts = [];
      this.#counts.set(eventType, counts);
    }
    // A type has few verdicts and codes.
    const known = counts.find((one) => one.state === state && one.code === code);
    if (known === undefined) counts.push({ eventType, state, code, count: 1 });
    else known.count += 1;
  }

  /** Writes one line for each count since the last time. */
  flush(): void {
    for (const { eventType, state, code, count } of [...this.#counts.values()].flat()) {
      this.#log.write('INFO', 'counts', {
        state,
        count,
        ...(eventType === undefined ? {} : { event_type: eventType }),
        ...(code === undefined ? {} : { code }),
      });
    }
    this.#counts = new Map();
  }
}
