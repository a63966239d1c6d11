// Owns the routes that start a run by hand and show the last ones.
import { type Route, route } from '#shared/http/route.ts';
import { runsShape } from '#shared/metadata/api/run-shape.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { isKnown } from '#shared/pipelines/horizon.ts';
import { boundsOf, grainOf } from '#shared/pipelines/partition-key.ts';
import type { PartitionName } from '#shared/pipelines/partition-record.ts';
import { z } from 'zod';
import { startBuild } from '../driving/build.ts';
import { momentOf } from '../driving/moment.ts';
import type { Passes } from '../driving/passes.ts';
import type { Parts } from '../parts.ts';
import { declared } from './endpoint-routes.ts';
import { lastRuns } from './last-runs.ts';
import { limitOf } from './limit.ts';
import { partitionOf } from './partition-of.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;

const startedShape = z.object({
  /** None where a closer will give it one. */
  run: z.string().optional(),
  state: z.string(),
});

export function runRoutes(parts: Parts, passes: Passes): readonly Route[] {
  const last = lastRuns(parts);
  return [
    route({
      method: 'POST',
      path: '/v1/endpoints/{id}/partitions/{key}:run',
      summary: 'Builds a partition now, also one that is published.',
      allow: ['team', 'service'],
      answer: startedShape,
      handle: async ({ params }) => ({
        status: 202,
        json: await runByHand(parts, passes, partitionOf(params['id'], params['key'])),
      }),
    }),
    route({
      method: 'GET',
      path: '/v1/runs',
      summary: 'The last run of each partition, newest first. The whole history is in platform.runs.',
      allow: ['analyst', 'team', 'compliance', 'service'],
      answer: runsShape,
      handle: async ({ query }) => ({
        json: { runs: await last(limitOf(query, { byDefault: DEFAULT_LIMIT, most: MAX_LIMIT })) },
      }),
    }),
  ];
}

async function runByHand(parts: Parts, passes: Passes, name: PartitionName): Promise<z.infer<typeof startedShape>> {
  const endpoint = await declared(parts, name.endpoint);
  if (grainOf(name.key) !== endpoint.grain) {
    throw new PlatformError('invalid_partition_key', {
      message: `${name.key} is not a key of grain ${endpoint.grain}.`,
    });
  }
  const moment = momentOf(parts);
  if (!isKnown(moment, name.endpoint, name.key)) throw new PlatformError('unknown_partition');
  if (endpoint.kind === 'event') {
    if (boundsOf(name.key).endMs > moment.nowMs) {
      throw new PlatformError('inputs_missing', { message: `The partition ${name.key} has not ended.` });
    }
    await parts.partitions.apply(name, { kind: 'expect' });
    passes.look();
    return { state: 'waiting' };
  }
  const build = await startBuild(parts, moment, { endpoint, key: name.key, reason: 'manual' });
  switch (build.kind) {
    case 'started':
      return { run: build.run, state: 'running' };
    case 'missing': {
      const names = build.missing.map(({ endpoint: id, key, state }) => `${id} ${key ?? ''} (${state})`);
      throw new PlatformError('inputs_missing', { message: `Not published yet: ${names.slice(0, 10).join(', ')}.` });
    }
    case 'pool-full':
      throw new PlatformError('pool_full', { message: `Every slot of the pool ${endpoint.pool} is taken.` });
    case 'refused':
      throw new PlatformError('run_in_progress');
  }
}
