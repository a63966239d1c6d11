// Owns the routes by which erasures are asked for and looked at.
import { z } from 'zod';
import { MAX_SUBJECT_ID_LENGTH } from '#shared/events/limits.ts';
import { route, type Route } from '#shared/http/route.ts';
import { ERASURE_BASES, type ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { listErasures, readErasure } from '../erasures/erasure-objects.ts';
import { erasureSummary, erasureView, viewOf } from '../erasures/erasure-view.ts';
import { requestErasure } from '../erasures/request-erasure.ts';

/** A list goes this far back; older erasures are found in `platform.erasures`, and each by its id. */
const LISTED_MS = 90 * 86_400_000;
const MAX_LISTED = 1000;

const requestBody = z.strictObject({
  userId: z
    .string()
    .min(1)
    .max(MAX_SUBJECT_ID_LENGTH)
    .refine((id) => id.isWellFormed())
    .describe('As the apps send it. Neither stored nor logged.'),
  basis: z.enum(ERASURE_BASES).default('request').describe('Ground of Art. 17(1) GDPR.'),
});

/** @param deps what erasures work on now; throws a PlatformError while that is not there */
export function erasureRoutes(deps: () => ErasureDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/erasures',
      summary:
        'Asks for the erasure of a user. Durable once answered; joins the erasure that is under way, if there is one.',
      allow: ['compliance'],
      body: requestBody,
      answer: erasureSummary,
      async handle(_request, body) {
        const { record } = await requestErasure(deps(), body);
        return { status: 202, json: summaryOf(record) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/erasures',
      summary: 'The erasures of the last 90 days, oldest first.',
      allow: ['compliance'],
      answer: z.object({ erasures: z.array(erasureSummary) }),
      async handle() {
        const { objects, clock } = deps();
        const from = uuidV7(Math.max(0, clock.now() - LISTED_MS), (bytes) => new Uint8Array(bytes));
        const erasures = [];
        for await (const erasure of listErasures(objects, from)) {
          erasures.push(erasure);
          if (erasures.length >= MAX_LISTED) break;
        }
        return { json: { erasures } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/erasures/{id}',
      summary: 'How far an erasure is, and its certificate once there is one.',
      allow: ['compliance'],
      answer: erasureView,
      async handle({ params }) {
        const { objects, ledger, catalog, clock } = deps();
        const { record } = await readErasure(objects, params['id'] ?? '');
        const { certified } = record.steps;
        const certificate = certified === undefined ? undefined : await ledger.read(certified.sequence);
        const declared = record.state === 'scoped' ? await catalog().catch(() => undefined) : undefined;
        return { json: viewOf(record, clock.now(), { certificate, catalog: declared }) };
      },
    }),
  ];
}

function summaryOf({ id, state, receivedAtMs, dueAtMs }: ErasureRecord): z.infer<typeof erasureSummary> {
  return { id, state, receivedAt: formatTimestamp(receivedAtMs), dueAt: formatTimestamp(dueAtMs) };
}
