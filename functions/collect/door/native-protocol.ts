// Owns the native protocol, POST /v1/events: a batch of envelopes, answered with a verdict each, or a problem.
import { readBatch } from '#shared/events/batch.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '#shared/platform/problem-details.ts';
import type { Protocol, Reply } from './protocol.ts';

export const NATIVE_PROTOCOL: Protocol = {
  read(body, { query }) {
    const read = readBatch(body);
    if (read.kind === 'refused') return new PlatformError(read.code, { message: read.message });
    const { batch, writeKey } = read;
    return { batch, writeKey, mode: triesOut(query) ? 'try' : 'collect', answer: answerVerdicts };
  },
  refuse: problemReply,
};

/** A problem about the request as a whole. */
function problemReply(refusal: PlatformError): Reply {
  const json = problemOf(refusal);
  return { status: json.status, json, contentType: PROBLEM_MEDIA_TYPE };
}

/** 200 when events have their verdicts; when all are to be sent again, 503: every client understands that. */
function answerVerdicts(results: readonly WireVerdict[]): Reply {
  const done = results.length === 0 || results.some(({ status }) => status !== 'retry');
  if (done) return { status: 200, json: { results } };
  const { json, ...reply } = problemReply(
    new PlatformError('overloaded', { message: 'None of the events could be stored now.' }),
  );
  return { ...reply, json: { ...json, results } };
}

/** Whether the request asks what would become of its events, and nothing more: `?validate`. */
export function triesOut(query: URLSearchParams | undefined): boolean {
  const asked = query?.get('validate') ?? null;
  return asked !== null && asked !== 'false';
}
