// Owns the audit of the books: partitions that are closed are reconciled, each once, and what does not add up is an alert.
import { eventTypesOf } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { NO_BOOKS } from '#shared/events/books.ts';
import type { CollectorReport } from '#shared/events/collector-report.ts';
import { type Gap, gapsOf } from '#shared/events/reconciliation.ts';
import type { Fact } from '#shared/metadata/facts.ts';
import { booksFact, reconciledFact } from '#shared/metadata/book-facts.ts';
import { addDuration, durationOf } from '#shared/platform/duration.ts';
import { knownKeys, type Moment } from '#shared/pipelines/horizon.ts';
import { boundsOf, HOUR_MS, keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { reportsOf } from '../closing/reports.ts';
import { momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import { auditedKeys, rememberAudited } from './audited.ts';
import { booksOf, type Counted, reconcile } from './reconcile.ts';

/** What an audit came to; not done when there was more than one call may count. */
export interface AuditResult {
  readonly done: boolean;
  readonly audited: number;
  readonly gaps: number;
}

/** How far back partitions are looked at: a day, its longest deadline, and a day in which somebody mends what is wrong. */
const WINDOW_MS = 60 * HOUR_MS;
/** What is on its way lands within this. */
const SETTLE_MS = 10 * 60_000;
/** A gap is one when it is still there so long after the partition was published: what came late is in the next one by then. */
const CONFIRM_MS = 90 * 60_000;
/** A partition that is not published so long after its deadline is counted as it is. */
const OVERDUE_MS = 6 * HOUR_MS;
/** Events of an import that nobody finishes are left out after this. */
const IMPORT_PATIENCE_MS = 48 * HOUR_MS;
const MAX_AUDITED = 100;

/** Reconciles what is due; repeating it goes on where it ended. */
export async function auditBooks(parts: Parts): Promise<AuditResult> {
  await parts.applied.refresh();
  if (parts.applied.current === undefined) return { done: true, audited: 0, gaps: 0 };
  await parts.partitions.refresh();
  const moment = momentOf(parts);
  const reports = await reportsOf(parts.store, moment.nowMs - WINDOW_MS, moment.nowMs);
  let [audited, gaps] = [0, 0];
  for (const eventType of eventTypesOf(moment.catalog)) {
    const due = await dueKeys(parts, moment, eventType, reports);
    for (const key of due) {
      if (audited >= MAX_AUDITED) return { done: false, audited, gaps };
      const found = await auditPartition(parts, moment, eventType, { key, reports: reportsIn(reports, key) });
      if (found === 'later') continue;
      audited += 1;
      gaps += found.length;
    }
  }
  return { done: true, audited, gaps };
}

/** Partitions of which somebody received something, that have ended, and that nobody has reconciled. */
async function dueKeys(
  parts: Parts,
  moment: Moment,
  eventType: EventType,
  reports: readonly CollectorReport[],
): Promise<readonly PartitionKey[]> {
  const ended = knownKeys(moment, eventType.endpoint).filter((key) => {
    const { startMs, endMs } = boundsOf(key);
    if (startMs < moment.nowMs - WINDOW_MS || endMs + SETTLE_MS > moment.nowMs) return false;
    return reportsIn(reports, key).some(({ types, books }) => types.has(eventType.id) || books?.has(eventType.id));
  });
  if (ended.length === 0) return [];
  const audited = await auditedKeys(parts.store, eventType.endpoint);
  return ended.filter((key) => !audited.has(key));
}

async function auditPartition(
  parts: Parts,
  moment: Moment,
  eventType: EventType,
  { key, reports }: { readonly key: PartitionKey; readonly reports: readonly CollectorReport[] },
): Promise<readonly Gap[] | 'later'> {
  const { endpoint } = eventType;
  const summary = moment.view.summary(endpoint, key);
  const published = summary?.state === 'published';
  if (!published && moment.nowMs < overdueMs(moment, eventType, key)) return 'later';
  const counted = await reconcile(parts, eventType, key, reports);
  const gaps = gapsOf(counted);
  const ageMs = moment.nowMs - Math.max(boundsOf(key).endMs, summary?.publishedMs ?? 0);
  if (waits(counted, gaps, ageMs)) return 'later';
  const { openImports: _, ...reconciled } = counted;
  await parts.facts.tell([
    ...hourFacts(eventType, reports, moment.nowMs),
    reconciledFact({ endpoint, key, generation: summary?.generation ?? 0 }, reconciled, { gaps, atMs: moment.nowMs }),
  ]);
  for (const gap of gaps) alert(parts, eventType, key, gap);
  await rememberAudited(parts.store, endpoint, key, keyAt(eventType.grain, moment.nowMs - WINDOW_MS));
  return gaps;
}

function waits({ openImports }: Counted, gaps: readonly Gap[], ageMs: number): boolean {
  return (gaps.length > 0 && ageMs < CONFIRM_MS) || (openImports && ageMs < IMPORT_PATIENCE_MS);
}

function overdueMs({ catalog }: Moment, { tier }: EventType, key: PartitionKey): number {
  const { endMs } = boundsOf(key);
  const deadline = catalog.platform.tiers[tier]?.closingDeadline;
  return OVERDUE_MS + (deadline === undefined ? endMs : addDuration(endMs, durationOf(deadline)));
}

function hourFacts(eventType: EventType, reports: readonly CollectorReport[], atMs: number): readonly Fact[] {
  const hours = new Set(reports.map(({ hour }) => hour));
  return [...hours].toSorted().flatMap((hour) => {
    const books = booksOf(
      reports.filter((report) => report.hour === hour),
      eventType,
    );
    if (books.received === NO_BOOKS.received) return [];
    return [booksFact({ endpoint: eventType.endpoint, eventType: eventType.id, hour }, books, atMs)];
  });
}

/** The alert policy of the base matches the code. */
function alert({ log }: Parts, { id }: EventType, partition: PartitionKey, { kind, events }: Gap): void {
  log.write('ERROR', 'the books of a partition do not balance', {
    code: 'books_gap',
    event_type: id,
    partition,
    state: kind,
    count: events,
  });
}

function reportsIn(reports: readonly CollectorReport[], key: PartitionKey): readonly CollectorReport[] {
  const { startMs, endMs } = boundsOf(key);
  return reports.filter(({ hour }) => {
    const atMs = boundsOf(hour).startMs;
    return atMs >= startMs && atMs < endMs;
  });
}
