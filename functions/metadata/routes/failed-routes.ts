// Owns the routes that show failed events: one by one, and counted by reason and release.
import { failedCountsSql, failedEventsSql, type FailedFilter, failedFilterOf } from '#shared/events/failed-queries.ts';
import type { CountRow } from '#shared/gcp/jobs.ts';
import { type Route, route } from '#shared/http/route.ts';
import {
  type FailedCounts,
  failedCountsShape,
  type FailedEvents,
  failedEventsShape,
} from '#shared/metadata/api/failed-shapes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Parts } from '../parts.ts';

const READERS = ['analyst', 'team', 'compliance'] as const;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export function failedRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/failed-events',
      summary: 'The newest failed events of `type` and `reason` since `since` (a day), never what was sent.',
      allow: READERS,
      answer: failedEventsShape,
      async handle({ query }) {
        const sql = failedEventsSql(filterOf(parts, query), limitOf(query.get('limit')));
        return { json: { events: (await parts.jobs.rows(sql, {})).map(failedEvent) } satisfies FailedEvents };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/failed-events:count',
      summary: 'How many events failed since `since` (a day), by type, reason, field, SDK and release.',
      allow: READERS,
      answer: failedCountsShape,
      async handle({ query }) {
        const rows = await parts.jobs.rows(failedCountsSql(filterOf(parts, query)), {});
        return { json: { counts: rows.map(failedCount) } satisfies FailedCounts };
      },
    }),
  ];
}

function failedEvent(row: CountRow): FailedEvents['events'][number] {
  const text = (column: string): string => row[column] ?? '';
  const status = row['replay_status'] ?? null;
  return {
    id: text('failed_id'),
    failedAt: text('failed_at'),
    type: row['event_type'] ?? null,
    code: text('code'),
    path: row['path'] ?? null,
    declaration: row['declaration'] ?? null,
    writeKey: text('write_key'),
    sdk: row['sdk'] ?? null,
    release: row['release'] ?? null,
    replay: status === null ? null : { status, code: row['replay_code'] ?? null },
  };
}

function failedCount(row: CountRow): FailedCounts['counts'][number] {
  const text = (column: string): string => row[column] ?? '';
  return {
    type: row['event_type'] ?? null,
    code: text('code'),
    path: row['path'] ?? null,
    sdk: row['sdk'] ?? null,
    release: row['release'] ?? null,
    events: Number(row['events']),
    replayed: Number(row['replayed']),
    firstAt: text('first_at'),
    lastAt: text('last_at'),
  };
}

function filterOf({ time }: Parts, query: URLSearchParams): FailedFilter {
  const asked = { type: query.get('type') ?? undefined, reason: query.get('reason') ?? undefined };
  const filter = failedFilterOf({ ...asked, since: query.get('since') ?? undefined }, time.now());
  if (typeof filter === 'string') throw wrong(filter);
  return filter;
}

function limitOf(text: string | null): number {
  const limit = text === null ? DEFAULT_LIMIT : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw wrong(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
}

function wrong(message: string): PlatformError {
  return new PlatformError('invalid_argument', { message });
}
