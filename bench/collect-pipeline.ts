/** What a batch costs on one core without HTTP and without a broker: parse, validate, seal, hash, group, build the messages. */
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import type { BootId } from '#shared/platform/ids.ts';
import { readBatch } from '#shared/events/batch.ts';
import { collectBatch } from '#functions/collect/batch/collect-batch.ts';
import { assemble } from '#functions/collect/collect.ts';
import { partsInMemory } from '#test/functions/collect/in-memory.ts';
import { WRITE_KEY } from '#test/functions/collect/test-app.ts';
import type { Opened } from './benchmark.ts';
import { batchBody } from './collect-batch-body.ts';
import { start } from './processes.ts';

const EVENTS = 20;
const USERS = 10_000;
/** One request in so many is of a user that was never seen. */
const NEW_USER_EVERY = 10;

export interface PipelineFigures {
  readonly eventsPerSecond: number;
  /** Of one core. */
  readonly microsecondsPerEvent: number;
}

/** Batches one after the other, after every known user was seen once. */
async function openPipeline(): Promise<(forMs: number) => Promise<PipelineFigures>> {
  const door = assemble('01a1fc3e-10c0-75b0-a985-3077495ed126' as BootId, await partsInMemory());
  await Promise.all([door.keys.open(), door.catalogs.refresh()]);
  const body = batchBody(EVENTS);
  let [ids, requests, newUsers] = [0, 0, USERS];

  const once = async (user: number): Promise<void> => {
    body.stamp(ids, user);
    ids += EVENTS;
    const read = readBatch(body.bytes);
    const { keyrings } = door.keys;
    const { current: catalog } = door.catalogs;
    if (read.kind !== 'read' || keyrings === undefined || catalog === undefined) throw new Error('not ready');
    const arrived = { batch: read.batch, writeKey: WRITE_KEY, bodyBytes: body.bytes.length };
    const verdicts = await collectBatch(arrived, { catalog, keyrings }, door);
    if (verdicts.some(({ status }) => status !== 'accepted')) throw new Error(JSON.stringify(verdicts[0]));
  };
  for (let user = 0; user < USERS; user += 1) await once(user);

  return async (forMs) => {
    const [startedMs, before, from] = [performance.now(), process.cpuUsage(), requests];
    while (performance.now() - startedMs < forMs) {
      requests += 1;
      await once(requests % NEW_USER_EVERY === 0 ? (newUsers += 1) : (requests * 7919) % USERS);
    }
    const elapsedMs = performance.now() - startedMs;
    const cpu = process.cpuUsage(before);
    const events = (requests - from) * EVENTS;
    return {
      eventsPerSecond: Math.round((events / elapsedMs) * 1000),
      microsecondsPerEvent: Math.round(((cpu.user + cpu.system) / events) * 10) / 10,
    };
  };
}

/** The pipeline in a process of its own, which measures when it is told to. */
export async function startPipeline(roundMs: number): Promise<Opened> {
  const child = start([...FUNCTION_HEAP, import.meta.filename]);
  await child.firstMessage;
  return {
    async measure() {
      // It sends nothing else.
      const figures = (await child.ask(roundMs)) as PipelineFigures;
      const { eventsPerSecond, microsecondsPerEvent } = figures;
      return {
        value: eventsPerSecond,
        peakMegabytes: { pipeline: child.peakMegabytes() },
        detail: { microsecondsPerEvent },
      };
    },
    close: () => child.stop(),
  };
}

if (import.meta.main) {
  const measure = await openPipeline();
  const tell = (message: object): boolean | undefined => process.send?.(message);
  process.on('message', (forMs: number) => void measure(forMs).then(tell));
  tell({ ready: true });
}
