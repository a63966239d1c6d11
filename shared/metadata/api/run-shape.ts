// Owns the shape in which metadata shows the last runs over HTTP.
import { z } from 'zod';
import { CLAIM_REASONS } from '../../pipelines/partition-record.ts';
import { RUN_OUTCOMES } from '../run-record.ts';
import { shownState } from './partition-shape.ts';

/** The last run of a partition; what is not known of it is not there. */
export const runShape = z.object({
  endpoint: z.string(),
  key: z.string(),
  run: z.string().optional(),
  /** Of the partition, now. */
  state: shownState,
  generation: z.int(),
  rows: z.int(),
  /** When it began or ended, whichever was last. */
  at: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  reason: z.enum(CLAIM_REASONS).optional(),
  /** How it ended; none while it is under way. */
  outcome: z.enum(RUN_OUTCOMES).optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

export const runsShape = z.object({ runs: z.array(runShape) });

export type RunShown = Readonly<z.infer<typeof runShape>>;
