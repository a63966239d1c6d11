// Owns the routes of exports: asked for, put together, fetched once.
import { z } from 'zod';
import { route, type Route } from '#shared/http/route.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { EXPORT_STATES, type ExportRecord } from '#shared/privacy/export/export-record.ts';
import { buildExport } from '../exports/build-export.ts';
import type { ExportDeps } from '../exports/export-deps.ts';
import { readExport } from '../exports/export-objects.ts';
import { fetchExport } from '../exports/fetch-export.ts';
import { renewLink, requestExport } from '../exports/request-export.ts';
import { exportPage } from './export-page.ts';
import { userId } from './user-id.ts';

const view = z.object({
  id: z.string(),
  state: z.enum(EXPORT_STATES),
  requestedAt: z.string(),
  expiresAt: z.string(),
  endpoints: z.array(z.object({ endpoint: z.string(), rows: z.int(), corrupt: z.int() })),
});
const linked = z.object({
  id: z.string(),
  state: z.enum(EXPORT_STATES),
  expiresAt: z.string(),
  link: z.string().describe('For the person: opens a page that downloads the archive, once.'),
  secret: z.string().describe('What the link ends in, for programs: POST /v1/exports/{id}:fetch.'),
});
const built = z.object({ id: z.string(), state: z.enum(EXPORT_STATES), againAfterSeconds: z.int() });

/** @param deps what exports work on now; throws a PlatformError while that is not there @param baseUrl of this function */
export function exportRoutes(deps: () => ExportDeps, baseUrl: string): readonly Route[] {
  const linkedTo = (record: ExportRecord, secret: string): z.infer<typeof linked> => ({
    id: record.id,
    state: record.state,
    expiresAt: formatTimestamp(record.expiresAtMs),
    link: `${baseUrl}/v1/exports/${record.id}/page#${secret}`,
    secret,
  });
  return [
    route({
      method: 'POST',
      path: '/v1/exports',
      summary:
        'Asks for everything about a user, opened and explained. The answer has the link; it is shown only once.',
      allow: ['compliance'],
      body: z.strictObject({ userId }),
      answer: linked,
      async handle({ principal }, body) {
        const { record, secret } = await requestExport(deps(), body.userId);
        const { facts } = deps();
        const asked = { export: record.id, channel: 'export', state: 'requested', principal: principal?.email ?? '' };
        const id = `export/${record.id}/requested`;
        await facts.record({ id, kind: 'access.recorded', atMs: record.requestedAtMs, body: asked });
        return { status: 202, headers: { 'cache-control': 'no-store' }, json: linkedTo(record, secret) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/exports/{id}',
      summary: 'How far an export is, and how many rows it has found where.',
      allow: ['compliance'],
      answer: view,
      async handle({ params }) {
        return { json: shown((await readExport(deps().objects, params['id'] ?? '')).record) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/exports/{id}:link',
      summary: 'Makes another link in the place of the one there is, while none was used.',
      allow: ['compliance'],
      body: z.strictObject({}),
      answer: linked,
      async handle({ params }) {
        const id = params['id'] ?? '';
        const secret = await renewLink(deps(), id);
        const { record } = await readExport(deps().objects, id);
        return { headers: { 'cache-control': 'no-store' }, json: linkedTo(record, secret) };
      },
    }),
    ...furtherRoutes(deps),
  ];
}

/** What the workflow and the person themselves call. */
function furtherRoutes(deps: () => ExportDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/exports/{id}:build',
      summary: 'Works on an export for a minute. For the workflow; may be repeated.',
      allow: ['service'],
      answer: built,
      async handle({ params }) {
        const { record, againAfterSeconds } = await buildExport(deps(), params['id'] ?? '');
        return { json: { id: record.id, state: record.state, againAfterSeconds } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/exports/{id}/page',
      summary: 'The page behind the link: asks before it is used.',
      allow: 'anyone',
      handle: () => exportPage,
    }),
    route({
      method: 'POST',
      path: '/v1/exports/{id}:fetch',
      summary: 'The archive, a ZIP, for the secret of its link; once, then it is deleted.',
      allow: 'anyone',
      body: z.strictObject({ secret: z.string().min(1).max(100) }),
      async handle({ params }, { secret }) {
        const body = await fetchExport(deps(), params['id'] ?? '', secret);
        return {
          headers: {
            'content-type': 'application/zip',
            'content-disposition': 'attachment; filename="my-data.zip"',
            'cache-control': 'no-store',
          },
          body,
        };
      },
    }),
  ];
}

function shown({ id, state, requestedAtMs, expiresAtMs, endpoints }: ExportRecord): z.infer<typeof view> {
  return {
    id,
    state,
    requestedAt: formatTimestamp(requestedAtMs),
    expiresAt: formatTimestamp(expiresAtMs),
    endpoints: endpoints.map((each) => ({ ...each })),
  };
}
