// Owns where a row belongs: its hour, its partition, whether it is late, and which of two twins stays.
import { addDuration, type Duration, subtractDuration } from '../platform/duration.ts';
import { type Bounds, boundsOf, HOUR_MS, keyAt, type PartitionKey, previousKey } from '../pipelines/partition-key.ts';

/** How the endpoint of an event type is cut. */
export type EventGrain = 'hour' | 'day';

/** What decides where a row belongs, in epoch milliseconds. */
export interface PlacedTimes {
  readonly receivedAtMs: number;
  readonly eventTimeMs: number;
  /** Whether it came with a historical import. */
  readonly historical: boolean;
}

/** The start of the hour that a row counts to by itself: when it arrived; of an import, when it happened. */
function naturalHourMs({ receivedAtMs, eventTimeMs, historical }: PlacedTimes): number {
  const epochMs = historical ? eventTimeMs : receivedAtMs;
  return Math.floor(epochMs / HOUR_MS) * HOUR_MS;
}

/** The partition that a row belongs to by itself. */
export function naturalPartition(times: PlacedTimes, grain: EventGrain): PartitionKey {
  return keyAt(grain, naturalHourMs(times));
}

/** What a row has in the partition that takes it. */
export interface Placement {
  /** Value of the column `hour`: always inside the partition. */
  readonly hourMs: number;
  /** Whether the row came too late for its own partition. */
  readonly late: boolean;
}

/**
 * How a row stands in the partition that takes it: in its natural hour when that lies in there; otherwise it came too late,
 * and counts to the first hour of the partition that took it.
 */
export function placeIn(partition: PartitionKey, times: PlacedTimes): Placement {
  const { startMs, endMs } = boundsOf(partition);
  const natural = naturalHourMs(times);
  return natural >= startMs && natural < endMs ? { hourMs: natural, late: false } : { hourMs: startMs, late: true };
}

/**
 * Whether an event came so late that the time it happened is not in the partition it arrives in, nor in the one before: a
 * partition of grace, because most events cross one boundary on their way. Nothing of an import is late.
 */
export function isLate({ receivedAtMs, eventTimeMs, historical }: PlacedTimes, grain: EventGrain): boolean {
  return !historical && eventTimeMs < lateBefore(receivedAtMs, grain);
}

/** The instant before which an event that arrives now has happened too long ago: one for everything that arrives together. */
export function lateBefore(receivedAtMs: number, grain: EventGrain): number {
  return boundsOf(previousKey(keyAt(grain, receivedAtMs))).startMs;
}

/** The span of hours in which a twin of a row is recognised: as far as `dedupe` from its hour, both ways. */
export function twinSpan(hourMs: number, dedupe: Duration): Bounds {
  return { startMs: subtractDuration(hourMs, dedupe), endMs: addDuration(hourMs, dedupe) + HOUR_MS };
}

/** What tells two rows with the same event id apart. */
export interface TwinOrder {
  /** RFC 3339 with microseconds, or any text that sorts by time. */
  readonly receivedAt: string;
  readonly messageId: string;
}

/** Which of two twins stays: the least by arrival, then by message id. Negative when `a` does. */
export function compareTwins(a: TwinOrder, b: TwinOrder): number {
  return compareText(a.receivedAt, b.receivedAt) || compareText(a.messageId, b.messageId);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
