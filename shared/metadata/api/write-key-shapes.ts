// Owns the shapes in which metadata takes and shows write keys.
import { z } from 'zod';
import { WRITE_KEY_NAME, writeKeyRights } from '../../events/write-key.ts';

/** A name that says which app sends; the secrets of a rotation share it. */
const writeKeyName = z.string().regex(WRITE_KEY_NAME);

export const newWriteKeyShape = z.strictObject({
  name: writeKeyName,
  eventTypes: writeKeyRights.shape.eventTypes,
  origins: writeKeyRights.shape.origins.default([]),
  historical: writeKeyRights.shape.historical.default(false),
  eventsPerSecond: writeKeyRights.shape.eventsPerSecond,
  subjectEventsPerSecond: writeKeyRights.shape.subjectEventsPerSecond,
});

/** What is left out stays; a rate of null is none. */
export const changedWriteKeyShape = z.strictObject({
  eventTypes: writeKeyRights.shape.eventTypes.optional(),
  origins: writeKeyRights.shape.origins.optional(),
  historical: writeKeyRights.shape.historical.optional(),
  eventsPerSecond: writeKeyRights.shape.eventsPerSecond.nullable(),
  subjectEventsPerSecond: writeKeyRights.shape.subjectEventsPerSecond,
});

/** `active`: taken. `retiring`: taken until `revokedAt`, while its successor spreads. `revoked`: not taken. */
const WRITE_KEY_STATES = ['active', 'retiring', 'revoked'] as const;

export const shownWriteKeyShape = z.object({
  /** Tells the secrets of a name apart. */
  id: z.string(),
  name: z.string(),
  state: z.enum(WRITE_KEY_STATES),
  eventTypes: z.array(z.string()),
  origins: z.array(z.string()),
  historical: z.boolean(),
  eventsPerSecond: z.number().optional(),
  /** Null: no limit; without it the default. */
  subjectEventsPerSecond: z.number().nullable().optional(),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
});

/** A key that was just made: the only answer that ever holds the secret. */
export const madeWriteKeyShape = shownWriteKeyShape.extend({ secret: z.string() });

export const writeKeyListShape = z.object({
  keys: z.array(
    shownWriteKeyShape.extend({
      /** What was sent with it in the asked hours, by SDK. */
      usage: z.array(z.object({ sdk: z.string(), requests: z.int(), events: z.int(), lastHour: z.string() })),
    }),
  ),
});

export type ShownWriteKey = Readonly<z.infer<typeof shownWriteKeyShape>>;
export type MadeWriteKeyAnswer = Readonly<z.infer<typeof madeWriteKeyShape>>;
export type WriteKeyList = Readonly<z.infer<typeof writeKeyListShape>>;
