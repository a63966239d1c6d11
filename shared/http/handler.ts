// Owns answering requests with routes: verification, bounded bodies, replies, and problems in one shape.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Log } from '../platform/log-line.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { PROBLEM_MEDIA_TYPE, problemOfThrown } from '../platform/problem-details.ts';
import type { Clock } from '../platform/clock.ts';
import { bodyError, readBody } from './body.ts';
import { type ApiTitle, openApiDocument } from './openapi.ts';
import { type Random, retryAfter } from './retry-after.ts';
import { type Principal, type Route, type RouteReply, type RouteRequest, route } from './route.ts';
import { createRouter, type Router } from './router.ts';
import type { RequestHandler } from './function-host.ts';

export interface HandlerParts {
  readonly title: ApiTitle;
  readonly routes: readonly Route[];
  /** Who is asking, by the request's headers; undefined without a valid token. */
  readonly identify: (headers: IncomingMessage['headers']) => Promise<Principal | undefined>;
  readonly log: Log;
  readonly clock: Clock;
  /** Why the function cannot serve now; undefined while it can. Without it, it always can. */
  readonly unhealthy?: () => PlatformError | undefined;
  /** Spreads the waits that are asked for; default the machine's. */
  readonly random?: Random;
}

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const BODY_TIMEOUT_MS = 30_000;

/** A handler over the given routes plus `/healthz` and `/openapi.json`. */
export function createRequestHandler(parts: HandlerParts): RequestHandler {
  const health = route({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the function can serve; if not, why.',
    allow: 'anyone',
    handle: () => {
      const reason = parts.unhealthy?.();
      if (reason !== undefined) throw reason;
      return { json: { status: 'ok' } };
    },
  });
  const description = route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description.',
    allow: 'anyone',
    handle: () => ({ json: openApiDocument(parts.title, routes) }),
  });
  const routes: readonly Route[] = [...parts.routes, health, description];
  const router = createRouter(routes);
  return (request, response) => void respond(request, response, parts, router);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: HandlerParts,
  router: Router,
): Promise<void> {
  const startedMs = parts.clock.now();
  let path = 'unknown';
  try {
    const url = targetOf(request.url);
    const found = router(request.method ?? 'GET', url.pathname);
    if (found.kind === 'unknown') throw new PlatformError('route_unknown');
    if (found.kind === 'wrong-method') {
      response.setHeader('allow', found.allowed.join(', '));
      throw new PlatformError('method_not_allowed');
    }
    path = found.route.path;
    const principal = await authorise(found.route, request, parts);
    const input: RouteRequest = {
      method: request.method ?? 'GET',
      params: found.params,
      query: url.searchParams,
      headers: request.headers,
      stream: request,
      principal,
    };
    const body = found.route.body === undefined ? undefined : await parseBody(found.route, request);
    await sendReply(response, await found.route.handle(input, body), request.method === 'HEAD');
  } catch (thrown) {
    sendProblem(response, thrown, path, parts);
  } finally {
    request.resume();
    const took = parts.clock.now() - startedMs;
    parts.log.write('DEBUG', 'request', { route: path, status: response.statusCode, duration_ms: took });
  }
}

/** The target of a request, as its path or as a proxy is asked for it. https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
function targetOf(target = '/'): URL {
  const url = URL.parse(target.startsWith('/') ? `http://function${target}` : target);
  if (url === null) throw new PlatformError('route_unknown');
  return url;
}

async function authorise(found: Route, request: IncomingMessage, parts: HandlerParts): Promise<Principal | undefined> {
  const { allow } = found;
  if (allow === 'anyone') return undefined;
  const principal = await parts.identify(request.headers);
  if (principal === undefined) throw new PlatformError('unauthenticated');
  if (!allow.some((role) => principal.roles.has(role))) {
    throw new PlatformError('forbidden', { hint: `This needs one of the roles: ${allow.join(', ')}.` });
  }
  return principal;
}

async function parseBody(found: Route, request: IncomingMessage): Promise<unknown> {
  const maxBytes = found.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const result = await readBody(request, request.headers, { maxBytes, timeoutMs: BODY_TIMEOUT_MS });
  if (result.kind === 'refused') throw bodyError(result);
  let json: unknown;
  try {
    json = result.bytes.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(result.bytes));
  } catch {
    throw new PlatformError('malformed_body');
  }
  const parsed = (found.body ?? z.unknown()).safeParse(json);
  if (parsed.success) return parsed.data;
  throw new PlatformError('invalid_argument', { message: describeIssues(parsed.error) });
}

/** Names the places and rules, never the values that were sent. */
function describeIssues(error: z.ZodError): string {
  const problems = error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'body'}: ${expectation(issue)}`);
  return `The request is not valid: ${problems.join('; ')}.`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected}`;
    case 'unrecognized_keys':
      return `has ${issue.keys.length} unknown field(s)`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    default:
      return 'is not valid';
  }
}

async function sendReply(response: ServerResponse, reply: RouteReply, headersOnly: boolean): Promise<void> {
  response.statusCode = reply.status ?? 200;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.json !== undefined) response.setHeader('content-type', 'application/json; charset=utf-8');
  if (headersOnly) response.end();
  else if (reply.body instanceof Readable) await pipeline(reply.body, response).catch(() => response.destroy());
  else response.end(reply.json === undefined ? reply.body : JSON.stringify(reply.json));
}

function sendProblem(
  response: ServerResponse,
  thrown: unknown,
  path: string,
  { log, random = Math.random }: HandlerParts,
): void {
  const problem = problemOfThrown(thrown);
  if (problem.status >= 500) log.write('ERROR', 'request failed', { route: path, code: problem.code });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = problem.status;
  if (problem.status === 429 || problem.status === 503) {
    response.setHeader('retry-after', retryAfter(random, problem.details?.['waitSeconds']));
  }
  response.setHeader('content-type', PROBLEM_MEDIA_TYPE);
  response.end(JSON.stringify(problem));
}
