// Owns the route by which recipients outside, or whoever tells them, get the notices of erasures.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { noticePrefix } from '../erasures/steps/tell-step.ts';

const MAX_LISTED = 1000;
const RECIPIENT = /^[a-z][a-z0-9-]{0,63}$/;

/** @param deps what erasures work on now; throws a PlatformError while that is not there */
export function noticeRoutes(deps: () => ErasureDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/notices/{recipient}',
      summary: 'What a recipient has to erase too: endpoints and pseudonyms, of the erasures of the last week.',
      allow: ['compliance', 'service'],
      answer: z.object({ notices: z.array(z.unknown()) }),
      async handle({ params }) {
        const recipient = params['recipient'] ?? '';
        if (!RECIPIENT.test(recipient)) throw new PlatformError('invalid_argument');
        const { exports } = deps();
        const notices = [];
        for await (const { name } of exports.list(noticePrefix(recipient))) {
          const stored = await exports.read(name);
          if (stored !== undefined) notices.push(parseJsonBytes(stored.body));
          if (notices.length >= MAX_LISTED) break;
        }
        return { headers: { 'cache-control': 'no-store' }, json: { notices } };
      },
    }),
  ];
}
