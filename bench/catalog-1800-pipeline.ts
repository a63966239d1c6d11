/** What an event costs with few and with many event types loaded: parse, validate, seal, group, without HTTP and broker. */
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import { collectBatch } from '#functions/collect/batch/collect-batch.ts';
import { assemble } from '#functions/collect/collect.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { readBatch } from '#shared/events/batch.ts';
import type { BootId } from '#shared/platform/ids.ts';
import { partsInMemory } from '#test/functions/collect/in-memory.ts';
import { overwrite, WRITE_KEY } from '#test/functions/collect/test-app.ts';
import type { Opened } from './benchmark.ts';
import { catalogOfMany, copyName } from './catalog-1800-types.ts';
import { batchBody } from './collect-batch-body.ts';
import { start } from './processes.ts';

/** All events of this benchmark are of one user. */
const ONE_USER = { ...WRITE_KEY, subjectEventsPerSecond: null };

const EVENTS = 20;
const USERS = 2000;
const TYPE = 'TrackPlayed';

/** `few`: this repository's catalog. `many`: 1,800 types more, of which none is sent. `spread`: each event of another type. */
export type Load = 'few' | 'many' | 'spread';

interface Figures {
  readonly microsecondsPerEvent: number;
  readonly eventsPerSecond: number;
}

/** Opens the pipeline and sees every user once. */
async function openPipeline(load: Load): Promise<(forMs: number) => Promise<Figures>> {
  const parts = await partsInMemory();
  if (load !== 'few') {
    const { digest, text } = bundleOf(catalogOfMany());
    await parts.state.create(bundleObject(digest), text);
    const current = encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T00:00:00.000Z' });
    await overwrite(parts.state, CURRENT_CATALOG_OBJECT, current);
  }
  const door = assemble('01a1fc3e-10c0-75b0-a985-3077495ed126' as BootId, parts);
  await Promise.all([door.keys.open(), door.catalogs.refresh()]);
  const body = batchBody(EVENTS);
  const types = placesOf(body.bytes, `"type":"listening.`);
  let [ids, requests] = [0, 0];

  const once = async (user: number): Promise<void> => {
    body.stamp(ids, user);
    for (const [index, at] of types.entries())
      body.bytes.write(load === 'spread' ? copyName(ids + index) : TYPE, at, 'latin1');
    ids += EVENTS;
    const read = readBatch(body.bytes);
    const { keyrings } = door.keys;
    const { current: catalog } = door.catalogs;
    if (read.kind !== 'read' || keyrings === undefined || catalog === undefined) throw new Error('not ready');
    const arrived = { batch: read.batch, writeKey: ONE_USER, bodyBytes: body.bytes.length };
    const verdicts = await collectBatch(arrived, { catalog, keyrings }, door);
    if (verdicts.some(({ status }) => status !== 'accepted')) throw new Error(JSON.stringify(verdicts[0]));
  };
  for (let user = 0; user < USERS; user += 1) await once(user);

  return async (forMs) => {
    const [startedMs, before, from] = [performance.now(), process.cpuUsage(), requests];
    while (performance.now() - startedMs < forMs) {
      requests += 1;
      await once((requests * 7919) % USERS);
    }
    const cpu = process.cpuUsage(before);
    const events = (requests - from) * EVENTS;
    return {
      microsecondsPerEvent: Math.round(((cpu.user + cpu.system) / events) * 100) / 100,
      eventsPerSecond: Math.round((events / (performance.now() - startedMs)) * 1000),
    };
  };
}

function placesOf(bytes: Buffer, before: string): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(before); at >= 0; at = bytes.indexOf(before, at + 1)) places.push(at + before.length);
  return places;
}

/** The pipeline in a process of its own. */
export async function startPipeline(load: Load, roundMs: number): Promise<Opened> {
  const child = start([...FUNCTION_HEAP, import.meta.filename, load]);
  await child.firstMessage;
  return {
    async measure() {
      // It sends nothing else.
      const { microsecondsPerEvent, eventsPerSecond } = (await child.ask(roundMs)) as Figures;
      return { value: microsecondsPerEvent, detail: { eventsPerSecond, megabytes: child.peakMegabytes() } };
    },
    close: () => child.stop(),
  };
}

if (import.meta.main) {
  // Given by the function above.
  const measure = await openPipeline(process.argv[2] as Load);
  const tell = (message: object): boolean | undefined => process.send?.(message);
  process.on('message', (forMs: number) => void measure(forMs).then(tell));
  tell({ ready: true });
}
