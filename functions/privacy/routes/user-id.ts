// Owns how a person is named in a request: by the user id that the apps send, in the body and never in a path, where it would be logged.
import { z } from 'zod';
import { MAX_SUBJECT_ID_LENGTH } from '#shared/events/limits.ts';

export const userId = z
  .string()
  .min(1)
  .max(MAX_SUBJECT_ID_LENGTH)
  .refine((id) => id.isWellFormed())
  .describe('As the apps send it. Neither stored nor logged.');

export const purposeName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
