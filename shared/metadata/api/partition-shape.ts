// Owns the shape in which metadata shows a partition over HTTP.
import { z } from 'zod';
import { PARTITION_STATES } from '../../pipelines/partition-record.ts';

/** What a partition that is shown may be: `expected` ones have no record. */
export const shownState = z.enum(['expected', ...PARTITION_STATES]);

/** A partition that exists or is expected. */
export const partitionShape = z.object({
  key: z.string(),
  state: shownState,
  /** How often it was published. */
  generation: z.int(),
  rows: z.int(),
  publishedAt: z.string().optional(),
  /** The run under way, else the one that published it. */
  run: z.string().optional(),
  claimedAt: z.string().optional(),
  failure: z.object({ code: z.string(), at: z.string(), retryAt: z.string().optional() }).optional(),
});

export type PartitionShown = Readonly<z.infer<typeof partitionShape>>;

/** The newest partitions of some endpoints. */
export const newestPartitionsShape = z.object({
  endpoints: z.array(
    z.object({
      id: z.string(),
      /** How many there are in all. */
      total: z.int(),
      /** The newest of them, oldest first. */
      partitions: z.array(partitionShape),
    }),
  ),
});

export type NewestPartitions = Readonly<z.infer<typeof newestPartitionsShape>>;
