// Owns the write key: the credential of one sending app, how it is kept (by hash only), and what it allows.
import { z } from 'zod';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/digest.ts';
import { domainOf, type EventTypeId, parseId } from '../platform/ids.ts';
import { parseJsonBytes } from '../platform/json-bytes.ts';
import { parseTimestamp } from '../platform/timestamp.ts';
import { SUBJECT_EVENTS_PER_SECOND } from './limits.ts';

/** A secret as it is shown once: 32 random bytes behind a prefix that secret scanners recognise. */
const SECRET_PATTERN = /^tw_[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;
/** Stands for every event type; every origin is written so too. */
export const ANY_TYPE = '*';
const ANY = ANY_TYPE;
/** Enough of the hash to tell the secrets of a platform apart; the hash of 32 random bytes leads nowhere. */
const ID_CHARS = 12;

const PREFIX = 'write-keys/';

/** What the objects of all write keys begin with. */
export const WRITE_KEY_PREFIX = PREFIX;

const timestamp = z.iso.datetime({ offset: true });

/** What a write key may be called: it goes into logs and tables. */
export const WRITE_KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What an owner decides about a write key. */
export const writeKeyRights = z.object({
  /** `*`, a domain as `listening.*`, or event types by name. */
  eventTypes: z.array(z.string().refine(isTypePattern, 'no event type')).min(1).max(2000),
  /** `*`, or origins as browsers name them: `https://app.example.com`. Programs name none, and are not held to this. */
  origins: z.array(z.string().refine(isOrigin, 'no origin')).max(100),
  /** Whether it may send history: imports, which are placed by when they happened. */
  historical: z.boolean(),
  /** Events a second in the long run, with bursts of ten times as many; without it, as many as can be taken. */
  eventsPerSecond: z.number().positive().max(1_000_000).optional(),
  /** The same for the events of each subject; without it a default, with null as many as can be taken. Imports are not held to it. */
  subjectEventsPerSecond: z.number().positive().max(1_000_000).nullable().optional(),
});

export type WriteKeyRights = Readonly<z.infer<typeof writeKeyRights>>;

const writeKeyRecord = z.object({
  /** For people and for logs; the keys of a rotation share it. */
  name: z.string().regex(WRITE_KEY_NAME),
  // As they were stored: what is wrong with a name must not take the key from whoever sends.
  eventTypes: z.array(z.string()),
  origins: z.array(z.string()),
  historical: z.boolean(),
  eventsPerSecond: z.number().positive().optional(),
  subjectEventsPerSecond: z.number().positive().nullable().optional(),
  createdAt: timestamp,
  /** From then on it is not taken; in the future while a rotation leaves the old secret in force. */
  revokedAt: timestamp.optional(),
});

export interface WriteKey extends Readonly<z.infer<typeof writeKeyRecord>> {
  /** Which secret it is, once its object is known; not stored. */
  readonly id?: string | undefined;
}

/** A new secret; `random` gives so many random bytes. */
export function newSecret(random: (bytes: number) => Uint8Array): string {
  return `tw_${Buffer.from(random(SECRET_BYTES)).toString('base64url')}`;
}

/** Whether a text has the form of a secret. */
export function isSecret(text: string): boolean {
  return SECRET_PATTERN.test(text);
}

/** The object of the state bucket that holds the key of a secret; undefined for a text that is no secret. */
export function writeKeyObject(secret: string): string | undefined {
  return isSecret(secret) ? `${PREFIX}${sha256Hex(secret)}` : undefined;
}

/** What tells the secrets of a key apart without being one: the beginning of the hash that names its object. */
export function writeKeyId(object: string): string {
  return object.slice(PREFIX.length, PREFIX.length + ID_CHARS);
}

/** Reads a stored key; undefined when it is damaged. */
export function parseWriteKey(body: Uint8Array): WriteKey | undefined {
  const result = writeKeyRecord.safeParse(parseJsonBytes(body));
  return result.success ? result.data : undefined;
}

export function encodeWriteKey(key: WriteKey): string {
  return canonicalJson(writeKeyRecord.parse(key));
}

/** Whether a key is taken at a moment. */
export function isInForce({ revokedAt }: WriteKey, nowMs: number): boolean {
  return revokedAt === undefined || nowMs < (parseTimestamp(revokedAt) ?? -Infinity);
}

/** Whether the key may send events of a type. */
export function maySend({ eventTypes }: WriteKey, type: EventTypeId): boolean {
  return eventTypes.includes(ANY) || eventTypes.includes(type) || eventTypes.includes(`${domainOf(type)}.${ANY}`);
}

/** How many events a second it may send about one subject; undefined when as many as can be taken. */
export function subjectRateOf({ subjectEventsPerSecond }: WriteKey): number | undefined {
  return subjectEventsPerSecond === undefined ? SUBJECT_EVENTS_PER_SECOND : (subjectEventsPerSecond ?? undefined);
}

/** Whether the key may be used from the origin that a browser names; programs name none. */
export function mayComeFrom({ origins }: WriteKey, origin: string | undefined): boolean {
  return origin === undefined || origins.includes(ANY) || origins.includes(origin);
}

function isTypePattern(text: string): boolean {
  return text === ANY || /^[a-z][a-z0-9]{0,29}\.\*$/.test(text) || parseId('eventType', text) !== undefined;
}

/** As browsers write the header: scheme, host and perhaps a port, nothing behind it. https://www.rfc-editor.org/rfc/rfc6454#section-6.2 */
function isOrigin(text: string): boolean {
  if (text === ANY) return true;
  return /^[a-z][a-z0-9+.-]*:\/\//.test(text) && URL.canParse(text) && !/[/?#]/.test(text.replace('://', ''));
}
