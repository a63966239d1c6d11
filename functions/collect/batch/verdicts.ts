// Owns the verdicts of one batch, while they become known.
import { type Verdict, type WireVerdict, wireVerdict } from '#shared/events/verdict.ts';
import type { EventTypeId } from '#shared/platform/ids.ts';
import type { HourEntry } from '../state/hour-reports.ts';
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
  readonly #entry: Pick<HourEntry, 'refuse'>;

  constructor(events: number, tally: Tally, entry: Pick<HourEntry, 'refuse'>) {
    this.#verdicts.length = events;
    this.#tally = tally;
    this.#entry = entry;
  }

  /** The verdict of an event; each has exactly one. */
  set({ index, id, type }: JudgedEvent, verdict: Verdict): void {
    this.#verdicts[index] = wireVerdict(id, verdict);
    this.#tally.count(type, verdict);
    const { kind } = verdict;
    if (type !== undefined && (kind === 'duplicate' || kind === 'rejected')) this.#entry.refuse(type, kind);
  }

  /** All of them, in the order of the batch. */
  all(): readonly WireVerdict[] {
    return Array.from(this.#verdicts, (verdict, index) => {
      if (verdict === undefined) throw new Error(`event ${index} of the batch has no verdict`);
      return verdict;
    });
  }
}
