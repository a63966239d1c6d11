// Owns asking the raw tables what has landed.
import { rangesOf, type SequenceRange, type SequenceRanges } from '#shared/events/sequence-ranges.ts';
import type { Jobs } from '#shared/gcp/jobs.ts';
import { type BootId, parseId } from '#shared/platform/ids.ts';
import { LANDED_COLUMNS } from '#shared/pipelines/landed-query.ts';

/** The sequences of each boot that a query of `landed-query.ts` finds. */
export async function landedBy(
  jobs: Pick<Jobs, 'rows'>,
  sql: string,
  parameters: Readonly<Record<string, number | string>>,
): Promise<ReadonlyMap<BootId, SequenceRanges>> {
  const found = new Map<BootId, SequenceRange[]>();
  for (const row of await jobs.rows(sql, parameters)) {
    const boot = parseId('boot', row[LANDED_COLUMNS.boot] ?? '');
    const [first, last] = [Number(row[LANDED_COLUMNS.first]), Number(row[LANDED_COLUMNS.last])];
    if (boot === undefined || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) continue;
    found.set(boot, [...(found.get(boot) ?? []), [first, last]]);
  }
  return new Map([...found].map(([boot, ranges]) => [boot, rangesOf(ranges)]));
}
