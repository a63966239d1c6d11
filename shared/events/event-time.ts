// Owns when an event happened: the clock of the client corrected by its skew, and which events are too old or too new.
import { type Duration, addDuration } from '../platform/duration.ts';
import type { RejectionCode } from '../platform/error-codes.ts';
import { MAX_IMPORT_FUTURE_MS } from './limits.ts';

/** What is known about the times of one event, in epoch milliseconds. */
export interface SentTimes {
  /** By the clock of the client, when it happened. */
  readonly occurredAtMs: number;
  /** By the clock of the client, when it was sent; undefined when the client did not say. */
  readonly sentAtMs?: number | undefined;
  /** By our clock, when it arrived. */
  readonly receivedAtMs: number;
  /** Whether it belongs to a historical import. */
  readonly historical: boolean;
}

/** When an event happened, in epoch milliseconds. */
export interface EventTime {
  readonly eventTimeMs: number;
  /** Whether the client said that it happened after it arrived; then the arrival counts. */
  readonly future: boolean;
}

/**
 * The time of an event. The skew of the client's clock is what its `sentAt` differs from our `receivedAt`, so
 * eventTime = occurredAt + (receivedAt - sentAt): the formula of Segment and Snowplow. Nothing happens after it arrived, so
 * later times are taken back to the arrival. In an import `occurredAt` stands as sent: its sender read it from a record.
 */
export function eventTimeOf({ occurredAtMs, sentAtMs, receivedAtMs, historical }: SentTimes): EventTime {
  if (historical) return { eventTimeMs: occurredAtMs, future: occurredAtMs > receivedAtMs };
  const corrected = sentAtMs === undefined ? occurredAtMs : occurredAtMs + (receivedAtMs - sentAtMs);
  const future = corrected > receivedAtMs;
  return { eventTimeMs: future ? receivedAtMs : corrected, future };
}

/**
 * Why an event of this time is refused, if it is: its partition would be deleted at once, or, in an import, has not begun.
 * A live event is never too new, because its time was taken back to its arrival.
 */
export function ageRejection(
  eventTimeMs: number,
  receivedAtMs: number,
  retention: Duration,
): RejectionCode | undefined {
  if (addDuration(eventTimeMs, retention) <= receivedAtMs) return 'too_old';
  return eventTimeMs > receivedAtMs + MAX_IMPORT_FUTURE_MS ? 'too_new' : undefined;
}
