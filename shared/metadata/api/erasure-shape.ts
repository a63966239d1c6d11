// Owns the shape in which metadata shows how far erasures are: never whom they are about, nor why they were asked for.
import { z } from 'zod';
import { ERASURE_STATES, type ErasureState } from '../../privacy/erasure/erasure-states.ts';

// The table's keys are the states, in order.
export const erasureState = z.enum(Object.keys(ERASURE_STATES) as [ErasureState, ...ErasureState[]]);

export const erasureShape = z.object({
  id: z.string(),
  state: erasureState,
  /** What has happened when it is in that state. */
  meaning: z.string(),
  receivedAt: z.string(),
  dueAt: z.string(),
  /** Once it has its certificate. */
  certifiedAt: z.string().optional(),
});

export const erasuresShape = z.object({ erasures: z.array(erasureShape) });

export type ErasureShown = Readonly<z.infer<typeof erasureShape>>;
