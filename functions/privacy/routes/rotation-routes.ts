// Owns the routes of epochs and their rotation.
import { z } from 'zod';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { route, type Route } from '#shared/http/route.ts';
import { durationOf, longestMs } from '#shared/platform/duration.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import type { RotationRecord } from '#shared/privacy/rotation/rotation-record.ts';
import { advanceRotation } from '../rotation/advance-rotation.ts';
import type { RotationDeps } from '../rotation/rotation-deps.ts';
import { listRotations } from '../rotation/rotation-objects.ts';
import { dueRotation, listEpochs, startRotation } from '../rotation/start-rotation.ts';

const shape = z.object({
  epoch: z.string(),
  successor: z.string(),
  keyVersion: z.string(),
  state: z.string(),
  since: z.string(),
  moved: z.int(),
  scanned: z.int(),
  setBack: z.int(),
  addenda: z.int(),
  againAfterSeconds: z.int().optional().describe('When to call `:advance` again; 0 for at once, or when it is told.'),
});

/** @param deps what rotations work on now; throws a PlatformError while that is not there */
export function rotationRoutes(deps: () => RotationDeps, catalog: () => Promise<Catalog>): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/rotations',
      summary:
        'Begins the rotation of an epoch; without one, of the epoch whose time is over. Answers {} when none is.',
      allow: ['service', 'compliance', 'admin'],
      body: z.strictObject({ epoch: z.string().max(20).optional() }),
      answer: z.object({ rotation: shape.optional() }),
      async handle(_request, { epoch }) {
        const epochMs = longestMs(durationOf((await catalog()).platform.privacy.epoch));
        const rotation = await (epoch === undefined ? dueRotation(deps(), epochMs) : startRotation(deps(), epoch));
        return { json: rotation === undefined ? {} : { rotation: shown(rotation) } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/rotations/{epoch}:advance',
      summary: 'Takes a rotation further, for up to half a minute. For the workflow; may be repeated.',
      allow: ['service'],
      answer: shape,
      async handle({ params }) {
        const { record, againAfterSeconds } = await advanceRotation(deps(), params['epoch'] ?? '');
        return { json: { ...shown(record), againAfterSeconds } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/epochs',
      summary: 'The epochs, and how far each is on its way to being destroyed.',
      allow: ['compliance', 'admin', 'service'],
      answer: z.object({
        epochs: z.array(z.object({ id: z.string(), state: z.string(), openedAt: z.string(), keyVersion: z.string() })),
        rotations: z.array(shape),
      }),
      async handle() {
        const epochs = (await listEpochs(deps())).map(({ record: { id, state, createdAtMs, keyVersion } }) => ({
          id,
          state,
          openedAt: formatTimestamp(createdAtMs),
          keyVersion,
        }));
        const rotations = [];
        for await (const record of listRotations(deps().objects)) rotations.push(shown(record));
        return { json: { epochs, rotations } };
      },
    }),
  ];
}

function shown({ epoch, successor, keyVersion, state, sinceMs, ...counts }: RotationRecord): z.infer<typeof shape> {
  const { moved, scanned, setBack, addenda } = counts;
  return { epoch, successor, keyVersion, state, since: formatTimestamp(sinceMs), moved, scanned, setBack, addenda };
}
