// Owns the routes by which an erasure has pipelines hold still and compute again.
import { type Route, route } from '#shared/http/route.ts';
import { type Fenced, fencedShape, type RecomputeAnswer, recomputeShape } from '#shared/pipelines/cleaning-answers.ts';
import { isKnown } from '#shared/pipelines/horizon.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { PartitionName } from '#shared/pipelines/partition-record.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { z } from 'zod';
import { startBuild } from '../driving/build.ts';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import { endForErasure } from '../running/end-run.ts';
import { endpointIdOf, partitionOf } from './partition-of.ts';

const SERVICE = ['service'] as const;
const fenceBody = z.object({ endpoints: z.array(z.string()).min(1).max(1000) });

export function cleaningRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/endpoints:fence',
      summary: 'Ends every run of some endpoints that has not committed yet, and names those that have.',
      allow: SERVICE,
      body: fenceBody,
      answer: fencedShape,
      handle: async (_request, { endpoints }) => ({ json: await fence(parts, endpoints.map(endpointIdOf)) }),
    }),
    route({
      method: 'POST',
      path: '/v1/endpoints/{id}/partitions/{key}:recompute',
      summary: 'Computes a partition again for an erasure, also one that is published.',
      allow: SERVICE,
      answer: recomputeShape,
      handle: async ({ params }) => ({ json: await recompute(parts, partitionOf(params['id'], params['key'])) }),
    }),
  ];
}

async function fence(parts: Parts, endpoints: readonly EndpointId[]): Promise<Fenced> {
  const fenced = await Promise.all(endpoints.map((endpoint) => fenceEndpoint(parts, endpoint)));
  return {
    ended: fenced.flatMap(({ ended }) => ended),
    committing: fenced.flatMap(({ committing }) => committing),
  };
}

async function fenceEndpoint(parts: Parts, endpoint: EndpointId): Promise<Fenced> {
  await parts.partitions.refresh(endpoint);
  const outcomes = new Map<RunName, Awaited<ReturnType<typeof endForErasure>>>();
  for (const key of parts.partitions.active(endpoint)) {
    const { state, run } = parts.partitions.summary(endpoint, key) ?? {};
    if (run === undefined || (state !== 'running' && state !== 'committing')) continue;
    const name: RunName = { endpoint, key, run };
    outcomes.set(name, await endForErasure(parts, name));
  }
  const those = (outcome: 'ended' | 'committing'): readonly RunName[] =>
    [...outcomes].flatMap(([name, each]) => (each === outcome ? [name] : []));
  return { ended: those('ended'), committing: those('committing') };
}

async function recompute(parts: Parts, { endpoint: id, key }: PartitionName): Promise<RecomputeAnswer> {
  const moment = momentOf(parts);
  const endpoint = moment.catalog.endpoints[id];
  if (endpoint?.kind !== 'sql' || !isKnown(moment, id, key)) return { state: 'unknown' };
  const build = await startBuild(parts, moment, { endpoint, key, reason: 'erasure' });
  switch (build.kind) {
    case 'started':
      return { state: 'started', run: build.run };
    case 'missing':
      return { state: 'missing' };
    case 'pool-full':
      return { state: 'full' };
    case 'refused':
      return { state: 'busy' };
  }
}
