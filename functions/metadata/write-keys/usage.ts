// Owns how write keys were used lately, out of what collectors tell of their hours.
import { parseReport, reportPrefix, REPORTS_PREFIX } from '#shared/events/collector-report.ts';
import { type KeyUsage, sumUsage } from '#shared/events/key-usage.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { keyAt, type PartitionKey } from '#shared/pipelines/partition-key.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';

/** A usage with the last hour in which it was seen. */
export interface LateUsage extends KeyUsage {
  readonly lastHour: PartitionKey;
}

const READS_AT_ONCE = 8;

/** What was sent since a moment, by secret and SDK, most events first. */
export async function usageSince(
  store: Pick<ObjectStore, 'read' | 'list'>,
  sinceMs: number,
): Promise<readonly LateUsage[]> {
  const names: string[] = [];
  const from = reportPrefix(keyAt('hour', sinceMs));
  for await (const { name } of store.list(REPORTS_PREFIX, { from })) names.push(name);
  const found: { readonly usage: KeyUsage; readonly hour: PartitionKey }[] = [];
  await mapAtOnce(names, READS_AT_ONCE, async (name) => {
    const stored = await store.read(name);
    const report = stored === undefined ? undefined : parseReport(stored.body);
    for (const usage of report?.usage ?? []) if (report !== undefined) found.push({ usage, hour: report.hour });
  });
  const lastHours = new Map<string, PartitionKey>();
  for (const { usage, hour } of found) {
    const name = nameOf(usage);
    if ((lastHours.get(name) ?? '') < hour) lastHours.set(name, hour);
  }
  return sumUsage(found.map(({ usage }) => usage))
    .map((usage) => ({ ...usage, lastHour: lastHours.get(nameOf(usage)) ?? keyAt('hour', sinceMs) }))
    .toSorted((a, b) => b.events - a.events);
}

function nameOf({ writeKey, id, sdk }: KeyUsage): string {
  return `${id} ${writeKey} ${sdk}`;
}
