// Owns the bounds of one event as parsed JSON: how deep it nests and how large it is, before anything walks into it.
import { MAX_DEPTH, MAX_EVENT_BYTES } from './limits.ts';
import type { Rejection } from './verdict.ts';

/** Whether objects and lists nest deeper than so many levels; walks no deeper than that itself. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) if (isDeeperThan(Reflect.get(value, key), levels - 1)) return true;
  return false;
}

/**
 * Why an event is beyond its bounds, if it is. `bodyBytes` is the size of the request that it came in: an event is only
 * measured when the request is larger than one event may be.
 */
export function boundsRejection(event: unknown, bodyBytes: number): Rejection | undefined {
  if (isDeeperThan(event, MAX_DEPTH))
    return { kind: 'rejected', code: 'too_deep', hint: `Nest at most ${MAX_DEPTH} levels.` };
  if (bodyBytes <= MAX_EVENT_BYTES || Buffer.byteLength(JSON.stringify(event)) <= MAX_EVENT_BYTES) return undefined;
  return { kind: 'rejected', code: 'event_too_large', hint: `Send at most ${MAX_EVENT_BYTES} bytes in one event.` };
}
