// Owns until when what is said of an endpoint stays true while nothing is stored: what the passing of time alone changes, and when.
import type { Endpoint } from '../catalog/endpoint.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { EndpointId } from '../platform/ids.ts';
import { dueAt, firstPartition, lastExpected } from '../pipelines/expected-partitions.ts';
import { calendarOf, type Moment } from '../pipelines/horizon.ts';
import { ALL, boundsOf, keyAt, nextKey } from '../pipelines/partition-key.ts';

/**
 * The next moment at which the calendar of one endpoint makes a difference, in epoch milliseconds: a partition ends, or the next one
 * falls due. Infinity when none does any more.
 */
export function nextOfCalendar(
  endpoint: Endpoint,
  { firstApplied, nowMs }: Pick<Moment, 'firstApplied' | 'nowMs'>,
): number {
  const endsMs = endpoint.grain === 'all' ? Infinity : boundsOf(keyAt(endpoint.grain, nowMs)).endMs;
  const calendar = calendarOf(endpoint, firstApplied);
  if (calendar === undefined) return endsMs;
  const last = lastExpected(calendar, nowMs);
  if (last === ALL) return Infinity;
  return Math.min(endsMs, dueAt(calendar, last === undefined ? firstPartition(calendar) : nextKey(last)));
}

/** When an endpoint becomes late if nothing is published; Infinity when nothing is promised or it is late already. */
export function lateFrom(promisedMs: number | undefined, nowMs: number): number {
  return promisedMs === undefined || promisedMs < nowMs ? Infinity : promisedMs + 1;
}

/** The endpoints that an endpoint is made of, directly or not, each once and without itself. */
export function upstreamOf({ endpoints }: Pick<Catalog, 'endpoints'>, endpoint: Endpoint): readonly Endpoint[] {
  const found = new Map<EndpointId, Endpoint>();
  const ahead: Endpoint[] = [endpoint];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next.kind !== 'sql') continue;
    for (const input of next.inputs) {
      const other = endpoints[input.endpoint];
      if (other === undefined || other.id === endpoint.id || found.has(other.id)) continue;
      found.set(other.id, other);
      ahead.push(other);
    }
  }
  return [...found.values()];
}
