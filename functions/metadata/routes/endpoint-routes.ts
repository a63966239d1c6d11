// Owns the routes that show endpoints and their partitions.
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import { type Route, type RouteReply, type RouteRequest, route } from '#shared/http/route.ts';
import { contractShape, endpointsShape } from '#shared/metadata/api/endpoint-shapes.ts';
import { newestPartitionsShape, onePartitionShape, partitionShape } from '#shared/metadata/api/partition-shape.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { z } from 'zod';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import { type EndpointLines, endpointLines } from './endpoint-lines.ts';
import { endpointIdOf, partitionOf } from './partition-of.ts';
import { newestPartitions } from './newest-partitions.ts';
import { aboutEndpoint, standingOf } from './show-endpoint.ts';
import { showOne, showPartitions } from './show-partitions.ts';

const READERS = ['analyst', 'team', 'compliance', 'service'] as const;

export function endpointRoutes(parts: Parts): readonly Route[] {
  const newest = newestPartitions(parts);
  const lines = endpointLines(parts);
  return [
    route({
      method: 'GET',
      path: '/v1/endpoints',
      summary: 'Every endpoint, with how its partitions stand.',
      allow: READERS,
      answer: endpointsShape,
      handle: ({ headers }) => sendLines(lines(), headers),
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
      answer: onePartitionShape,
      handle: async ({ params }) => {
        const name = partitionOf(params['id'], params['key']);
        await declared(parts, name.endpoint);
        const record = await parts.partitions.read(name);
        const shown = showOne(momentOf(parts), name, record);
        if (shown === undefined) throw new PlatformError('unknown_partition');
        return { json: shown };
      },
    }),
  ];
}

async function sendLines({ body, packed, tag }: EndpointLines, headers: RouteRequest['headers']): Promise<RouteReply> {
  // Nobody else may keep it, and who has it asks whether it is still so.
  const always = { etag: tag, 'cache-control': 'private, no-cache', vary: 'accept-encoding' };
  if (headers['if-none-match']?.includes(tag)) return { status: 304, headers: always };
  const typed = { ...always, 'content-type': 'application/json; charset=utf-8' };
  if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return { headers: typed, body };
  return { headers: { ...typed, 'content-encoding': 'gzip' }, body: await packed() };
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
