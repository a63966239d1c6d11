// Owns the stored record of a subject's keys: what it holds, its canonical JSON, and reading it within bounds.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/digest.ts';
import { LOOKUP_ID_PATTERN } from './derivations.ts';

export const KEYRING_FORMAT = 'keyring/v1';
/** A record holds 50 purposes and 500 visitors in 40 kB; anything near this is not one of ours. */
export const MAX_KEYRING_BYTES = 256 * 1024;
export const MAX_PURPOSES = 64;
/** Visitors that one user was seen as: devices and browsers, and every time the browser's storage was cleared. */
export const MAX_LINKED = 1000;
/** A wrapped AES-256 keyset has 141 bytes at most and a wrapped link secret 65; base64 of a keyset with a few old keys fits too. */
const MAX_WRAPPED_CHARS = 1024;

const lookupId = z.string().regex(LOOKUP_ID_PATTERN);
const purposeName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const generation = z.int().min(1);
const timeMs = z.int().min(0);
const wrapped = z.base64().max(MAX_WRAPPED_CHARS);
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const livePurpose = z.strictObject({
  state: z.literal('live'),
  /** The keyring's generation when these keys were made; part of their associated data. */
  generation,
  /** The epoch whose keyset wraps both secrets. */
  epoch: z.string().min(1).max(64),
  acceptsFromMs: timeMs,
  keyset: wrapped,
  link: wrapped,
});
const shreddedPurpose = z.strictObject({
  state: z.literal('shredded'),
  generation,
  shreddedAtMs: timeMs,
  /** SHA-256 of the canonical JSON of the entry that was destroyed. */
  digest,
  /** The epoch that wrapped it; none when there were no keys. */
  epoch: z.string().min(1).max(64).optional(),
});
const liveKeyring = z.strictObject({
  format: z.literal(KEYRING_FORMAT),
  state: z.literal('live'),
  lookupId,
  /** How often the subject was opened: 1, and one more for each reactivation or renewed consent. */
  generation,
  /** Events dated before this belong to a life that was shredded. */
  acceptsFromMs: timeMs,
  /** Set while an erasure runs: no new keys, no new visitors, nothing sealed or opened. */
  frozenAtMs: timeMs.optional(),
  purposes: z.record(purposeName, z.discriminatedUnion('state', [livePurpose, shreddedPurpose])),
  /** Lookup ids of the visitors that this user was seen as; shredded with it. Sorted. */
  linked: z.array(lookupId).max(MAX_LINKED),
});
const shreddedKeyring = z.strictObject({
  format: z.literal(KEYRING_FORMAT),
  state: z.literal('shredded'),
  lookupId,
  generation,
  shreddedAtMs: timeMs,
  /** SHA-256 of the record's bytes that were destroyed. */
  digest,
  /** The epochs that wrapped its keys at the end, sorted. */
  epochs: z.array(z.string().min(1).max(64)).max(MAX_PURPOSES).optional(),
});
const keyring = z.discriminatedUnion('state', [liveKeyring, shreddedKeyring]);

export type LivePurpose = Readonly<z.infer<typeof livePurpose>>;
export type ShreddedPurpose = Readonly<z.infer<typeof shreddedPurpose>>;
export type PurposeEntry = LivePurpose | ShreddedPurpose;
export type LiveKeyring = Readonly<Omit<z.infer<typeof liveKeyring>, 'purposes' | 'linked'>> & {
  readonly purposes: { readonly [purpose: string]: PurposeEntry };
  readonly linked: readonly string[];
};
/** What is left of a keyring: the name stays taken, so that nothing can make it again. Tombstones never expire. */
export type ShreddedKeyring = Readonly<Omit<z.infer<typeof shreddedKeyring>, 'epochs'>> & {
  readonly epochs?: readonly string[] | undefined;
};
export type Keyring = LiveKeyring | ShreddedKeyring;

/** A record that was read, or where it breaks its format. The problem names fields, never values. */
export type KeyringParsed =
  | { readonly kind: 'keyring'; readonly keyring: Keyring }
  | { readonly kind: 'damaged'; readonly problem: string };

/** The bytes that are stored. */
export function encodeKeyring(keyring: Keyring): Buffer {
  return Buffer.from(canonicalJson(keyring), 'utf8');
}

/** Reads a stored record; `expected` is the name it was stored under, so that a record copied elsewhere is refused. */
export function parseKeyring(bytes: Buffer, expected: string): KeyringParsed {
  if (bytes.length > MAX_KEYRING_BYTES) return { kind: 'damaged', problem: `longer than ${MAX_KEYRING_BYTES} bytes` };
  const json = parseJson(bytes);
  const result = keyring.safeParse(json);
  if (!result.success) return { kind: 'damaged', problem: result.error.issues.map(placeOf).join(', ') };
  if (result.data.lookupId !== expected) return { kind: 'damaged', problem: 'lookupId: is not the name of the record' };
  if (result.data.state === 'live' && Object.keys(result.data.purposes).length > MAX_PURPOSES) {
    return { kind: 'damaged', problem: `purposes: more than ${MAX_PURPOSES}` };
  }
  return { kind: 'keyring', keyring: result.data };
}

/** The epochs that wrap the live keys of a keyring, sorted. */
export function epochsOf(keyring: Keyring): readonly string[] {
  if (keyring.state === 'shredded') return [];
  const live = Object.values(keyring.purposes).flatMap((entry) => (entry.state === 'live' ? [entry.epoch] : []));
  return [...new Set(live)].sort();
}

/** SHA-256 of what is about to be destroyed, for its tombstone. */
export function digestOfRecord(bytes: Buffer): string {
  return sha256Hex(bytes);
}

function placeOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.length === 0 ? 'record' : issue.path.join('.')}: ${issue.code}`;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // No JSON at all is refused by the schema like any other wrong form.
    return undefined;
  }
}
