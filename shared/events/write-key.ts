// Owns the write key: the credential of one sending app, how it is kept (by hash only), and what it allows.
import { z } from 'zod';
import { sha256Hex } from '../platform/digest.ts';
import type { EventTypeId } from '../platform/ids.ts';
import { parseJsonBytes } from '../platform/json-bytes.ts';

/** A secret as it is shown once: 32 random bytes behind a prefix that secret scanners recognise. */
const SECRET_PATTERN = /^tw_[A-Za-z0-9_-]{43}$/;
/** Stands for every event type, or every origin. */
const ANY = '*';

const timestamp = z.iso.datetime({ offset: true });

const writeKeyRecord = z.object({
  /** For people and for logs; the keys of a rotation share it. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  eventTypes: z.array(z.string()),
  origins: z.array(z.string()),
  /** Whether it may send history: imports, which are placed by when they happened. */
  historical: z.boolean(),
  createdAt: timestamp,
  revokedAt: timestamp.optional(),
  /** Events a second in the long run, with bursts of ten times as many; without it, as many as can be taken. */
  eventsPerSecond: z.number().positive().optional(),
});

export type WriteKey = Readonly<z.infer<typeof writeKeyRecord>>;

/** The object of the state bucket that holds the key of a secret; undefined for a text that is no secret. */
export function writeKeyObject(secret: string): string | undefined {
  return SECRET_PATTERN.test(secret) ? `write-keys/${sha256Hex(secret)}` : undefined;
}

/** Reads a stored key; undefined when it is damaged. */
export function parseWriteKey(body: Uint8Array): WriteKey | undefined {
  const result = writeKeyRecord.safeParse(parseJsonBytes(body));
  return result.success ? result.data : undefined;
}

/** Whether the key may send events of a type. */
export function maySend({ eventTypes }: WriteKey, type: EventTypeId): boolean {
  return eventTypes.includes(ANY) || eventTypes.includes(type);
}

/** Whether the key may be used from the origin that a browser names; programs name none. */
export function mayComeFrom({ origins }: WriteKey, origin: string | undefined): boolean {
  return origin === undefined || origins.includes(ANY) || origins.includes(origin);
}
