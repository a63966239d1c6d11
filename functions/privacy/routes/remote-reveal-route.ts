// Owns the endpoint of the remote functions: BigQuery asks, as the account of the platform's connection, for whoever runs a query.
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { openersOf } from '#shared/catalog/opening.ts';
import { route, type Route, type RouteReply } from '#shared/http/route.ts';
import { httpStatus } from '#shared/platform/error-codes.ts';
import type { PurposeId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Role } from '#shared/platform/roles.ts';
import { grantsOf } from '#shared/privacy/reveal.ts';
import { jobOf, type RemoteRequest, remoteRequest, rowsOf, stagedEndpoint } from '../reveal/remote-request.ts';
import { repliesOf, revealRows, type RevealRowsDeps } from '../reveal/reveal-rows.ts';

/** Source: https://cloud.google.com/bigquery/quotas#remote_function_limits; 10 MB is the most that a row of Pub/Sub seals. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface RemoteRevealParts {
  /** The verified address in a token for this function's own URL, which is the audience of BigQuery's tokens. */
  readonly identifyBigQuery: (headers: IncomingHttpHeaders) => Promise<string | undefined>;
  /** The service account of the platform's connection; undefined when there is no connection. */
  readonly connectionAccount: () => Promise<string | undefined>;
  readonly catalog: () => Promise<Catalog>;
  readonly rolesOf: (email: string) => Promise<ReadonlySet<Role>>;
  readonly deps: () => RevealRowsDeps;
}

const answer = z.object({
  replies: z.array(z.object({ status: z.enum(['plain', 'shredded', 'corrupt']), value: z.unknown().optional() })),
});

/** At the root, because the audience of BigQuery's token is the endpoint, and that must be the URL of the function. */
export function remoteRevealRoute(parts: RemoteRevealParts): Route {
  return route({
    method: 'POST',
    path: '/',
    summary: 'The endpoint of the remote functions `reveal_<purpose>.open` of BigQuery, which alone may call it.',
    // It verifies the caller by itself: the token is for another audience than those of people and functions.
    allow: 'anyone',
    body: remoteRequest,
    answer,
    maxBodyBytes: MAX_BODY_BYTES,
    async handle({ headers }, request) {
      try {
        await checkCaller(parts, headers);
        const revealed = await revealRows(parts.deps(), await useOf(parts, request));
        return { headers: { 'cache-control': 'no-store' }, json: repliesOf(revealed) };
      } catch (thrown) {
        return failure(thrown);
      }
    },
  });
}

async function checkCaller(parts: RemoteRevealParts, headers: IncomingHttpHeaders): Promise<void> {
  const email = await parts.identifyBigQuery(headers);
  if (email === undefined) throw new PlatformError('unauthenticated');
  if (email === (await parts.connectionAccount())) return;
  throw new PlatformError('forbidden', {
    message: 'Only BigQuery calls this, as the account of the platform’s connection.',
    hint: 'Call the function reveal_<purpose>.open in a query.',
  });
}

async function useOf({ catalog, rolesOf }: RemoteRevealParts, request: RemoteRequest) {
  const { purposes } = (await catalog()).platform;
  const id = request.userDefinedContext.purpose;
  // Looked up as what it is if it is one.
  const declared = purposes[id as PurposeId];
  const openers = declared === undefined ? undefined : openersOf(declared);
  const email = request.sessionUser;
  const roles = await rolesOf(email);
  const job = jobOf(request);
  return {
    email,
    roles,
    endpoint: roles.has('service') ? stagedEndpoint(job, openers?.endpoints ?? []) : undefined,
    purpose: id,
    job,
    rows: rowsOf(request),
    grants: grantsOf(id, openers),
  };
}

/**
 * BigQuery shows `errorMessage` to whoever runs the query, and tries again by itself after 408, 429, 500, 503 and 504: what does
 * not pass within minutes is told with another status.
 */
function failure(thrown: unknown): RouteReply {
  const error = thrown instanceof PlatformError ? thrown : new PlatformError('internal');
  const status = error.code === 'rate_limited' ? 400 : httpStatus(error.code);
  return { status, json: { errorMessage: `${error.code}: ${error.message} ${error.hint}` } };
}
