// Owns what is told of a leak canary over HTTP, and what `trib canary` reads of it.
import { z } from 'zod';

const count = z.int();

export const canaryShape = z.object({
  id: z.string(),
  sentAt: z.string(),
  finishedAt: z.string().optional(),
  done: z.boolean(),
  passed: z.boolean().describe('Whether nothing was found; false while it is under way.'),
  seesClear: z.boolean().describe('Whether what was sent in clear was found, without which the search says nothing.'),
  searched: z.object({
    tables: count,
    rows: count,
    logLines: count.describe(
      'Those of the rows that functions and workflows logged; 0 where no dataset has their logs.',
    ),
    objects: count.describe('Those that were written since the canaries were sent.'),
    bytes: count,
  }),
  found: z.array(z.object({ place: z.string(), trace: z.string() })),
  unread: z.array(z.string()).describe('Tables that are too large to be read.'),
  againAfterSeconds: count.optional(),
});

export type CanaryAnswer = z.infer<typeof canaryShape>;
