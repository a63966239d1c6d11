// Owns the route by which teams replay failed events after a fix: page by page, the originals seen by nobody.
import { z } from 'zod';
import { FAILED_ID, failedFilterOf } from '#shared/events/failed-queries.ts';
import { type Route, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { replayPage, type ReplayDeps } from '../replays/replay.ts';

/** Originals that are open in memory at once. */
const MAX_PAGE = 500;
const DEFAULT_PAGE = 200;

const place = z.strictObject({ failedAt: z.iso.datetime({ offset: true }), id: z.string().regex(FAILED_ID) });

const body = z.strictObject({
  type: z.string().max(120).optional(),
  reason: z.string().max(60).optional().describe('A code of rejected events.'),
  since: z.iso.datetime({ offset: true }).optional().describe('Failed since then; a day without it.'),
  after: place.optional().describe('`next` of the page before.'),
  limit: z.int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  dryRun: z.boolean().default(false),
});

const answer = z.object({
  done: z.boolean(),
  next: place.optional(),
  counts: z.object({
    accepted: z.int(),
    duplicate: z.int(),
    rejected: z.int(),
    retry: z.int(),
    shredded: z.int(),
    corrupt: z.int(),
    unreadable: z.int(),
    otherType: z.int(),
  }),
  reasons: z.record(z.string(), z.int()),
});

/** @param deps what replaying works on now; throws a PlatformError while that is not there */
export function replayRoutes(deps: () => ReplayDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/failed-events:replay',
      summary: 'Sends the next failed events through collect once more; to be repeated with `next` until done.',
      allow: ['team'],
      body,
      answer,
      async handle({ principal }, { type, reason, since, after, limit, dryRun }) {
        if (principal === undefined) throw new PlatformError('unauthenticated');
        const filter = failedFilterOf({ type, reason, since }, deps().clock.now());
        if (typeof filter === 'string') throw new PlatformError('invalid_argument', { message: filter });
        const { next, ...page } = await replayPage(deps(), {
          filter,
          after: after === undefined ? undefined : { id: after.id, failedAtMs: parseTimestamp(after.failedAt) ?? 0 },
          limit,
          dryRun,
          by: principal.email,
          reason: `replay of ${reason ?? 'everything'} of ${type ?? 'every type'}`,
        });
        const shown = next === undefined ? {} : { next: { id: next.id, failedAt: formatTimestamp(next.failedAtMs) } };
        return { json: { ...page, ...shown } };
      },
    }),
  ];
}
