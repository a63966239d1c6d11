// Owns the route that shows how far erasures are.
import { type Route, route } from '#shared/http/route.ts';
import { erasuresShape } from '#shared/metadata/api/erasure-shape.ts';
import type { Parts } from '../parts.ts';
import { lastErasures, MAX_ERASURES } from './last-erasures.ts';
import { limitOf } from './limit.ts';

const DEFAULT_LIMIT = 20;

export function erasureRoutes(parts: Parts): readonly Route[] {
  const last = lastErasures(parts);
  return [
    route({
      method: 'GET',
      path: '/v1/erasures',
      summary:
        'How far the last erasures are, newest first: ids, states and times. Privacy has the rest, for compliance.',
      allow: ['analyst', 'team', 'compliance', 'service'],
      answer: erasuresShape,
      handle: async ({ query }) => ({
        json: { erasures: await last(limitOf(query, { byDefault: DEFAULT_LIMIT, most: MAX_ERASURES })) },
      }),
    }),
  ];
}
