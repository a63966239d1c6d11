// Owns the shape in which metadata shows the books of collectors.
import { z } from 'zod';
import { booksRecord } from '../../events/books.ts';

export const bookListShape = z.object({
  /** The hour that is not over. */
  openHour: z.string(),
  books: z.array(
    booksRecord.extend({
      hour: z.string(),
      /** `undeclared` for events that named no declared type. */
      type: z.string(),
      /** Received events without a verdict; 0 when the books balance. */
      imbalance: z.int(),
    }),
  ),
});

export type BookList = Readonly<z.infer<typeof bookListShape>>;
