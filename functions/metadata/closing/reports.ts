// Owns reading what collectors said about the hours of a span.
import { type CollectorReport, parseReport, reportPrefix, REPORTS_PREFIX } from '#shared/events/collector-report.ts';
import type { BootReport } from '#shared/events/completeness.ts';
import { union } from '#shared/events/sequence-ranges.ts';
import type { BootId, EventTypeId } from '#shared/platform/ids.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';

const READS_AT_ONCE = 8;

/** The reports of all hours of a span: their names are in order of the hours. */
export async function reportsOf(
  store: Pick<ObjectStore, 'read' | 'list'>,
  startMs: number,
  endMs: number,
): Promise<readonly CollectorReport[]> {
  const [from, before] = [startMs, endMs].map((epochMs) => reportPrefix(keyAt('hour', epochMs)));
  const names: string[] = [];
  const range = { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) };
  for await (const { name } of store.list(REPORTS_PREFIX, range)) names.push(name);
  const reports = await mapAtOnce(names, READS_AT_ONCE, async (name) => {
    const found = await store.read(name);
    return found === undefined ? undefined : parseReport(found.body);
  });
  return reports.filter((report) => report !== undefined);
}

/** What each boot says about one event type, over all hours. */
export function bootReports(reports: readonly CollectorReport[], type: EventTypeId): readonly BootReport[] {
  const byBoot = new Map<BootId, BootReport>();
  for (const { boot, final, types } of reports) {
    const known = byBoot.get(boot);
    const acknowledged = union(known?.acknowledged ?? [], types.get(type) ?? []);
    byBoot.set(boot, { boot, acknowledged, final: final && (known?.final ?? true) });
  }
  return [...byBoot.values()];
}
