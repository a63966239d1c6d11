// Owns the shape in which metadata shows the numbers that move.
import { z } from 'zod';
import { shownState } from './partition-shape.ts';

/** Events that were not accepted. */
export const otherVerdictsShape = z.object({ duplicate: z.int(), rejected: z.int() });

export const countsShape = z.object({
  at: z.string(),
  /** When the first event type was applied: how old the platform is. */
  since: z.string().optional(),
  events: z.object({
    hour: z.string(),
    total: z.int(),
    /** Acknowledged since the hour began, by event type. */
    types: z.record(z.string(), z.int()),
    /** What else collectors answered since then; none of a type about which they said nothing. */
    verdicts: z.record(z.string(), otherVerdictsShape),
  }),
  /** Stored partitions by state. */
  partitions: z.partialRecord(shownState, z.int()),
  /** Rows of all published partitions of event endpoints. */
  rows: z.int(),
});

export type Counts = Readonly<z.infer<typeof countsShape>>;
