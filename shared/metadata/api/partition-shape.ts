// Owns the shape in which metadata shows a partition over HTTP.
import { z } from 'zod';
import { CLAIM_REASONS, PARTITION_STATES } from '../../pipelines/partition-record.ts';

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

/** A generation of a partition that a run reads, or has read. */
export const inputPinShape = z.object({ endpoint: z.string(), key: z.string(), generation: z.int() });

/** What is waited for: a partition, or any of an endpoint that has none that would do. */
export const missingInputShape = z.object({
  endpoint: z.string(),
  key: z.string().optional(),
  state: z.union([shownState, z.literal('absent')]),
});

/** One partition by itself: how it stands, what it is made of, what it waits for. */
export const onePartitionShape = partitionShape.extend({
  /** Of the published generation. */
  inputs: z.array(inputPinShape),
  /** Not published yet though it would have to be before this one can be built. */
  missing: z.array(missingInputShape).optional(),
  codeDigest: z.string().optional(),
  /** The run under way, and what it reads. */
  claim: z
    .object({ run: z.string(), reason: z.enum(CLAIM_REASONS), claimedAt: z.string(), inputs: z.array(inputPinShape) })
    .optional(),
  /** The copy under way into its table. */
  commit: z.object({ generation: z.int(), jobId: z.string() }).optional(),
  failure: z
    .object({ code: z.string(), message: z.string().optional(), at: z.string(), retryAt: z.string().optional() })
    .optional(),
});

export type OnePartition = Readonly<z.infer<typeof onePartitionShape>>;
