// Owns seeing to it that somebody closes an event type that has something to close: one closer, alive.
import type { EventEndpoint } from '#shared/catalog/endpoint.ts';
import { careOf, newCloser } from '#shared/metadata/closer-record.ts';
import { START_GRACE_MS } from '#shared/pipelines/run-timing.ts';
import type { Parts } from '../parts.ts';

/** The workflow that closes partitions of one event type, one after the other. */
const CLOSE_EVENTS = 'close-events';

/** Starts a closer unless one is at work; answers whether it did. */
export async function startCloser(parts: Parts, endpoint: EventEndpoint): Promise<boolean> {
  const { closers, executions, time, alarm, log } = parts;
  const before = await closers.read(endpoint.id);
  const nowMs = time.now();
  if (before !== undefined) {
    const care = careOf(before.record, nowMs);
    if (care.kind === 'leave') return false;
    if (care.kind === 'ask' && (await executions.state(care.execution)) === 'active') return false;
  }
  const closer = newCloser(parts.newId(), nowMs);
  if (!(await closers.put(endpoint.id, closer, before))) return false;
  alarm.by(nowMs + START_GRACE_MS);
  try {
    await executions.start(CLOSE_EVENTS, { endpoint: endpoint.id, closer: closer.closer });
  } catch {
    // Nobody will call with its name, so another one takes its place.
    log.write('WARNING', 'an execution could not be started', { workflow: CLOSE_EVENTS, endpoint: endpoint.id });
  }
  return true;
}
