// Owns the routes by which teams replay failed events after a fix, and learn what to declare: the originals are seen by nobody.
import { z } from 'zod';
import { FAILED_ID, failedFilterOf, UNDECLARED_CODES } from '#shared/events/failed-queries.ts';
import type { UndeclaredName } from '#shared/events/undeclared-names.ts';
import { type Route, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { type UndeclaredNamesAnswer, undeclaredNamesShape } from '#shared/privacy/undeclared-names-shape.ts';
import { replayPage, type ReplayDeps } from '../replays/replay.ts';
import { undeclaredNames } from '../replays/undeclared-names.ts';

/** Originals that are open in memory at once. */
const MAX_PAGE = 500;
const DEFAULT_PAGE = 200;

/** A name that two people sent is hardly about one of them. */
const DEFAULT_MIN_PEOPLE = 2;

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

const namesBody = z.strictObject({
  reason: z.enum(UNDECLARED_CODES).optional().describe('One of both; without it both.'),
  since: z.iso.datetime({ offset: true }).optional().describe('Failed since then; a day without it.'),
  minPeople: z
    .int()
    .min(1)
    .max(1000)
    .default(DEFAULT_MIN_PEOPLE)
    .describe('Names that fewer people sent are counted, and not told: they may be about a person.'),
});

/** @param deps what replaying works on now; throws a PlatformError while that is not there */
export function replayRoutes(deps: () => ReplayDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/failed-events:names',
      summary: 'The names of failed events that nothing declares or maps, most frequent first.',
      allow: ['team'],
      body: namesBody,
      answer: undeclaredNamesShape,
      async handle({ principal }, { reason, since, minPeople }) {
        if (principal === undefined) throw new PlatformError('unauthenticated');
        const filter = failedFilterOf({ reason, since }, deps().clock.now());
        if (typeof filter === 'string') throw new PlatformError('invalid_argument', { message: filter });
        const { names, ...found } = await undeclaredNames(deps(), { filter, minPeople, by: principal.email });
        return { json: { ...found, names: names.map(shownName) } };
      },
    }),
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

function shownName({
  firstAtMs,
  lastAtMs,
  protocol,
  name,
  ...rest
}: UndeclaredName): UndeclaredNamesAnswer['names'][number] {
  const [firstAt, lastAt] = [formatTimestamp(firstAtMs), formatTimestamp(lastAtMs)];
  return { ...rest, protocol: protocol ?? null, name: name ?? null, firstAt, lastAt };
}
