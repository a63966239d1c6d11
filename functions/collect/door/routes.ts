// Owns the routes beside the hot one, and what the OpenAPI document says about that.
import { z } from 'zod';
import {
  MAX_EVENT_ID_LENGTH,
  MAX_EVENTS_PER_BATCH,
  MAX_SUBJECT_ID_LENGTH,
  MAX_TYPE_LENGTH,
} from '#shared/events/limits.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import { type Route, route, type RouteRequest } from '#shared/http/route.ts';
import { type ImportId, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Imports } from '../state/imports.ts';
import type { WriteKeys } from '../state/write-keys.ts';
import { historicalCredentialOf } from './credential.ts';

export const EVENTS_PATH = '/v1/events';

export interface RouteParts {
  readonly writeKeys: WriteKeys;
  readonly imports: Imports;
  readonly newImportId: () => ImportId;
  /** Tells metadata that an import is finishing; what it does not hear it finds by itself. */
  readonly announceFinishing: (id: ImportId) => void;
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

const importAnswer = z.object({ id: z.string(), state: z.enum(['open', 'finishing', 'finished']) });

export function collectRoutes(parts: RouteParts): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: EVENTS_PATH,
      summary: 'Takes a batch of events and answers a verdict for each, in order.',
      allow: 'anyone',
      takes: batch,
      answer: verdicts,
      // Taken at the door; only a path that is spelled otherwise comes as far as this.
      handle: () => {
        throw new PlatformError('route_unknown', { hint: `Send to ${EVENTS_PATH}, spelled so.` });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/imports',
      summary: 'Opens a historical import; its batches carry the id as `import`.',
      allow: 'anyone',
      answer: importAnswer,
      async handle(request) {
        const writeKey = await historical(request, parts);
        const id = parts.newImportId();
        await parts.imports.open(id, writeKey.name);
        return { status: 201, json: { id, state: 'open' } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/imports/{id}:finish',
      summary: 'Ends an import: its partitions are closed once all of its events have landed.',
      allow: 'anyone',
      answer: importAnswer,
      async handle(request) {
        const writeKey = await historical(request, parts);
        const id = parseId('import', request.params['id'] ?? '');
        if (id === undefined) throw new PlatformError('unknown_import');
        const { state } = await parts.imports.finish(id, writeKey.name);
        if (state === 'finishing') parts.announceFinishing(id);
        return { json: { id, state } };
      },
    }),
  ];
}

async function historical({ headers }: RouteRequest, { writeKeys }: RouteParts): Promise<WriteKey> {
  const found = await historicalCredentialOf(headers, writeKeys);
  if (found instanceof PlatformError) throw found;
  return found;
}
