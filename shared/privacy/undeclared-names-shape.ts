// Owns the shape in which privacy tells the names of failed events that nothing declares.
import { z } from 'zod';

export const undeclaredNamesShape = z.object({
  names: z.array(
    z.object({
      code: z.string(),
      /** Null for native events. */
      protocol: z.string().nullable(),
      writeKey: z.string(),
      /** As a mapping file writes it; of native events the type. Null where it was no text. */
      name: z.string().nullable(),
      events: z.int(),
      people: z.int(),
      firstAt: z.string(),
      lastAt: z.string(),
      /** What becomes of such an event now. */
      now: z.enum(['undeclared', 'declared', 'dropped']),
    }),
  ),
  /** Names that fewer people sent than asked for. */
  rare: z.object({ names: z.int(), events: z.int() }),
  /** How many such events there are, and how many of them were looked at. */
  total: z.int(),
  looked: z.int(),
  shredded: z.int(),
  unreadable: z.int(),
});

export type UndeclaredNamesAnswer = Readonly<z.infer<typeof undeclaredNamesShape>>;
