// Owns the route of the numbers that move: events as they arrive, partitions as they stand.
import { endpointsOf } from '#shared/catalog/catalog.ts';
import { UNDECLARED } from '#shared/events/books.ts';
import { parseReport, reportPrefix } from '#shared/events/collector-report.ts';
import { countOf } from '#shared/events/sequence-ranges.ts';
import { type Route, route } from '#shared/http/route.ts';
import { type Counts, countsShape } from '#shared/metadata/api/count-shape.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { keyAt } from '#shared/pipelines/partition-key.ts';
import type { Parts } from '../parts.ts';

export function countRoutes(parts: Parts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/counts',
      summary: 'Events of this hour as collectors acknowledged them, partitions by state, rows in all.',
      allow: ['analyst', 'team', 'compliance', 'service'],
      answer: countsShape,
      handle: async () => ({ json: await counts(parts) }),
    }),
  ];
}

async function counts(parts: Parts): Promise<Counts> {
  const { applied, partitions, time } = parts;
  const { catalog, firstApplied } = applied.require();
  const states: Counts['partitions'] = {};
  let rows = 0;
  for (const { id, kind } of endpointsOf(catalog)) {
    const tally = partitions.tally(id);
    for (const [state, count] of tally.states) states[state] = (states[state] ?? 0) + count;
    if (kind === 'event') rows += tally.rows;
  }
  const sinceMs = firstApplied.values().reduce((first, each) => Math.min(first, each), Infinity);
  return {
    at: formatTimestamp(time.now()),
    ...(sinceMs === Infinity ? {} : { since: formatTimestamp(sinceMs) }),
    events: await eventsOfThisHour(parts),
    partitions: states,
    rows,
  };
}

async function eventsOfThisHour({ store, time }: Parts): Promise<Counts['events']> {
  const hour = keyAt('hour', time.now());
  const types: Record<string, number> = {};
  const verdicts: Record<string, { duplicate: number; rejected: number }> = {};
  for await (const { name } of store.list(reportPrefix(hour))) {
    const found = await store.read(name);
    const report = found === undefined ? undefined : parseReport(found.body);
    for (const [type, ranges] of report?.types ?? []) types[type] = (types[type] ?? 0) + countOf(ranges);
    for (const [type, { duplicate, rejected }] of report?.books ?? []) {
      if (type === UNDECLARED || duplicate + rejected === 0) continue;
      const before = verdicts[type] ?? { duplicate: 0, rejected: 0 };
      verdicts[type] = { duplicate: before.duplicate + duplicate, rejected: before.rejected + rejected };
    }
  }
  return { hour, total: Object.values(types).reduce((sum, count) => sum + count, 0), types, verdicts };
}
