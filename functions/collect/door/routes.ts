// Owns the routes beside those of batches: imports are opened and ended here.
import { z } from 'zod';
import type { WriteKey } from '#shared/events/write-key.ts';
import { type Route, route, type RouteRequest } from '#shared/http/route.ts';
import { type ImportId, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Imports } from '../state/imports.ts';
import type { WriteKeys } from '../state/write-keys.ts';
import { type BatchRoute, describedRoute } from './batch-routes.ts';
import { historicalCredentialOf } from './credential.ts';

export interface RouteParts {
  readonly batchRoutes: readonly BatchRoute[];
  readonly writeKeys: WriteKeys;
  readonly imports: Imports;
  readonly newImportId: () => ImportId;
  /** Tells metadata that an import is finishing; what it does not hear it finds by itself. */
  readonly announceFinishing: (id: ImportId) => void;
}

/** The key may be in the body, as with batches; there is nothing else to say. */
const importRequest = z.looseObject({ writeKey: z.string().optional() });

const importAnswer = z.object({ id: z.string(), state: z.enum(['open', 'finishing', 'finished']) });

export function collectRoutes(parts: RouteParts): readonly Route[] {
  return [
    ...parts.batchRoutes.map(describedRoute),
    route({
      method: 'POST',
      path: '/v1/imports',
      summary: 'Opens a historical import; its batches carry the id as `import`.',
      allow: 'anyone',
      credential: 'write-key',
      body: importRequest,
      answer: importAnswer,
      async handle(request, body) {
        const writeKey = await historical(request, body, parts);
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
      credential: 'write-key',
      body: importRequest,
      answer: importAnswer,
      async handle(request, body) {
        const writeKey = await historical(request, body, parts);
        const id = parseId('import', request.params['id'] ?? '');
        if (id === undefined) throw new PlatformError('unknown_import');
        const { state } = await parts.imports.finish(id, writeKey.name);
        if (state === 'finishing') parts.announceFinishing(id);
        return { json: { id, state } };
      },
    }),
  ];
}

async function historical(
  request: RouteRequest,
  body: z.infer<typeof importRequest>,
  { writeKeys }: RouteParts,
): Promise<WriteKey> {
  const found = await historicalCredentialOf(request, writeKeys, body.writeKey);
  if (found instanceof PlatformError) throw found;
  return found;
}
