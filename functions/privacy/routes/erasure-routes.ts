// Owns the routes by which erasures are asked for and looked at.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { extended } from '#shared/privacy/erasure/erasure.ts';
import { ERASURE_BASES, type ErasureRecord, VERIFICATIONS } from '#shared/privacy/erasure/erasure-record.ts';
import { DAY_MS } from '#shared/platform/civil-date.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import type { ErasureDeps } from '../erasures/erasure-deps.ts';
import { changeErasure, listErasures, readErasure } from '../erasures/erasure-objects.ts';
import { erasureSummary, erasureView, viewOf } from '../erasures/erasure-view.ts';
import { driveAnew } from '../erasures/hold-marks.ts';
import { requestErasure } from '../erasures/request-erasure.ts';
import { purposeName, userId } from './user-id.ts';

/** A list goes this far back; older erasures are found in `platform.erasures`, and each by its id. */
const LISTED_MS = 90 * DAY_MS;
const MAX_LISTED = 1000;

const requestBody = z
  .strictObject({
    userId,
    basis: z.enum(ERASURE_BASES).default('request').describe('Ground of Art. 17(1) GDPR.'),
    purpose: purposeName.optional().describe('Only what is held for this purpose, as a withdrawal of consent asks.'),
    export: z
      .literal('asked')
      .optional()
      .describe(
        'What is held is put together first; its link: POST /v1/exports/{id}:link, with the id of the erasure.',
      ),
    verification: z
      .enum(VERIFICATIONS)
      .default('officer')
      .describe('How it is known that whoever asks may ask; pending: nothing happens until `:verified` says so.'),
  })
  .describe('Whom to forget, and why.');
const verifiedBody = z.strictObject({ by: z.enum(VERIFICATIONS).exclude(['pending']) });

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
    route({
      method: 'POST',
      path: '/v1/erasures/{id}:verified',
      summary: 'Says how it became known that whoever asked may ask; the erasure goes on.',
      allow: ['compliance'],
      body: verifiedBody,
      answer: erasureSummary,
      async handle({ params }, { by }) {
        const record = await changeErasure(deps().objects, params['id'] ?? '', (each) =>
          each.verification === 'pending' ? { ...each, verification: by } : undefined,
        );
        if (record.state === 'received') await driveAnew(deps(), record.id);
        return { json: summaryOf(record) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/erasures/{id}:extend',
      summary: 'Extends the time by two months, once; the person has to be told within the first (Art. 12(3) GDPR).',
      allow: ['compliance'],
      body: z.strictObject({}),
      answer: erasureSummary,
      async handle({ params }) {
        const { objects, clock } = deps();
        return {
          json: summaryOf(await changeErasure(objects, params['id'] ?? '', (each) => extended(each, clock.now()))),
        };
      },
    }),
  ];
}

function summaryOf({ id, state, receivedAtMs, dueAtMs }: ErasureRecord): z.infer<typeof erasureSummary> {
  return { id, state, receivedAt: formatTimestamp(receivedAtMs), dueAt: formatTimestamp(dueAtMs) };
}
