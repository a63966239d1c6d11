// Owns whether what arrived live for a partition is complete: what every collector said about its hours, against what has landed.
import type { EventType } from '#shared/catalog/event-type.ts';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { type CollectorReport, parseReport, reportPrefix } from '#shared/events/collector-report.ts';
import { type BootReport, type Completeness, completenessOf } from '#shared/events/completeness.ts';
import { countOf, union } from '#shared/events/sequence-ranges.ts';
import { addDuration, durationOf } from '#shared/platform/duration.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import { landedInSpan } from '#shared/pipelines/landed-query.ts';
import { boundsOf, keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { mapAtOnce } from '../at-once.ts';
import type { Parts } from '../parts.ts';
import { landedBy } from './landed.ts';

const READS_AT_ONCE = 8;
/** What every report's name begins with. */
const REPORTS = 'collectors/';

const COMPLETE: Completeness = { kind: 'complete' };
/** Partitions remembered as complete: those that somebody is about to close. */
const REMEMBERED = 5000;

/** Counts what has landed, and remembers what was found complete: that stays so. */
export class CompletePartitions {
  readonly #complete = new Set<string>();

  /** How the live rows of a partition stand that has ended. */
  async look(parts: Parts, catalog: Catalog, eventType: EventType, key: PartitionKey): Promise<Completeness> {
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
  parts: Parts,
  catalog: Catalog,
  eventType: EventType,
  key: PartitionKey,
): Promise<Completeness> {
  const { startMs, endMs } = boundsOf(key);
  const reports = bootReports(await reportsOf(parts, startMs, endMs), eventType.id);
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

/** The reports of all hours of a span: their names are in order of the hours. */
async function reportsOf({ store }: Parts, startMs: number, endMs: number): Promise<readonly CollectorReport[]> {
  const [from, before] = [startMs, endMs].map((epochMs) => reportPrefix(keyAt('hour', epochMs)));
  const names: string[] = [];
  const range = { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) };
  for await (const { name } of store.list(REPORTS, range)) names.push(name);
  const reports = await mapAtOnce(names, READS_AT_ONCE, async (name) => {
    const found = await store.read(name);
    return found === undefined ? undefined : parseReport(found.body);
  });
  return reports.filter((report) => report !== undefined);
}

/** What each boot says about one event type, over all hours. */
function bootReports(reports: readonly CollectorReport[], type: EventTypeId): readonly BootReport[] {
  const byBoot = new Map<BootId, BootReport>();
  for (const { boot, final, types } of reports) {
    const known = byBoot.get(boot);
    const acknowledged = union(known?.acknowledged ?? [], types.get(type) ?? []);
    byBoot.set(boot, { boot, acknowledged, final: final && (known?.final ?? true) });
  }
  return [...byBoot.values()];
}
