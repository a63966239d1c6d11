// Owns which partition of an event endpoint is closed next: one after the other, oldest first, because each takes what came late.
import type { EventEndpoint } from '../catalog/endpoint.ts';
import { DAY_MS } from '../platform/civil-date.ts';
import { dueFor } from './due.ts';
import { type Calendar, expectedPartitions, firstPartition, lastExpected } from './expected-partitions.ts';
import { calendarOf, type Moment } from './horizon.ts';
import { boundsOf, HOUR_MS, type PartitionKey } from './partition-key.ts';
import type { ClaimReason } from './partition-record.ts';

/** What closing an event endpoint comes to at a moment. */
export type NextClosing =
  /** This one is to be closed; `counted` says that what arrived live must be complete first. */
  | { readonly kind: 'close'; readonly key: PartitionKey; readonly reason: ClaimReason; readonly counted: boolean }
  /** A run is at it: whoever closes drives it on before anything else. */
  | { readonly kind: 'under-way'; readonly key: PartitionKey; readonly run: string }
  /** It failed and comes back then; later ones wait, or they would take its rows for late ones. */
  | { readonly kind: 'later'; readonly key: PartitionKey; readonly atMs: number }
  /** It failed and a person has to look. */
  | { readonly kind: 'blocked'; readonly key: PartitionKey }
  | { readonly kind: 'nothing' };

/** The next partition of an event endpoint to close. */
export function nextClosing(moment: Moment, endpoint: EventEndpoint): NextClosing {
  const calendar = calendarOf(endpoint, moment.firstApplied);
  const start = calendar === undefined ? undefined : firstPartition(calendar);
  let blocked: NextClosing | undefined;
  for (const key of keysToClose(moment, endpoint, calendar)) {
    const live = start !== undefined && key >= start;
    const closing = closingOf(moment, endpoint, key, live);
    // Before the calendar starts there are no live rows, so nothing of a partition could be taken for late by a later one.
    if (closing.kind !== 'blocked' || live) return closing;
    blocked ??= closing;
  }
  return blocked ?? { kind: 'nothing' };
}

/** What is stored and not published, and the first that is expected and not stored; only what has ended. */
function keysToClose(moment: Moment, endpoint: EventEndpoint, calendar: Calendar | undefined): readonly PartitionKey[] {
  const gap = calendar === undefined ? undefined : firstWithoutRecord(moment, endpoint, calendar);
  const active = moment.view.active(endpoint.id);
  const keys = gap === undefined ? active : [...active, gap].sort();
  // An import may have touched what is still open: the clock closes that.
  return keys.filter((key) => boundsOf(key).endMs <= moment.nowMs);
}

function closingOf({ view, nowMs }: Moment, endpoint: EventEndpoint, key: PartitionKey, live: boolean): NextClosing {
  const summary = view.summary(endpoint.id, key);
  if (summary?.claimedMs !== undefined && summary.run !== undefined) {
    return { kind: 'under-way', key, run: summary.run };
  }
  const due = dueFor(summary, nowMs);
  if (due.kind === 'build') {
    return { kind: 'close', key, reason: due.reason, counted: live && (summary?.generation ?? 0) === 0 };
  }
  return due.kind === 'later' ? { kind: 'later', key, atMs: due.atMs } : { kind: 'blocked', key };
}

/** The oldest partition that the calendar expects and nothing is stored of. */
function firstWithoutRecord(
  { view, nowMs }: Moment,
  endpoint: EventEndpoint,
  calendar: Calendar,
): PartitionKey | undefined {
  const [first, last] = [firstPartition(calendar), lastExpected(calendar, nowMs)];
  if (last === undefined) return undefined;
  const stored = view.keys(endpoint.id);
  // Counting is enough nearly always; only when something is missing are the partitions gone through.
  const lengthMs = endpoint.grain === 'hour' ? HOUR_MS : DAY_MS;
  const expected = (boundsOf(last).startMs - boundsOf(first).startMs) / lengthMs + 1;
  if (placeOf(stored, last, 'after') - placeOf(stored, first, 'before') === expected) return undefined;
  return expectedPartitions(calendar, nowMs).find((key) => view.summary(endpoint.id, key) === undefined);
}

/** How many keys of a sorted list are before a key, or up to it. */
function placeOf(keys: readonly PartitionKey[], key: PartitionKey, side: 'before' | 'after'): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = keys[middle] ?? key;
    if (at < key || (side === 'after' && at === key)) low = middle + 1;
    else high = middle;
  }
  return low;
}
