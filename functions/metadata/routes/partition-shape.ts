// Owns how a partition is shown to people and programs.
import { isKnown, knownKeys, type Moment } from '#shared/pipelines/horizon.ts';
import { PARTITION_STATES, type PartitionName } from '#shared/pipelines/partition-record.ts';
import type { PartitionSummary } from '#shared/pipelines/partition-summary.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { formatTimestamp } from '#shared/platform/timestamp.ts';
import { z } from 'zod';

/** A partition that exists or is expected. */
export const partitionShape = z.object({
  key: z.string(),
  state: z.enum(['expected', ...PARTITION_STATES]),
  /** How often it was published. */
  generation: z.int(),
  rows: z.int(),
  publishedAt: z.string().optional(),
  /** The run under way, else the one that published it. */
  run: z.string().optional(),
  claimedAt: z.string().optional(),
  failure: z.object({ code: z.string(), at: z.string(), retryAt: z.string().optional() }).optional(),
});

export type PartitionShown = z.infer<typeof partitionShape>;

/** Every partition of an endpoint that exists or is expected, oldest first. */
export function showPartitions(moment: Moment, endpoint: EndpointId): readonly PartitionShown[] {
  return knownKeys(moment, endpoint).map((key) => showPartition({ endpoint, key }, moment.view.summary(endpoint, key)));
}

/** One of them; undefined when there is no such partition. */
export function showKnown(moment: Moment, name: PartitionName): PartitionShown | undefined {
  if (!isKnown(moment, name.endpoint, name.key)) return undefined;
  return showPartition(name, moment.view.summary(name.endpoint, name.key));
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
