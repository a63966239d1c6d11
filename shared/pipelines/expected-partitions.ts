// Owns which partitions an endpoint should have by now: computed from its calendar, never stored.
import { addDuration, type Duration } from '../platform/duration.ts';
import { ALL, boundsOf, type Grain, keyAt, nextKey, type PartitionKey, previousKey } from './partition-key.ts';
import { firstTimeFrom, type Schedule } from './schedule.ts';

/** What says which partitions there are and when each is due. */
export interface Calendar {
  readonly grain: Grain;
  /** The first instant that belongs to the endpoint; the partition that holds it is the first. */
  readonly startMs: number;
  /** Extra wait after a partition has ended. */
  readonly offset: Duration;
  /** Times of the clock at which ended partitions are taken up; none: as soon as they have ended. */
  readonly schedule?: Schedule | undefined;
}

/** The key of the first partition. */
export function firstPartition(calendar: Calendar): PartitionKey {
  return keyAt(calendar.grain, calendar.startMs);
}

/** When a partition is due: the first time of the schedule from its end and offset on. `all` is due from its start on. */
export function dueAt({ grain, startMs, offset, schedule }: Calendar, key: PartitionKey): number {
  const endMs = grain === 'all' ? startMs : boundsOf(key).endMs;
  const readyMs = addDuration(endMs, offset);
  return schedule === undefined ? readyMs : firstTimeFrom(schedule, readyMs);
}

/** Every partition that is due at `nowMs`, oldest first, without a limit. */
export function* expectedPartitions(calendar: Calendar, nowMs: number): Generator<PartitionKey> {
  const last = lastExpected(calendar, nowMs);
  if (last === undefined) return;
  for (let key = firstPartition(calendar); ; key = nextKey(key)) {
    yield key;
    if (key === last) return;
  }
}

/** The newest partition that is due at `nowMs`; undefined before the first one is. */
export function lastExpected(calendar: Calendar, nowMs: number): PartitionKey | undefined {
  const first = firstPartition(calendar);
  if (first === ALL) return dueAt(calendar, ALL) <= nowMs ? ALL : undefined;
  for (let key = keyAt(calendar.grain, nowMs); key >= first; key = previousKey(key)) {
    if (dueAt(calendar, key) <= nowMs) return key;
  }
  return undefined;
}

/** Whether a partition is one of the calendar's, and due at `nowMs`. */
export function isExpected(calendar: Calendar, key: PartitionKey, nowMs: number): boolean {
  return key >= firstPartition(calendar) && dueAt(calendar, key) <= nowMs;
}
