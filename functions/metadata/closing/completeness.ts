// Owns whether what arrived live for a partition is complete: what every collector said about its hours, against what has landed.
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { type Completeness, completenessOf } from '#shared/events/completeness.ts';
import { countOf } from '#shared/events/sequence-ranges.ts';
import type { Jobs } from '#shared/gcp/jobs.ts';
import type { Clock } from '#shared/platform/clock.ts';
import { addDuration, durationOf } from '#shared/platform/duration.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { landedInSpan } from '#shared/pipelines/landed-query.ts';
import { boundsOf, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { landedBy } from './landed.ts';
import { bootReports, reportsOf } from './reports.ts';

/** What is asked: the reports of collectors, the tables, and the time. */
export interface CompletenessParts {
  readonly store: Pick<ObjectStore, 'read' | 'list'>;
  readonly jobs: Pick<Jobs, 'rows'>;
  readonly time: Clock;
}

const COMPLETE: Completeness = { kind: 'complete' };
/** Partitions remembered as complete: those that somebody is about to close. */
const REMEMBERED = 5000;

/** Counts what has landed, and remembers what was found complete: that stays so. */
export class CompletePartitions {
  readonly #complete = new Set<string>();

  /** How the live rows of a partition stand that has ended. */
  async look(
    parts: CompletenessParts,
    catalog: Catalog,
    eventType: EventType,
    key: PartitionKey,
  ): Promise<Completeness> {
    const name = `${eventType.id} ${key}`;
    if (this.#complete.has(name)) return COMPLETE;
    const found = await completenessOfPartition(parts, catalog, eventType, key);
    if (found.kind === 'complete') {
      if (this.#complete.size >= REMEMBERED) this.#complete.clear();
      this.#complete.add(name);
    }
    return found;
  }
}

async function completenessOfPartition(
  parts: CompletenessParts,
  catalog: Catalog,
  eventType: EventType,
  key: PartitionKey,
): Promise<Completeness> {
  const { startMs, endMs } = boundsOf(key);
  const reports = bootReports(await reportsOf(parts.store, startMs, endMs), eventType.id);
  const deadline = catalog.platform.tiers[eventType.tier]?.closingDeadline;
  const deadlineMs = deadline === undefined ? endMs : addDuration(endMs, durationOf(deadline));
  const passed = parts.time.now() >= deadlineMs ? 'deadline-passed' : 'in-time';
  const acknowledged = reports.reduce((sum, report) => sum + countOf(report.acknowledged), 0);
  // Who still may publish decides it without asking what has landed, and so does having nothing to wait for.
  const undecided = passed === 'deadline-passed' || reports.every(({ final }) => final);
  if (acknowledged === 0 || !undecided) return completenessOf(reports, new Map(), passed);
  const landed = await landedBy(parts.jobs, landedInSpan(eventType.id), { since: startMs, until: endMs });
  return completenessOf(reports, landed, passed);
}
