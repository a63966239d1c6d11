// Owns the routes by which batches come: a path and a protocol each, and what the OpenAPI document says about them.
import { z } from 'zod';
import {
  MAX_EVENT_ID_LENGTH,
  MAX_EVENTS_PER_BATCH,
  MAX_SUBJECT_ID_LENGTH,
  MAX_TYPE_LENGTH,
} from '#shared/events/limits.ts';
import { type Route, route } from '#shared/http/route.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { NATIVE_PROTOCOL } from './native-protocol.ts';
import type { Protocol } from './protocol.ts';

/** A path at which batches are taken, by POST, in a protocol. */
export interface BatchRoute {
  /** Without templates: batches are told apart before any routing is done. */
  readonly path: string;
  readonly protocol: Protocol;
  readonly summary: string;
  /** What the body must be. */
  readonly takes: z.ZodType;
  /** What a success answers. */
  readonly answer: z.ZodType;
}

const envelope = z.object({
  id: z.string().min(1).max(MAX_EVENT_ID_LENGTH),
  type: z.string().min(1).max(MAX_TYPE_LENGTH),
  occurredAt: z.iso.datetime({ offset: true }),
  userId: z.string().min(1).max(MAX_SUBJECT_ID_LENGTH).optional(),
  anonymousId: z.string().min(1).max(MAX_SUBJECT_ID_LENGTH).optional(),
  consent: z.record(z.string(), z.boolean()).optional(),
  context: z.unknown().optional(),
  data: z.record(z.string(), z.unknown()),
});

const batch = z.object({
  sentAt: z.iso.datetime({ offset: true }).optional(),
  import: z.string().optional(),
  sdk: z.string().optional(),
  /** For who can set neither a header nor the query. */
  writeKey: z.string().optional(),
  events: z.array(envelope).max(MAX_EVENTS_PER_BATCH),
});

const verdicts = z.object({
  results: z.array(
    z.object({
      id: z.string().nullable(),
      status: z.enum(['accepted', 'duplicate', 'rejected', 'retry']),
      code: z.string().optional(),
      path: z.string().optional(),
      hint: z.string().optional(),
    }),
  ),
});

export const EVENTS_PATH = '/v1/events';

/** The routes of the native protocol. */
export const NATIVE_ROUTES: readonly BatchRoute[] = [
  {
    path: EVENTS_PATH,
    protocol: NATIVE_PROTOCOL,
    summary: 'Takes a batch of events and answers a verdict for each, in order.',
    takes: batch,
    answer: verdicts,
  },
];

/** A batch route among the others: for the OpenAPI document, and for wrong methods. */
export function describedRoute({ path, summary, takes, answer }: BatchRoute): Route {
  return route({
    method: 'POST',
    path,
    summary,
    allow: 'anyone',
    credential: 'write-key',
    takes,
    answer,
    // Taken at the door; only a path that is spelled otherwise comes as far as this.
    handle: () => {
      throw new PlatformError('route_unknown', { hint: `Send to ${path}, spelled so.` });
    },
  });
}
