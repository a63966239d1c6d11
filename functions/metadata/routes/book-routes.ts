// Owns the routes of the books: their audit and the heartbeat, which workflows drive, and the books as people read them.
import { z } from 'zod';
import { addBooks, type Books, imbalanceOf, NO_BOOKS } from '#shared/events/books.ts';
import { type Route, route } from '#shared/http/route.ts';
import { type BookList, bookListShape } from '#shared/metadata/api/book-shapes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { HOUR_MS, keyAt } from '#shared/pipelines/partition-key.ts';
import { auditBooks } from '../books/audit.ts';
import { lookForHeartbeat, sendHeartbeat } from '../books/heartbeat.ts';
import { reportsOf } from '../closing/reports.ts';
import type { Parts } from '../parts.ts';

const SERVICE = ['service'] as const;
const DEFAULT_HOURS = 24;
const MAX_HOURS = 24 * 7;

const now = z.number().positive().describe('When the execution started, in seconds since 1970.');
const beat = z.strictObject({
  beat: z.iso.datetime(),
  sentAt: z.iso.datetime(),
  acknowledgedMs: z.int().min(0),
});

export function bookRoutes(parts: Parts): readonly Route[] {
  return [booksRoute(parts), auditRoute(parts), ...heartbeatRoutes(parts)];
}

function booksRoute(parts: Parts): Route {
  return route({
    method: 'GET',
    path: '/v1/books',
    summary:
      'What collectors counted in the last `hours` (24), by hour and type; reconciled partitions are in platform.reconciliations.',
    allow: ['analyst', 'team', 'compliance', 'service'],
    answer: bookListShape,
    handle: async ({ query }) => ({ json: await books(parts, hoursOf(query.get('hours'))) }),
  });
}

function auditRoute(parts: Parts): Route {
  return route({
    method: 'POST',
    path: '/v1/books:audit',
    summary: 'Reconciles partitions that are closed; to be repeated until done.',
    allow: SERVICE,
    body: z.strictObject({ now }),
    answer: z.object({ done: z.boolean(), audited: z.int(), gaps: z.int() }),
    async handle(_request, body) {
      parts.time.heard(Math.round(body.now * 1000));
      return { json: await auditBooks(parts) };
    },
  });
}

function heartbeatRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/heartbeats',
      summary: 'Sends the heartbeat of this minute through collect.',
      allow: SERVICE,
      body: z.strictObject({ attempt: z.int().min(1), sentAt: z.iso.datetime().optional() }),
      answer: z.object({ state: z.enum(['sent', 'again', 'none', 'refused']) }),
      handle: async (_request, attempt) => ({ json: await sendHeartbeat(parts, attempt) }),
    }),
    route({
      method: 'POST',
      path: '/v1/heartbeats:look',
      summary: 'Looks whether a heartbeat has landed; to be repeated until done.',
      allow: SERVICE,
      body: beat,
      answer: z.object({ done: z.boolean() }),
      handle: async (_request, body) => ({ json: await lookForHeartbeat(parts, body) }),
    }),
  ];
}

async function books(parts: Parts, hours: number): Promise<BookList> {
  const nowMs = parts.time.now();
  const sums = new Map<string, { readonly hour: string; readonly type: string; books: Books }>();
  for (const report of await reportsOf(parts.store, nowMs - hours * HOUR_MS, nowMs + HOUR_MS)) {
    for (const [type, more] of report.books ?? []) {
      const name = `${report.hour} ${type}`;
      const sum = sums.get(name) ?? { hour: report.hour, type, books: NO_BOOKS };
      sums.set(name, { ...sum, books: addBooks(sum.books, more) });
    }
  }
  return {
    openHour: keyAt('hour', nowMs),
    books: [...sums.entries()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { hour, type, books: sum }]) => ({ hour, type, ...sum, imbalance: imbalanceOf(sum) })),
  };
}

function hoursOf(text: string | null): number {
  const hours = text === null ? DEFAULT_HOURS : Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= MAX_HOURS) return hours;
  throw new PlatformError('invalid_argument', { message: `hours must be a whole number from 1 to ${MAX_HOURS}.` });
}
