// Owns the routes that show endpoints and their partitions.
import { endpointsOf } from '#shared/catalog/catalog.ts';
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import { type Route, route } from '#shared/http/route.ts';
import { contractShape, endpointsShape } from '#shared/metadata/api/endpoint-shapes.ts';
import { newestPartitionsShape, partitionShape } from '#shared/metadata/api/partition-shape.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { readinessOf } from '#shared/pipelines/readiness.ts';
import type { PartitionName, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { z } from 'zod';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import { endpointIdOf, partitionOf } from './partition-of.ts';
import { newestPartitions } from './newest-partitions.ts';
import { aboutEndpoint, showEndpoint, standingOf } from './show-endpoint.ts';
import { showKnown, showPartitions } from './show-partitions.ts';

const READERS = ['analyst', 'team', 'compliance', 'service'] as const;

export function endpointRoutes(parts: Parts): readonly Route[] {
  const newest = newestPartitions(parts);
  return [
    route({
      method: 'GET',
      path: '/v1/endpoints',
      summary: 'Every endpoint, with how its partitions stand.',
      allow: READERS,
      answer: endpointsShape,
      handle: () => {
        const moment = momentOf(parts);
        return { json: { endpoints: endpointsOf(moment.catalog).map((endpoint) => showEndpoint(moment, endpoint)) } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/endpoints/{id}',
      summary: 'One endpoint with its whole contract.',
      allow: READERS,
      answer: contractShape,
      handle: async ({ params }) => {
        const endpoint = await declared(parts, params['id']);
        const moment = momentOf(parts);
        const about = aboutEndpoint(moment.catalog, endpoint);
        return { json: { ...endpoint, ...standingOf(moment, endpoint), about } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/endpoints/{id}/partitions',
      summary: 'Every partition that exists or is expected, oldest first.',
      allow: READERS,
      answer: z.object({ partitions: z.array(partitionShape) }),
      handle: async ({ params }) => {
        const { id } = await declared(parts, params['id']);
        await parts.partitions.refresh(id);
        return { json: { partitions: showPartitions(momentOf(parts), id) } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/partitions',
      summary: 'The newest partitions of some endpoints: ?endpoints=a.b,c.d&last=48',
      allow: READERS,
      answer: newestPartitionsShape,
      handle: async ({ query }) => ({ json: { endpoints: await newest(query) } }),
    }),
    route({
      method: 'GET',
      path: '/v1/endpoints/{id}/partitions/{key}',
      summary: 'One partition: how it stands, what it is made of, what it waits for.',
      allow: READERS,
      handle: async ({ params }) => ({ json: await onePartition(parts, partitionOf(params['id'], params['key'])) }),
    }),
  ];
}

/**
 * An endpoint of the applied catalog; one that is unknown may have come with a newer one.
 * @throws PlatformError unknown_endpoint, catalog_missing
 */
export async function declared({ applied }: Pick<Parts, 'applied'>, text: string | undefined): Promise<Endpoint> {
  const id = endpointIdOf(text);
  if (applied.current?.catalog.endpoints[id] === undefined) await applied.refreshOnDemand();
  const endpoint = applied.require().catalog.endpoints[id];
  if (endpoint === undefined) throw new PlatformError('unknown_endpoint', { message: `There is no endpoint ${id}.` });
  return endpoint;
}

async function onePartition(parts: Parts, name: PartitionName): Promise<object> {
  const endpoint = await declared(parts, name.endpoint);
  const record = await parts.partitions.read(name);
  const moment = momentOf(parts);
  const shown = showKnown(moment, name);
  if (shown === undefined) throw new PlatformError('unknown_partition');
  const readiness = endpoint.kind === 'sql' ? readinessOf(moment, endpoint, name.key) : undefined;
  return {
    ...shown,
    ...detailsOf(record),
    ...(readiness?.kind === 'missing' ? { missing: readiness.missing } : {}),
  };
}

function detailsOf(record: PartitionRecord | undefined): object {
  if (record === undefined) return { inputs: [] };
  const { inputs, codeDigest, claim, commit, failure } = record;
  return {
    inputs,
    ...(codeDigest === undefined ? {} : { codeDigest }),
    ...(claim === undefined ? {} : { claim }),
    ...(commit === undefined ? {} : { commit }),
    ...(failure === undefined ? {} : { failure }),
  };
}
