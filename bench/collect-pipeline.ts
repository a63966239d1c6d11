/** What a batch costs on one core without HTTP and without a broker: parse, validate, seal, hash, group, build the messages. */
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import { partsInMemory } from '#test/functions/collect/in-memory.ts';
import { WRITE_KEY } from '#test/functions/collect/test-app.ts';
import type { Opened } from './benchmark.ts';
import { anyUser, measureWhenTold, openPipeline, type PipelineFigures } from './pipeline.ts';
import { start } from './processes.ts';

const USERS = 10_000;
/** One request in so many is of a user that was never seen. */
const NEW_USER_EVERY = 10;

/** Batches one after the other, after every known user was seen once. */
async function openKnown(): Promise<(forMs: number) => Promise<PipelineFigures>> {
  const pipeline = await openPipeline(await partsInMemory(), WRITE_KEY);
  let newUsers = USERS;
  for (let user = 0; user < USERS; user += 1) await pipeline.send(user);
  return (forMs) =>
    pipeline.measure(forMs, (request) => (request % NEW_USER_EVERY === 0 ? (newUsers += 1) : anyUser(request, USERS)));
}

/** The pipeline in a process of its own, which measures when it is told to. */
export async function startPipeline(roundMs: number): Promise<Opened> {
  const child = start([...FUNCTION_HEAP, import.meta.filename]);
  await child.firstMessage;
  return {
    async measure() {
      // It sends nothing else.
      const figures = (await child.ask(roundMs)) as PipelineFigures;
      const { eventsPerSecond, microsecondsPerEvent, stages } = figures;
      return {
        value: eventsPerSecond,
        peakMegabytes: { pipeline: child.peakMegabytes() },
        detail: { microsecondsPerEvent, ...stages },
      };
    },
    close: () => child.stop(),
  };
}

if (import.meta.main) measureWhenTold(await openKnown());
