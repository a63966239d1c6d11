// Owns how the native route answers: verdicts, or a problem for the request as a whole, with the wait that is asked for.
import type { ServerResponse } from 'node:http';
import type { WireVerdict } from '#shared/events/verdict.ts';
import { httpStatus } from '#shared/platform/error-codes.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '#shared/platform/problem-details.ts';

/** A number from 0 up to 1. */
export type Random = () => number;

/** Clients that were turned away together come back spread over so many seconds. */
const RETRY_SPREAD_SECONDS = 3;

/**
 * 200 when every event has its verdict, with Retry-After when some are to be sent again. When all are, 503: every client
 * understands that. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function sendVerdicts(response: ServerResponse, results: readonly WireVerdict[], random: Random): void {
  const retries = results.filter(({ status }) => status === 'retry').length;
  if (retries > 0 && retries === results.length) {
    const problem = problemOf(new PlatformError('overloaded', { message: 'None of the events could be stored now.' }));
    send(response, 503, { ...problem, results }, { 'retry-after': retryAfter(random) });
    return;
  }
  send(response, 200, { results }, retries === 0 ? {} : { 'retry-after': retryAfter(random) });
}

/** A problem about the request as a whole. */
export function sendRefusal(response: ServerResponse, refusal: PlatformError, random: Random): void {
  const status = httpStatus(refusal.code);
  const { waitSeconds } = refusal.details;
  const asksToWait = status === 429 || status === 503;
  const wait = typeof waitSeconds === 'number' ? String(waitSeconds) : retryAfter(random);
  send(response, status, problemOf(refusal), {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(asksToWait ? { 'retry-after': wait } : {}),
    // A body that did not arrive in time would keep its connection for minutes.
    ...(status === 408 ? { connection: 'close' } : {}),
  });
}

function retryAfter(random: Random): string {
  return String(1 + Math.floor(random() * RETRY_SPREAD_SECONDS));
}

function send(response: ServerResponse, status: number, json: object, headers: Readonly<Record<string, string>>): void {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(JSON.stringify(json), 'utf8');
  response.writeHead(status, {
    'content-type': status === 200 ? 'application/json; charset=utf-8' : PROBLEM_MEDIA_TYPE,
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}
