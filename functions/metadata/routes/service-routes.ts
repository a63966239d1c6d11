// Owns the routes that workflows and other functions call.
import type { EventEndpoint } from '#shared/catalog/endpoint.ts';
import { type Route, route, type RouteRequest } from '#shared/http/route.ts';
import { parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import { z } from 'zod';
import { nextFor } from '../closing/next.ts';
import type { Passes } from '../driving/passes.ts';
import type { Parts } from '../parts.ts';
import { audited } from '../running/audited.ts';
import { begin } from '../running/begin.ts';
import { failed } from '../running/failed.ts';
import { settle } from '../running/settle-commit.ts';
import { partitionOf } from './partition-of.ts';

const SERVICE = ['service'] as const;
const RUN_PATH = '/v1/runs/{endpoint}/{key}/{run}';

const tickBody = z.object({ now: z.number().positive().describe('When the tick started, in seconds since 1970.') });
const closerBody = z.object({ closer: z.string().min(1).max(100), execution: z.string().min(1).max(500) });
const beginBody = z.object({ execution: z.string().min(1).max(500) });
/** One row as BigQuery's REST API writes it. */
const auditedBody = z.object({ row: z.array(z.object({ v: z.string().nullable() })).max(10_000) });
const failedBody = z.object({
  job: z.string().max(1100).nullish(),
  code: z.number().nullish(),
  tags: z.array(z.string()).nullish(),
  reason: z.string().max(200).nullish(),
});

export function serviceRoutes(parts: Parts, passes: Passes): readonly Route[] {
  return [tickRoute(parts, passes), closerRoute(parts), importRoute(parts, passes), ...runRoutes(parts)];
}

function tickRoute(parts: Parts, passes: Passes): Route {
  return route({
    method: 'POST',
    path: '/v1/tick',
    summary: 'Looks at everything that may be due and starts what is ready; to be repeated until done.',
    allow: SERVICE,
    body: tickBody,
    answer: z.object({ done: z.boolean(), started: z.int() }),
    handle: async (_request, { now }) => {
      parts.time.heard(Math.round(now * 1000));
      return { json: await passes.request('thorough') };
    },
  });
}

function closerRoute(parts: Parts): Route {
  return route({
    method: 'POST',
    path: '/v1/closers/{endpoint}:next',
    summary: 'Claims the next partition for a closer, or tells it that there is none.',
    allow: SERVICE,
    body: closerBody,
    answer: z.union([z.object({ done: z.literal(true) }), z.object({ key: z.string(), run: z.string() })]),
    handle: async ({ params }, body) => ({
      json: await nextFor(parts, eventEndpoint(parts, params['endpoint']), body),
    }),
  });
}

function importRoute(parts: Parts, passes: Passes): Route {
  return route({
    method: 'POST',
    path: '/v1/imports/{id}:finishing',
    summary: 'A hint that an import takes no more events, so that its partitions are closed at once.',
    allow: SERVICE,
    handle: async ({ params }) => {
      const id = parseId('import', params['id'] ?? '');
      if (id !== undefined && (await parts.imports.look(id)) !== undefined) passes.look();
      return { status: 202, json: {} };
    },
  });
}

function runRoutes(parts: Parts): readonly Route[] {
  const step = { method: 'POST', allow: SERVICE } as const;
  return [
    route({
      ...step,
      path: `${RUN_PATH}:begin`,
      summary: 'What a run has to do: stage and audit, or go on with its commit.',
      body: beginBody,
      handle: async (request, { execution }) => ({ json: await begin(parts, runOf(request), execution) }),
    }),
    route({
      ...step,
      path: `${RUN_PATH}:audited`,
      summary: 'Judges what the audit counted, and commits.',
      body: auditedBody,
      handle: async (request, { row }) => ({
        json: await audited(
          parts,
          runOf(request),
          row.map(({ v }) => v),
        ),
      }),
    }),
    route({
      ...step,
      path: `${RUN_PATH}:published`,
      summary: 'Looks at the copy job of a commit, and publishes when it is done.',
      handle: async (request) => ({ json: await settle(parts, runOf(request)) }),
    }),
    route({
      ...step,
      path: `${RUN_PATH}:failed`,
      summary: 'Ends a run that failed; a commit is driven on instead.',
      body: failedBody,
      handle: async (request, { job, code, tags, reason }) => ({
        json: await failed(parts, runOf(request), {
          job: job ?? undefined,
          code: code ?? undefined,
          tags: tags ?? undefined,
          reason: reason ?? undefined,
        }),
      }),
    }),
  ];
}

function runOf({ params }: RouteRequest): RunName {
  const run = params['run'] ?? '';
  if (!/^[a-z0-9]{1,64}$/.test(run)) throw new PlatformError('invalid_argument', { message: 'The run is no id.' });
  return { ...partitionOf(params['endpoint'], params['key']), run };
}

function eventEndpoint({ applied }: Parts, id: string | undefined): EventEndpoint {
  const known = parseId('endpoint', id ?? '');
  const endpoint = known === undefined ? undefined : applied.require().catalog.endpoints[known];
  if (endpoint?.kind !== 'event') throw new PlatformError('unknown_endpoint');
  return endpoint;
}
