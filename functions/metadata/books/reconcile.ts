// Owns counting one partition through: what collectors acknowledged, what landed, what the endpoint holds, what is dead.
import type { EventType } from '#shared/catalog/event-type.ts';
import { addBooks, type Books, NO_BOOKS } from '#shared/events/books.ts';
import {
  deadSql,
  failedSql,
  HELD_COLUMNS,
  heldOfImportSql,
  heldSql,
  IMPORT_COLUMNS,
  importsSql,
} from '#shared/events/books-queries.ts';
import type { CollectorReport } from '#shared/events/collector-report.ts';
import { missingOf } from '#shared/events/completeness.ts';
import type { Reconciled } from '#shared/events/reconciliation.ts';
import { countOf, difference, NO_SEQUENCES } from '#shared/events/sequence-ranges.ts';
import type { CountRow } from '#shared/gcp/jobs.ts';
import { parseId } from '#shared/platform/ids.ts';
import { landedInSpan } from '#shared/pipelines/landed-query.ts';
import { boundsOf, keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { landedBy } from '../closing/landed.ts';
import { bootReports } from '../closing/reports.ts';
import type { Parts } from '../parts.ts';

/** What was counted, and whether an import is still open whose events were left out. */
export interface Counted extends Reconciled {
  readonly openImports: boolean;
}

/** The books of a type in some reports. */
export function booksOf(reports: readonly CollectorReport[], { id }: EventType): Books {
  return reports.reduce((sum, { books }) => addBooks(sum, books?.get(id) ?? NO_BOOKS), NO_BOOKS);
}

/** Counts a partition whose reports are given. */
export async function reconcile(
  parts: Parts,
  eventType: EventType,
  key: PartitionKey,
  reports: readonly CollectorReport[],
): Promise<Counted> {
  const { startMs: since, endMs: until } = boundsOf(key);
  const span = { since, until };
  const boots = bootReports(reports, eventType.id);
  const landedAt = await landedBy(parts.jobs, landedInSpan(eventType.id), span);
  const absent = boots.map((report) => ({ boot: report.boot, missing: missingOf(report, landedAt) }));
  const acknowledged = boots.reduce((sum, report) => sum + countOf(report.acknowledged), 0);
  const absentCount = absent.reduce((sum, { missing }) => sum + countOf(missing), 0);
  const dead = absentCount === 0 ? 0 : absentCount - (await notDead(parts, eventType, since, absent));
  const books = booksOf(reports, eventType);
  const failed = books.kept === 0 ? 0 : await countedIn(parts, failedSql(eventType.id), span);
  const [live] = await parts.jobs.rows(heldSql(eventType), span);
  const imported = await countImports(parts, eventType, span);
  return {
    books,
    final: boots.every(({ final }) => final),
    acknowledged,
    landed: acknowledged - absentCount,
    dead,
    events: numberOf(live, HELD_COLUMNS.events) + imported.events,
    missing: numberOf(live, HELD_COLUMNS.missing) + imported.missing,
    failed,
    openImports: imported.open,
  };
}

async function notDead(
  parts: Parts,
  eventType: EventType,
  since: number,
  absent: readonly {
    readonly boot: Parameters<typeof missingOf>[0]['boot'];
    readonly missing: ReturnType<typeof missingOf>;
  }[],
): Promise<number> {
  const dead = await landedBy(parts.jobs, deadSql(eventType.id), { since });
  return absent.reduce(
    (sum, { boot, missing }) => sum + countOf(difference(missing, dead.get(boot) ?? NO_SEQUENCES)),
    0,
  );
}

interface ImportedCounts {
  readonly events: number;
  readonly missing: number;
  readonly open: boolean;
}

/** Events of imports, once their import is finished; those of partitions that have not ended are the clock's. */
async function countImports(
  parts: Parts,
  eventType: EventType,
  span: { readonly since: number; readonly until: number },
): Promise<ImportedCounts> {
  const ended = boundsOf(keyAt(eventType.grain, parts.time.now())).startMs;
  let counts: ImportedCounts = { events: 0, missing: 0, open: false };
  for (const row of await parts.jobs.rows(importsSql(eventType), { ...span, ended })) {
    const id = parseId('import', row[IMPORT_COLUMNS.import] ?? '');
    if (id === undefined) continue;
    if ((await parts.imports.look(id))?.record.state !== 'finished') {
      counts = { ...counts, open: true };
      continue;
    }
    const times = { first: numberOf(row, IMPORT_COLUMNS.first), last: numberOf(row, IMPORT_COLUMNS.last) };
    const [held] = await parts.jobs.rows(heldOfImportSql(eventType), { ...span, ...times, ended, import_id: id });
    counts = {
      ...counts,
      events: counts.events + numberOf(held, HELD_COLUMNS.events),
      missing: counts.missing + numberOf(held, HELD_COLUMNS.missing),
    };
  }
  return counts;
}

async function countedIn(parts: Parts, sql: string, span: Readonly<Record<string, number>>): Promise<number> {
  const [row] = await parts.jobs.rows(sql, span);
  return numberOf(row, HELD_COLUMNS.events);
}

function numberOf(row: CountRow | undefined, column: string): number {
  const number = Number(row?.[column] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
