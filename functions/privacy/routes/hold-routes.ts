// Owns the routes of legal holds.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { HOLD_MODES } from '#shared/privacy/erasure/erasure-record.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { type Hold, listHolds } from '../erasures/hold-objects.ts';
import { liftHold, placeHold } from '../erasures/holds.ts';
import { userId } from './user-id.ts';

const MIN_REASON_CHARS = 8;
const MAX_REASON_CHARS = 500;
const MAX_LISTED = 1000;

const placing = z.strictObject({
  userId,
  mode: z
    .enum(HOLD_MODES)
    .default('keep')
    .describe('keep: erasures wait. restrict: they wait with the keys frozen, so that nothing is sealed or opened.'),
  reason: z.string().min(MIN_REASON_CHARS).max(MAX_REASON_CHARS).describe('Kept: name a case, not a person.'),
  until: z.iso.datetime().optional().describe('From then on it does not hold; left out: until it is lifted.'),
});
const answer = z.object({
  id: z.string(),
  mode: z.enum(HOLD_MODES),
  reason: z.string(),
  placedAt: z.string(),
  until: z.string().optional(),
});

/** @param deps what erasures work on now; throws a PlatformError while that is not there */
export function holdRoutes(deps: () => ErasureDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/holds',
      summary: 'Places a legal hold on a person: erasures wait for it. Answers the hold that is there, if one is.',
      allow: ['compliance'],
      body: placing,
      answer,
      async handle(_request, { until, ...asked }) {
        const untilMs = until === undefined ? undefined : parseTimestamp(until);
        if (untilMs !== undefined && untilMs <= deps().clock.now())
          throw new PlatformError('invalid_argument', { message: '`until` has passed.' });
        return { status: 201, json: shown(await placeHold(deps(), { ...asked, untilMs })) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/holds:lift',
      summary: 'Lifts the hold of a person; erasures that waited for it go on.',
      allow: ['compliance'],
      body: z.strictObject({ userId }),
      answer: z.object({ lifted: answer.optional() }),
      async handle(_request, body) {
        const hold = await liftHold(deps(), body.userId);
        return { json: hold === undefined ? {} : { lifted: shown(hold) } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/holds',
      summary: 'The holds that are placed, without whom they are about.',
      allow: ['compliance'],
      answer: z.object({ holds: z.array(answer) }),
      async handle() {
        const holds = [];
        for await (const hold of listHolds(deps().objects)) {
          holds.push(shown(hold));
          if (holds.length >= MAX_LISTED) break;
        }
        return { json: { holds } };
      },
    }),
  ];
}

function shown({ id, mode, reason, placedAtMs, untilMs }: Hold): z.infer<typeof answer> {
  const until = untilMs === undefined ? {} : { until: formatTimestamp(untilMs) };
  return { id, mode, reason, placedAt: formatTimestamp(placedAtMs), ...until };
}
