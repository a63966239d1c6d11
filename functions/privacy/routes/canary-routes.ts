// Owns the routes of leak canaries: sending one, going on with the search for it, and what the last one came to.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { canaryShape, type CanaryAnswer } from '#shared/privacy/canary/canary-shape.ts';
import { type CanaryRecord, hasPassed } from '#shared/privacy/canary/canary-record.ts';
import type { CanaryDeps } from '../canary/canary-deps.ts';
import { lastCanary, searchCanary } from '../canary/search-canary.ts';
import { sendCanary } from '../canary/send-canary.ts';

/** @param deps what canaries work on now */
export function canaryRoutes(deps: () => CanaryDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/canaries',
      summary: 'Sends somebody made up, in events as they should be and with mistakes; they may be found nowhere.',
      allow: ['service', 'compliance'],
      body: z.strictObject({}),
      answer: z.object({ id: z.string().optional().describe('None where the catalog has no event type for it.') }),
      async handle() {
        const canary = await sendCanary(deps());
        return { status: 202, json: canary === undefined ? {} : { id: canary.id } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/canaries/{id}:search',
      summary: 'Goes on searching tables and objects for whom the last canaries have sent.',
      allow: ['service', 'compliance'],
      body: z.strictObject({}),
      answer: canaryShape,
      async handle({ params }) {
        const { canary, againAfterSeconds } = await searchCanary(deps(), params['id'] ?? '');
        return { json: { ...shown(canary), againAfterSeconds } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/canaries:last',
      summary: 'What the last search for leaks came to.',
      allow: ['analyst', 'team', 'compliance', 'admin', 'service'],
      answer: canaryShape,
      async handle() {
        const canary = await lastCanary(deps());
        if (canary === undefined) throw new PlatformError('unknown_canary');
        return { json: shown(canary) };
      },
    }),
  ];
}

function shown(canary: CanaryRecord): CanaryAnswer {
  const { id, sentAtMs, finishedAtMs, searched, found, unread, seesClear } = canary;
  return {
    id,
    sentAt: formatTimestamp(sentAtMs),
    ...(finishedAtMs === undefined ? {} : { finishedAt: formatTimestamp(finishedAtMs) }),
    done: finishedAtMs !== undefined,
    passed: hasPassed(canary),
    seesClear,
    searched,
    found,
    unread,
  };
}
