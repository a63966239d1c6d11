// Owns the native protocol, POST /v1/events: a batch of envelopes, answered with a verdict each, or a problem.
import { readBatch } from '#shared/events/batch.ts';
import { problemReply, type Reply } from '#shared/events/reply.ts';
import type { WireVerdict } from '#shared/events/verdict.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Protocol } from './protocol.ts';

export const NATIVE_PROTOCOL: Protocol = {
  read(body, { query }) {
    const read = readBatch(body);
    if (read.kind === 'refused') return new PlatformError(read.code, { message: read.message });
    const { batch, writeKey } = read;
    return { batch, writeKey, mode: triesOut(query) ? 'try' : 'collect', answer: answerVerdicts };
  },
  refuse: (refusal) => problemReply(refusal),
};

/** 200 when events have their verdicts; when all are to be sent again, 503: every client understands that. */
function answerVerdicts(results: readonly WireVerdict[]): Reply {
  const done = results.length === 0 || results.some(({ status }) => status !== 'retry');
  if (done) return { status: 200, json: { results } };
  return problemReply(new PlatformError('overloaded', { message: 'None of the events could be stored now.' }), results);
}

/** Whether the request asks what would become of its events, and nothing more: `?validate`. */
export function triesOut(query: URLSearchParams | undefined): boolean {
  const asked = query?.get('validate') ?? null;
  return asked !== null && asked !== 'false';
}
