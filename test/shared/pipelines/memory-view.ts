// Owns partitions in memory, as rules see them, and moments made of them for tests.
import assert from 'node:assert/strict';
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Endpoint, EventEndpoint, SqlEndpoint } from '#shared/catalog/endpoint.ts';
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import type { Moment, PartitionsView } from '#shared/pipelines/horizon.ts';
import { type PartitionKey, parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';
import { compiled, filesWith } from '#test/shared/catalog/declarations.ts';

export function id(text: string): EndpointId {
  const parsed = parseId('endpoint', text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

export function key(text: string): PartitionKey {
  const parsed = parsePartitionKey(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

export function at(text: string): number {
  const epochMs = parseTimestamp(text);
  assert.ok(epochMs !== undefined, text);
  return epochMs;
}

/** Summaries by `endpoint key`, in any order. */
export type Stored = Readonly<Record<string, Partial<PartitionSummary>>>;

export function viewOf(stored: Stored): PartitionsView {
  const all = new Map<string, PartitionSummary>(
    Object.entries(stored).map(([name, summary]) => [
      name,
      { state: 'published', generation: 1, rows: 0, ...summary } satisfies PartitionSummary,
    ]),
  );
  const keys = (endpoint: EndpointId): readonly PartitionKey[] =>
    [...all.keys()]
      .filter((name) => name.startsWith(`${endpoint} `))
      .map((name) => key(name.slice(endpoint.length + 1)))
      .sort();
  const summary = (endpoint: EndpointId, partition: PartitionKey): PartitionSummary | undefined =>
    all.get(`${endpoint} ${partition}`);
  return {
    summary,
    keys,
    active: (endpoint) =>
      keys(endpoint).filter(
        (partition) => !['published', 'skipped'].includes(summary(endpoint, partition)?.state ?? ''),
      ),
  };
}

/** A pipeline by day that reads `music.played`, with more lines of YAML and another query where a test needs them. */
export function dailyPipeline(more = '', from = 'music.played'): Readonly<Record<string, string>> {
  return pipeline('music/daily', from, more);
}

export function pipeline(folder: string, from: string, more = '', grain = 'day'): Readonly<Record<string, string>> {
  const column = grain === 'hour' ? 'hour: {type: TIMESTAMP}' : 'day: {type: DATE}';
  const name = grain === 'hour' ? 'hour' : 'day';
  const time = from === 'music.played' ? 'hour' : 'day';
  const value = time === 'hour' && grain !== 'hour' ? 'DATE(hour)' : time;
  return {
    [`sql/${folder}/endpoint.yaml`]: [
      'description: Something about music.',
      'owner: team-a',
      `partition: {column: ${name}, grain: ${grain}, start: 2026-01-01}`,
      'retention: P300D',
      `columns: {${column}, n: {type: INT64}}`,
      more,
    ].join('\n'),
    [`sql/${folder}/query.sql`]: `SELECT ${value} AS ${name}, COUNT(*) AS n FROM ${from} GROUP BY ${name}`,
  };
}

export function catalogWith(...changed: readonly Readonly<Record<string, string>>[]): Catalog {
  return compiled(filesWith(Object.assign({}, ...changed) as Record<string, string>));
}

export function moment(
  catalog: Catalog,
  nowText: string,
  stored: Stored = {},
  firstApplied: Readonly<Record<string, string>> = {},
): Moment {
  return {
    catalog,
    nowMs: at(nowText),
    view: viewOf(stored),
    firstApplied: new Map(Object.entries(firstApplied).map(([name, time]) => [name, at(time)])),
  };
}

export function endpointIn(catalog: Catalog, name: string): Endpoint {
  const endpoint = catalog.endpoints[id(name)];
  assert.ok(endpoint !== undefined, name);
  return endpoint;
}

export function sqlEndpoint(catalog: Catalog, name: string): SqlEndpoint {
  const endpoint = endpointIn(catalog, name);
  assert.ok(endpoint.kind === 'sql');
  return endpoint;
}

export function eventEndpoint(catalog: Catalog, name: string): EventEndpoint {
  const endpoint = endpointIn(catalog, name);
  assert.ok(endpoint.kind === 'event');
  return endpoint;
}
