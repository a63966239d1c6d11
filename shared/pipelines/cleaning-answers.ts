// Owns what an erasure asks of pipelines: runs that may hold what it is about to clean, ended; partitions computed again.
import { z } from 'zod';

/** A run, as an erasure that waits for it names it. */
export const runName = z.object({ endpoint: z.string(), key: z.string(), run: z.string() });

/**
 * What became of the runs of endpoints: `ended` will not publish; `committing` were quicker, and whoever cleans waits until their
 * copies are made.
 */
export const fencedShape = z.object({ ended: z.array(runName), committing: z.array(runName) });

/** What asking for a partition to be computed again came to; in every case but `started` it is asked for once more. */
const RECOMPUTE_ANSWERS = [
  'started',
  /** A run has it already. */
  'busy',
  /** Every slot of its pool is taken. */
  'full',
  /** Something that it is made of is not published. */
  'missing',
  /** There is no such partition, or no such endpoint, any more. */
  'unknown',
] as const;

export const recomputeShape = z.object({ state: z.enum(RECOMPUTE_ANSWERS), run: z.string().optional() });

export type ErasedRun = Readonly<z.infer<typeof runName>>;
export type Fenced = { readonly ended: readonly ErasedRun[]; readonly committing: readonly ErasedRun[] };
export type RecomputeAnswer = Readonly<z.infer<typeof recomputeShape>>;
