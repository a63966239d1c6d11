/** What an event costs with few and with many event types loaded: parse, validate, seal, group, without HTTP and broker. */
import { FUNCTION_HEAP } from '#cli/up/heap.ts';
import { bundleOf } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import { partsInMemory } from '#test/functions/collect/in-memory.ts';
import { overwrite, WRITE_KEY } from '#test/functions/collect/test-app.ts';
import type { Opened } from './benchmark.ts';
import { catalogOfMany, copyName } from './catalog-1800-types.ts';
import { placesOf } from './collect-batch-body.ts';
import { anyUser, measureWhenTold, openPipeline, type PipelineFigures } from './pipeline.ts';
import { start } from './processes.ts';

/** All events of this benchmark are of one user. */
const ONE_USER = { ...WRITE_KEY, subjectEventsPerSecond: null };

const USERS = 2000;
const TYPE = 'TrackPlayed';

/** `few`: this repository's catalog. `many`: 1,800 types more, of which none is sent. `spread`: each event of another type. */
export type Load = 'few' | 'many' | 'spread';

/** Opens the pipeline and sees every user once. */
async function openLoaded(load: Load): Promise<(forMs: number) => Promise<PipelineFigures>> {
  const parts = await partsInMemory();
  if (load !== 'few') {
    const { digest, text } = bundleOf(catalogOfMany());
    await parts.state.create(bundleObject(digest), text);
    const current = encodeCurrentCatalog({ digest, appliedAt: '2026-08-01T00:00:00.000Z' });
    await overwrite(parts.state, CURRENT_CATALOG_OBJECT, current);
  }
  let types: readonly number[] | undefined;
  const pipeline = await openPipeline(parts, ONE_USER, (bytes, firstId) => {
    types ??= placesOf(bytes, `"type":"listening.`);
    for (const [index, at] of types.entries())
      bytes.write(load === 'spread' ? copyName(firstId + index) : TYPE, at, 'latin1');
  });
  for (let user = 0; user < USERS; user += 1) await pipeline.send(user);
  return (forMs) => pipeline.measure(forMs, (request) => anyUser(request, USERS));
}

/** The pipeline in a process of its own. */
export async function startPipeline(load: Load, roundMs: number): Promise<Opened> {
  const child = start([...FUNCTION_HEAP, import.meta.filename, load]);
  await child.firstMessage;
  return {
    async measure() {
      // It sends nothing else.
      const { microsecondsPerEvent, eventsPerSecond } = (await child.ask(roundMs)) as PipelineFigures;
      return { value: microsecondsPerEvent, detail: { eventsPerSecond, megabytes: child.peakMegabytes() } };
    },
    close: () => child.stop(),
  };
}

// Given by the function above.
if (import.meta.main) measureWhenTold(await openLoaded(process.argv[2] as Load));
