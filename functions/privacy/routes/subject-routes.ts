// Owns the routes by which somebody who was forgotten comes back, as a whole or for one purpose: always as somebody new.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { reactivate } from '../erasures/reactivate.ts';
import { purposeName, userId } from './user-id.ts';

const body = z.strictObject({
  userId,
  purpose: purposeName.optional().describe('Consent was given to this purpose again; left out: the user is back.'),
});

/** @param deps what erasures work on now; throws a PlatformError while that is not there */
export function subjectRoutes(deps: () => ErasureDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/subjects:reactivate',
      summary: 'Lets an erased user, or a withdrawn purpose, begin anew: with other keys, for events from now on.',
      allow: ['compliance', 'service'],
      body,
      answer: z.object({ generation: z.int(), acceptsFrom: z.string() }),
      async handle(_request, asked) {
        const { generation, acceptsFromMs } = await reactivate(deps(), asked);
        return { json: { generation, acceptsFrom: formatTimestamp(acceptsFromMs) } };
      },
    }),
  ];
}
