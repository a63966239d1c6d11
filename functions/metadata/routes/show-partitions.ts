// Owns how a partition is shown to people and programs.
import type { OnePartition, PartitionShown } from '#shared/metadata/api/partition-shape.ts';
import { isKnown, knownKeys, type Moment } from '#shared/pipelines/horizon.ts';
import type { PartitionName, PartitionRecord } from '#shared/pipelines/partition-record.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';
import { readinessOf } from '#shared/pipelines/readiness.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';

/** Every partition of an endpoint that exists or is expected, oldest first. */
export function showPartitions(moment: Moment, endpoint: EndpointId): readonly PartitionShown[] {
  return showNewest(moment, endpoint, Infinity).partitions;
}

/** The newest partitions of an endpoint, oldest first, and how many there are in all. */
export function showNewest(
  moment: Moment,
  endpoint: EndpointId,
  last: number,
): { readonly total: number; readonly partitions: PartitionShown[] } {
  const keys = knownKeys(moment, endpoint);
  const shown = keys.slice(-Math.min(last, keys.length));
  return {
    total: keys.length,
    partitions: shown.map((key) => showPartition({ endpoint, key }, moment.view.summary(endpoint, key))),
  };
}

/** One of them with what its record says; undefined when there is no such partition. */
export function showOne(
  moment: Moment,
  name: PartitionName,
  record: PartitionRecord | undefined,
): OnePartition | undefined {
  if (!isKnown(moment, name.endpoint, name.key)) return undefined;
  const endpoint = moment.catalog.endpoints[name.endpoint];
  const readiness = endpoint?.kind === 'sql' ? readinessOf(moment, endpoint, name.key) : undefined;
  return {
    ...showPartition(name, moment.view.summary(name.endpoint, name.key)),
    ...detailsOf(record),
    ...(readiness?.kind === 'missing' ? { missing: [...readiness.missing] } : {}),
  };
}

function detailsOf(record: PartitionRecord | undefined): Pick<OnePartition, 'inputs'> & Partial<OnePartition> {
  if (record === undefined) return { inputs: [] };
  const { inputs, codeDigest, claim, commit, failure } = record;
  return {
    inputs,
    ...(codeDigest === undefined ? {} : { codeDigest }),
    ...(claim === undefined ? {} : { claim }),
    ...(commit === undefined ? {} : { commit }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function showPartition({ key }: PartitionName, summary: PartitionSummary | undefined): PartitionShown {
  if (summary === undefined) return { key, state: 'expected', generation: 0, rows: 0 };
  const { state, generation, rows, run, publishedMs, claimedMs, failedMs, retryMs, failureCode } = summary;
  return {
    key,
    state,
    generation,
    rows,
    ...(publishedMs === undefined ? {} : { publishedAt: formatTimestamp(publishedMs) }),
    ...(run === undefined ? {} : { run }),
    ...(claimedMs === undefined ? {} : { claimedAt: formatTimestamp(claimedMs) }),
    ...(failureCode === undefined || failedMs === undefined
      ? {}
      : {
          failure: {
            code: failureCode,
            at: formatTimestamp(failedMs),
            ...(retryMs === undefined ? {} : { retryAt: formatTimestamp(retryMs) }),
          },
        }),
  };
}
