// Owns the answer to who sent events, in whatever protocol.
import { PlatformError } from '../platform/platform-error.ts';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../platform/problem-details.ts';
import { MAX_EVENTS_PER_BATCH } from './limits.ts';

/** An answer as a protocol words it. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON; without it the answer has no body. */
  readonly json?: object;
  /** Default `application/json; charset=utf-8`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A problem (RFC 9457) about a request as a whole, with what became of each of its events where that is known. */
export function problemReply(refusal: PlatformError, results?: readonly object[]): Reply {
  const json = problemOf(refusal);
  return {
    status: json.status,
    json: results === undefined ? json : { ...json, results },
    contentType: PROBLEM_MEDIA_TYPE,
  };
}

/** The refusal of a batch that has too many events, if so; `events` is the word that the protocol has for them. */
export function tooManyEvents(count: number, events: 'events' | 'messages'): PlatformError | undefined {
  if (count <= MAX_EVENTS_PER_BATCH) return undefined;
  return new PlatformError('too_many_events', {
    message: `The batch has ${count} ${events}; ${MAX_EVENTS_PER_BATCH} are allowed.`,
    details: { limit: MAX_EVENTS_PER_BATCH },
  });
}
