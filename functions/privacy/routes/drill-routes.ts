// Owns the routes of what proves privacy all the time: drills of erasure, and verification of what is stored.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { checkDrill, startDrill } from '../drills/drill.ts';
import type { DrillDeps } from '../drills/drill-deps.ts';
import { verifySamples } from '../drills/verify-samples.ts';

const checked = z.object({
  id: z.string(),
  done: z.boolean(),
  passed: z.boolean().describe('Whether everything held; false while it is under way.'),
  failed: z.array(z.string()),
  againAfterSeconds: z.int(),
});
const verified = z.object({
  passed: z.boolean(),
  sampled: z.int(),
  plain: z.int(),
  shredded: z.int(),
  corrupt: z.int(),
  undeclared: z.int(),
});

/** @param deps what drills work on now; throws a PlatformError while that is not there */
export function drillRoutes(deps: () => DrillDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/drills',
      summary: 'Makes somebody up, with keys for every purpose, and asks for their erasure.',
      allow: ['service', 'compliance'],
      body: z.strictObject({}),
      answer: z.object({ id: z.string() }),
      async handle() {
        return { status: 202, json: { id: await startDrill(deps()) } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/drills/{id}:check',
      summary: 'Looks whether everything held, once the erasure is certified.',
      allow: ['service', 'compliance'],
      body: z.strictObject({}),
      answer: checked,
      async handle({ params }) {
        const id = params['id'] ?? '';
        const outcome = await checkDrill(deps(), id);
        return { json: { id, ...outcome, passed: outcome.done && outcome.failed.length === 0 } };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/verifications',
      summary:
        'Opens a few values of each event type of the last day, and counts what came of it; no value is answered.',
      allow: ['service', 'compliance'],
      body: z.strictObject({}),
      answer: verified,
      async handle() {
        const counts = await verifySamples(deps());
        return { json: { passed: counts.corrupt + counts.undeclared === 0, ...counts } };
      },
    }),
  ];
}
