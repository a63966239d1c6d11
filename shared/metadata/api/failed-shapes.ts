// Owns the shapes in which metadata shows failed events: never the original, which only privacy opens.
import { z } from 'zod';

const text = z.string().nullable();

export const failedEventsShape = z.object({
  events: z.array(
    z.object({
      id: z.string(),
      failedAt: z.string(),
      /** Null when it named no declared type. */
      type: text,
      code: z.string(),
      path: text,
      declaration: text,
      writeKey: z.string(),
      sdk: text,
      release: text,
      /** What the last replay came to; null without one. */
      replay: z.object({ status: z.string(), code: text }).nullable(),
    }),
  ),
});

export const failedCountsShape = z.object({
  counts: z.array(
    z.object({
      type: text,
      code: z.string(),
      path: text,
      sdk: text,
      release: text,
      events: z.int(),
      /** Of them: those that a replay has brought in. */
      replayed: z.int(),
      firstAt: z.string(),
      lastAt: z.string(),
    }),
  ),
});

export type FailedEvents = Readonly<z.infer<typeof failedEventsShape>>;
export type FailedCounts = Readonly<z.infer<typeof failedCountsShape>>;
