// Owns the demo's traffic as streams of batches: history of whole past days, then the present.
import { HOUR_MS } from '#shared/pipelines/partition-key.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { createRandom } from './random.ts';
import { eventAt } from './listeners.ts';

export interface HistoryPlan {
  /** First moment, and the moment after the last. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly eventsPerHour: number;
}

const HISTORY_DAYS = 3;
const EVENTS_PER_HOUR = 120;
const HISTORY_SEED = 20_260_801;

/** The last whole days before `nowMs`, UTC. */
export function planHistory(nowMs: number): HistoryPlan {
  const toMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return { fromMs: toMs - HISTORY_DAYS * DAY_MS, toMs, eventsPerHour: EVENTS_PER_HOUR };
}

/** Every event of the history as JSON; the same days give the same events, so that sending twice changes nothing. */
export async function* historyEvents(plan: HistoryPlan): AsyncGenerator<string> {
  for (let hourMs = plan.fromMs; hourMs < plan.toMs; hourMs += HOUR_MS) {
    const random = createRandom(HISTORY_SEED + hourMs / HOUR_MS);
    for (let index = 0; index < plan.eventsPerHour; index += 1) {
      const epochMs = hourMs + random.below(HOUR_MS);
      yield JSON.stringify(eventAt({ id: `demo-${hourMs / HOUR_MS}-${index}`, epochMs }, random, new Set()));
    }
  }
}

export interface LivePlan {
  readonly eventsPerSecond: number;
  readonly batchSize: number;
  /** Distinguishes the ids of this run from earlier ones. */
  readonly run: string;
  /** Pauses until the next batch is due. */
  readonly pause: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** Grows when somebody is erased: they are gone, and send nothing any more. */
  readonly silent: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Batches at a steady pace; late ones are sent at once, never more than a second's worth together. */
export async function* liveBatches(plan: LivePlan): AsyncGenerator<readonly string[]> {
  const random = createRandom(plan.now());
  const everyMs = (1000 * plan.batchSize) / plan.eventsPerSecond;
  let dueMs = plan.now();
  for (let batch = 0; !plan.signal.aborted; batch += 1) {
    dueMs = Math.max(dueMs + everyMs, plan.now() - 1000);
    const waitMs = dueMs - plan.now();
    if (waitMs > 0) await plan.pause(waitMs);
    yield Array.from({ length: plan.batchSize }, (_, index) =>
      JSON.stringify(eventAt({ id: `live-${plan.run}-${batch}-${index}`, epochMs: plan.now() }, random, plan.silent)),
    );
  }
}
