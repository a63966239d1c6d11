// Owns waking what a published partition makes possible: its consumers are looked at the moment it is there.
import { dueFor } from '#shared/pipelines/due.ts';
import { isKnown } from '#shared/pipelines/horizon.ts';
import type { PartitionName } from '#shared/pipelines/partition-record.ts';
import { goesStale, isRebuiltByItself, partitionsReading, readersOf } from '#shared/pipelines/restatement.ts';
import type { Parts } from '../parts.ts';
import { startBuild } from './build.ts';
import { momentOf } from './moment.ts';

/**
 * Marks what a new generation of a partition makes stale. It comes before the generation is recorded: whoever dies in between
 * leaves consumers that wait for it, not consumers that never hear of it.
 */
export async function markStale(parts: Parts, published: PartitionName, generation: number): Promise<void> {
  const stale = goesStale(momentOf(parts), published, generation);
  await Promise.all(stale.map((name) => parts.partitions.apply(name, { kind: 'restate' })));
}

/** Starts the builds that a published partition was the last missing input of; what it misses, the tick finds. */
export async function wake(parts: Parts, published: PartitionName, generation: number): Promise<void> {
  const moment = momentOf(parts);
  const names = [
    ...readersOf(moment.catalog, published.endpoint).flatMap((reader) =>
      partitionsReading(moment, reader, published).map((key) => ({ endpoint: reader.id, key })),
    ),
    ...goesStale(moment, published, generation),
  ];
  for (const { endpoint: id, key } of names) {
    const endpoint = moment.catalog.endpoints[id];
    if (endpoint?.kind !== 'sql' || !isKnown(moment, id, key)) continue;
    const due = dueFor(moment.view.summary(id, key), moment.nowMs);
    if (due.kind !== 'build' || (due.reason === 'stale' && !isRebuiltByItself(moment, endpoint))) continue;
    await startBuild(parts, moment, { endpoint, key, reason: due.reason });
  }
}
