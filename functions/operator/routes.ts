// Owns the routes of the operator: plan, apply, rollback, drift, and which catalog is in force.
import { httpStatus } from '#shared/platform/error-codes.ts';
import { ID_RULES, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '#shared/platform/problem-details.ts';
import type { ApplyReport } from '#shared/catalog/operator/report.ts';
import { type Route, route, type RouteReply, type RouteRequest } from '#shared/http/route.ts';
import { type ApplyParts, applyCatalog, planCatalog, type Tell } from './apply.ts';
import { mendDrift } from './drift.ts';
import { NDJSON, progressStream } from './progress-stream.ts';
import { rollBack } from './rollback.ts';
import {
  applyAnswer,
  applyBody,
  driftBody,
  pastAnswer,
  planAnswer,
  planBody,
  rollbackAnswer,
  rollbackBody,
  statusAnswer,
} from './shapes.ts';
import { catalogStatus, pastCatalogs } from './status.ts';

/** What the host of the routes hears of. */
export interface RouteEvents {
  /** Work that goes on even when its request is gone. */
  onWork(work: Promise<unknown>): void;
  /** Somebody was told that what is in force is not what would be applied now. */
  onOutdated(): void;
}

/** @param parts makes the clients when the first request needs them */
export function operatorRoutes(parts: () => Promise<ApplyParts>, events: RouteEvents): readonly Route[] {
  const answer = answering(events);
  return [
    route({
      method: 'GET',
      path: '/v1/catalog',
      summary: 'Which catalog is in force.',
      allow: ['analyst', 'team', 'compliance', 'admin', 'service'],
      answer: statusAnswer,
      async handle() {
        const status = await catalogStatus(await parts());
        if (!status.current) events.onOutdated();
        return { json: status };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/plan',
      summary: 'What applying an uploaded catalog would change, and why it may not be applied.',
      allow: ['admin', 'service'],
      body: planBody,
      answer: planAnswer,
      handle: async (_request, body) => ({
        json: await planCatalog({ ...body, digest: digestOf(body.digest) }, await parts()),
      }),
    }),
    route({
      method: 'POST',
      path: '/v1/apply',
      summary: `Makes the cloud match an uploaded catalog, then brings it into force. With Accept: ${NDJSON} it tells each step.`,
      allow: ['admin', 'service'],
      body: applyBody,
      answer: applyAnswer,
      handle: (request, body) => {
        const digest = digestOf(body.digest);
        return answer(request, async (tell) => applyCatalog({ ...body, digest }, await parts(), tell));
      },
    }),
    route({
      method: 'GET',
      path: '/v1/catalogs',
      summary: 'The catalogs that were in force, the last one first.',
      allow: ['analyst', 'team', 'compliance', 'admin', 'service'],
      answer: pastAnswer,
      handle: async () => ({ json: await pastCatalogs(await parts()) }),
    }),
    route({
      method: 'POST',
      path: '/v1/rollback',
      summary: 'Brings a catalog into force again that was in force before; deletes nothing.',
      allow: ['admin', 'service'],
      body: rollbackBody,
      answer: rollbackAnswer,
      handle: async (_request, { digest }) => ({ json: await rollBack(digest, await parts()) }),
    }),
    route({
      method: 'POST',
      path: '/v1/drift',
      summary: 'Puts back what was changed in the cloud since the catalog in force was applied; never deletes.',
      allow: ['admin', 'service'],
      body: driftBody,
      answer: applyAnswer,
      handle: (request) => answer(request, async (tell) => mendDrift(await parts(), tell)),
    }),
  ];
}

function digestOf(text: string): Parameters<typeof applyCatalog>[0]['digest'] {
  const digest = parseId('catalog', text);
  if (digest === undefined) {
    throw new PlatformError('invalid_argument', { message: `digest: must be ${ID_RULES.catalog.allowed}.` });
  }
  return digest;
}

type Work = (tell: Tell) => Promise<ApplyReport>;

/** Line by line for whoever asks for lines, else the report alone. */
function answering(events: RouteEvents): (request: RouteRequest, work: Work) => Promise<RouteReply> {
  return async (request, work) => {
    const watched: Work = (tell) => {
      const running = work(tell);
      events.onWork(running);
      return running;
    };
    if (request.headers.accept?.includes(NDJSON)) {
      return { headers: { 'content-type': NDJSON, 'cache-control': 'no-store' }, body: progressStream(watched) };
    }
    const report = await watched(() => undefined);
    return report.outcome === 'applied' || report.outcome === 'unchanged' ? { json: report } : failure(report);
  };
}

/** A problem that carries the report: a program that only looks at the status must not take a failure for success. */
function failure(report: ApplyReport): RouteReply {
  const [refusal] = report.plan.refusals;
  const problem =
    report.outcome === 'refused' && refusal !== undefined
      ? new PlatformError(refusal.code, { message: `${refusal.subject}: ${refusal.message}`, hint: refusal.hint })
      : new PlatformError('apply_failed');
  return {
    status: httpStatus(problem.code),
    headers: { 'content-type': PROBLEM_MEDIA_TYPE },
    body: JSON.stringify({ ...problemOf(problem), report }),
  };
}
