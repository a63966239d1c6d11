// Owns how every protocol of the door answers over HTTP: its words, and the wait that is asked for.
import type { ServerResponse } from 'node:http';
import type { Reply } from '#shared/events/reply.ts';
import { type Random, retryAfter } from '#shared/http/retry-after.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import type { PlatformError } from '#shared/platform/platform-error.ts';
import type { Protocol } from './protocol.ts';

/** The answer to verdicts, with Retry-After when some events are to be sent again. */
export function verdictsReply(
  answer: (verdicts: readonly WireVerdict[]) => Reply,
  verdicts: readonly WireVerdict[],
  random: Random,
): Reply {
  const reply = answer(verdicts);
  const again = asksToWait(reply.status) || verdicts.some(({ status }) => status === 'retry');
  return again ? withHeaders(reply, { 'retry-after': retryAfter(random) }) : reply;
}

/** The answer to a request that is refused as a whole. */
export function refusalReply(protocol: Protocol, refusal: PlatformError, random: Random): Reply {
  const reply = protocol.refuse(refusal);
  const { status } = reply;
  return withHeaders(reply, {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(asksToWait(status) ? { 'retry-after': retryAfter(random, refusal.details['waitSeconds']) } : {}),
    // A body that did not arrive in time would keep its connection for minutes.
    ...(status === 408 ? { connection: 'close' } : {}),
  });
}

/** Sends an answer, with what else stands in the head of every answer of its sender. */
export function sendReply(
  response: ServerResponse,
  { status, json, contentType, headers }: Reply,
  common: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  if (json === undefined) {
    response.writeHead(status, { ...common, ...headers });
    response.end();
    return;
  }
  // A text, not its bytes: Node writes it together with the headers in one piece.
  const body = JSON.stringify(json);
  response.writeHead(status, {
    'content-type': contentType ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...common,
    ...headers,
  });
  response.end(body);
}

function asksToWait(status: number): boolean {
  return status === 429 || status === 503;
}

function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
