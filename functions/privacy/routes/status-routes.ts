// Owns the route that says how well the revocation bound is kept here, for metrics and for whoever wants to know what is promised.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import type { OpenKeys } from '#shared/privacy/keys/keys-at-work.ts';

const answer = z.object({
  revocation_bound_seconds: z.number().describe('So long after a shredding no process uses the keys any more.'),
  feed_age_seconds: z
    .number()
    .optional()
    .describe('Age of the last complete read of the revocation feed in this instance.'),
  keyrings_held: z.int().describe('Keyrings in the memory of this instance.'),
  keyring_bytes: z.int(),
});

/** @param keys the keys at work now; throws a PlatformError while they are not there */
export function statusRoutes(keys: () => OpenKeys): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/revocation',
      summary: 'The published revocation bound, and how far this instance is from it.',
      allow: ['analyst', 'team', 'compliance', 'admin', 'service'],
      answer,
      async handle() {
        const { keyrings, boundMs } = keys();
        const { feedAgeMs, held } = keyrings;
        return {
          json: {
            revocation_bound_seconds: boundMs / 1000,
            ...(feedAgeMs === undefined ? {} : { feed_age_seconds: feedAgeMs / 1000 }),
            keyrings_held: held.keyrings,
            keyring_bytes: held.bytes,
          },
        };
      },
    }),
  ];
}
