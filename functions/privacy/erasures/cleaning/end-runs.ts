// Owns that no run publishes what it read before the cleaning: those that have not committed are ended, those that have are waited for.
import { runJobId } from '#shared/pipelines/job-names.ts';
import type { ErasedRun } from '#shared/pipelines/cleaning-answers.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { parseId } from '#shared/platform/ids.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { type Pipelines, readPartition } from '../pipelines.ts';
import type { Progress } from './progress.ts';

type Waiting = Progress['waiting'];

const LOOK_AT_ONCE = 16;

/** Ends the runs of endpoints, and answers what has to be over before anything of them is cleaned. */
export async function endRuns(pipelines: Pipelines, endpoints: readonly EndpointId[]): Promise<Waiting> {
  if (endpoints.length === 0) return { commits: [], jobs: [] };
  const { ended, committing } = await pipelines.fence(endpoints);
  // What an ended run has BigQuery do goes on, and fills its staging table.
  return { commits: [...committing], jobs: ended.flatMap((run) => jobOf(run) ?? []) };
}

/** Whether a commit is not published yet, or a job still writes what it read before. */
export async function isUnderWay(
  { objects, warehouse }: Pick<ErasureDeps, 'objects' | 'warehouse'>,
  { commits, jobs }: Waiting,
): Promise<boolean> {
  const committing = await mapAtOnce(commits, LOOK_AT_ONCE, async ({ endpoint, key, run }) => {
    const name = nameOf({ endpoint, key });
    const record = name === undefined ? undefined : await readPartition(objects, name);
    return record?.claim?.run === run;
  });
  if (committing.includes(true)) return true;
  const running = await mapAtOnce(jobs, LOOK_AT_ONCE, (job) => warehouse.isRunning(job));
  return running.includes(true);
}

function jobOf({ run, ...partition }: ErasedRun): string | undefined {
  const name = nameOf(partition);
  return name === undefined ? undefined : runJobId('stage', { ...name, run });
}

function nameOf({ endpoint, key }: Pick<ErasedRun, 'endpoint' | 'key'>) {
  const [id, partition] = [parseId('endpoint', endpoint), parsePartitionKey(key)];
  return id === undefined || partition === undefined ? undefined : { endpoint: id, key: partition };
}
