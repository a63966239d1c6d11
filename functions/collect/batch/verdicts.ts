// Owns the verdicts of one batch, while they become known.
import { type Verdict, type WireVerdict, wireVerdict } from '#shared/events/verdict.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import type { Tally } from '../state/tally.ts';

/** What a verdict is about. */
export interface JudgedEvent {
  /** Its place in the batch. */
  readonly index: number;
  readonly id: string | undefined;
  readonly type: EventTypeId | undefined;
}

export class BatchVerdicts {
  readonly #verdicts: (WireVerdict | undefined)[] = [];
  readonly #tally: Tally;

  constructor(events: number, tally: Tally) {
    this.#verdicts.length = events;
    this.#tally = tally;
  }

  /** The verdict of an event; each has exactly one. */
  set({ index, id, type }: JudgedEvent, verdict: Verdict): void {
    this.#verdicts[index] = wireVerdict(id, verdict);
    this.#tally.count(type, verdict);
  }

  /** All of them, in the order of the batch. */
  all(): readonly WireVerdict[] {
    return Array.from(this.#verdicts, (verdict, index) => {
      if (verdict === undefined) throw new Error(`event ${index} of the batch has no verdict`);
      return verdict;
    });
  }
}
