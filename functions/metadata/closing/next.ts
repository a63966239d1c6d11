// Owns what a closer does next: drive on what is under way, or claim the oldest partition that may be closed, or end.
import type { EventEndpoint } from '#shared/catalog/endpoint.ts';
import type { Completeness } from '#shared/events/completeness.ts';
import { type NextClosing, nextClosing } from '#shared/pipelines/closing-order.ts';
import type { Claim } from '#shared/pipelines/partition-record.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';
import { seenCloser } from '#shared/metadata/closer-record.ts';
import { claimOf } from '../driving/build.ts';
import { driveOn } from '../driving/drive.ts';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';

/** The partition to close and the run that closes it; or that there is nothing to close now. */
export type NextForCloser = { readonly done: true } | { readonly key: PartitionKey; readonly run: string };

/** How soon a partition is looked at again that is not complete. */
const LOOK_AGAIN_MS = 5000;
/** Attempts at finding something to do, while others change what was found. */
const MAX_LOOKS = 20;

/** How complete a partition is that may be closed. */
type MayClose = Exclude<Completeness, { readonly kind: 'waiting' }>;

const COMPLETE: MayClose = { kind: 'complete' };

/** Answers a closer. One that was replaced is done; one that finds nothing gives its place up. */
export async function nextFor(
  parts: Parts,
  endpoint: EventEndpoint,
  { closer, execution }: { readonly closer: string; readonly execution: string },
): Promise<NextForCloser> {
  const { closers, time } = parts;
  const stored = await closers.recall(endpoint.id);
  if (stored === undefined || stored.record.closer !== closer) return { done: true };
  const seen = seenCloser(stored.record, execution, time.now());
  if (seen !== stored.record && !(await closers.put(endpoint.id, seen, stored))) {
    return nextFor(parts, endpoint, { closer, execution });
  }
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const found = await take(parts, endpoint);
    if (found === 'again') continue;
    if (found !== undefined) return found;
    break;
  }
  const now = await closers.recall(endpoint.id);
  if (now?.record.closer === closer) await closers.remove(endpoint.id, now);
  return { done: true };
}

/** Whether there is anything that a closer could do now. */
export async function hasClosing(parts: Parts, endpoint: EventEndpoint): Promise<boolean> {
  const closing = nextClosing(momentOf(parts), endpoint);
  if (closing.kind === 'under-way') return true;
  return closing.kind === 'close' ? (await mayClose(parts, endpoint, closing)) !== undefined : noted(parts, closing);
}

async function take(parts: Parts, endpoint: EventEndpoint): Promise<NextForCloser | 'again' | undefined> {
  const moment = momentOf(parts);
  const closing = nextClosing(moment, endpoint);
  if (closing.kind === 'under-way') {
    const { key, run } = closing;
    return (await driveOn(parts, { endpoint: endpoint.id, key }, run)) === 'start' ? { key, run } : 'again';
  }
  if (closing.kind !== 'close') {
    noted(parts, closing);
    return undefined;
  }
  const counted = await mayClose(parts, endpoint, closing);
  if (counted === undefined) return undefined;
  const incomplete = counted.kind === 'incomplete' ? { incomplete: counted.missing } : {};
  const name = { endpoint: endpoint.id, key: closing.key };
  const run = parts.newId();
  // Only imports make partitions of events wait.
  const waits = closing.reason === 'due' && moment.view.summary(name.endpoint, name.key) !== undefined;
  const claim: Claim = { ...claimOf(parts, run, waits ? 'import' : closing.reason, moment.nowMs), ...incomplete };
  const claimed = await parts.partitions.apply(name, { kind: 'claim', claim });
  if (claimed.kind === 'refused') return 'again';
  tell(parts, endpoint, closing.key, counted);
  return { key: closing.key, run };
}

/** An alert is made of what is missing, because it will be late; a collector that died is none by itself. */
function tell({ log }: Parts, { eventType }: EventEndpoint, partition: PartitionKey, counted: MayClose): void {
  const name = { event_type: eventType, partition };
  if (counted.kind === 'incomplete') {
    log.write('ERROR', 'a partition is closed after its deadline without everything that was acknowledged', {
      ...name,
      count: counted.missing,
      code: 'closing_incomplete',
    });
  } else if (counted.kind === 'unconfirmed') {
    log.write('NOTICE', 'a partition is closed after its deadline without the last word of some collectors', {
      ...name,
      count: counted.open.length,
    });
  }
}

/** How complete it is; undefined while the partition has to wait. */
async function mayClose(
  parts: Parts,
  endpoint: EventEndpoint,
  closing: Extract<NextClosing, { readonly kind: 'close' }>,
): Promise<MayClose | undefined> {
  if (!closing.counted) return COMPLETE;
  const { catalog } = momentOf(parts);
  const eventType = catalog.eventTypes[endpoint.eventType];
  if (eventType === undefined) return COMPLETE;
  const completeness = await parts.complete.look(parts, catalog, eventType, closing.key);
  if (completeness.kind !== 'waiting') return completeness;
  parts.alarm.by(parts.time.now() + LOOK_AGAIN_MS);
  return undefined;
}

function noted(parts: Parts, closing: NextClosing): false {
  if (closing.kind === 'later') parts.alarm.by(closing.atMs);
  return false;
}
