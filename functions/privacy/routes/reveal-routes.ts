// Owns the route by which people open sealed values, one at a time and with a reason.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { PEOPLE_ROLES } from '#shared/platform/roles.ts';
import { MAX_REASON_CHARS } from '#shared/privacy/reveal.ts';
import { reveal, type RevealDeps } from '../reveal/reveal.ts';

/** Base64 of a blob that fits into a message of Pub/Sub, 10 MB. */
const MAX_SEALED_CHARS = 14 * 1024 * 1024;
const MAX_BODY_BYTES = 15 * 1024 * 1024;

const requestBody = z.strictObject({
  purpose: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  // Forms are judged by opening: what cannot be ours is `corrupt`, not a wrong request.
  token: z.string().max(100).describe('The column `subject` of the row.'),
  sealed: z.base64().max(MAX_SEALED_CHARS).describe('The column `sealed` of the row.'),
  field: z.string().regex(/^[a-z][a-z0-9_]{0,127}$/),
  reason: z.string().max(MAX_REASON_CHARS).optional().describe('Kept in the audit record: name a case, not a person.'),
});

const answer = z.object({
  status: z.enum(['plain', 'shredded', 'corrupt']),
  value: z.unknown().optional().describe('Of `plain`, unless the event did not have the field.'),
});

/** @param deps what revealing works on now; throws a PlatformError while that is not there */
export function revealRoutes(deps: () => RevealDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/reveal',
      summary: 'Opens one sealed field, for whom the purpose names. Every use is recorded, refused ones too.',
      // Whoever is known may ask, so that being refused is recorded as well.
      allow: [...PEOPLE_ROLES, 'service'],
      body: requestBody,
      answer,
      maxBodyBytes: MAX_BODY_BYTES,
      async handle({ principal }, { sealed, ...asked }) {
        if (principal === undefined) throw new PlatformError('unauthenticated');
        const { email, roles } = principal;
        const revealed = await reveal(deps(), { ...asked, email, roles, sealed: Buffer.from(sealed, 'base64') });
        return { headers: { 'cache-control': 'no-store' }, json: revealed };
      },
    }),
  ];
}
