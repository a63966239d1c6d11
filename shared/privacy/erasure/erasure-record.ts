// Owns the record of an erasure: what was asked, how far it is and what each step left behind. It names no person: who it is about
// is in the sealed scope, and here there are salted digests and counts only.
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { ERASURE_STATES } from './erasure-states.ts';
import type { ErasureState } from './erasure-states.ts';
import { SCOPE_ACTIONS } from './scope-plan.ts';

export const ERASURE_FORMAT = 'erasure/v1';
/** Grounds of Art. 17(1) GDPR in short, and what a test or the demo says. */
export const ERASURE_BASES = [
  'request',
  'consent-withdrawn',
  'no-longer-needed',
  'objection',
  'unlawful',
  'legal-duty',
  'drill',
] as const;
/**
 * How it is known that whoever asks may ask (Art. 12(6) GDPR): signed in to the account, shown a document, vouched for by the officer
 * who asks. `pending`: not known yet, and nothing happens until it is.
 */
export const VERIFICATIONS = ['account', 'document', 'officer', 'pending'] as const;
/** What a legal hold does to an erasure: `keep` leaves everything in use, `restrict` also freezes the keys. */
export const HOLD_MODES = ['keep', 'restrict'] as const;
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const timeMs = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const scopeItem = z.strictObject({
  endpoint: z.string(),
  action: z.enum(SCOPE_ACTIONS),
  reason: z.string(),
  tokenColumns: z.array(z.string()).optional(),
  recipients: z.array(z.string()).optional(),
});
export const cleanedEndpoint = z.strictObject({
  endpoint: z.string(),
  action: z.enum(['row-delete', 'recompute']),
  /** Partitions that were computed anew. */
  partitions: count.optional(),
  /** Rows deleted, or rows of the partitions that were computed anew. */
  rows: count,
  /** Jobs or runs that did it. */
  runs: z.array(z.string()),
});
const destroyedKeyring = z.strictObject({
  generation: z.int().min(1),
  shreddedAtMs: timeMs,
  /** Salted digest of the record that was destroyed. */
  record: digest,
  /** Salted digest of the name of the object. */
  object: digest,
  /** The store's revision of the tombstone. */
  revision: z.string(),
  /** The epochs whose keysets wrapped it, with their key versions. */
  epochs: z.array(z.strictObject({ id: z.string(), keyVersion: z.string(), openedAtMs: timeMs })),
});
const probe = z.strictObject({
  /** What was tried, such as `keyring reads as a tombstone`. */
  name: z.string(),
  tried: count,
  /** How many came out as they must. */
  passed: count,
});

/** What each step leaves in the record. */
const steps = {
  verified: z.strictObject({ atMs: timeMs, by: z.enum(VERIFICATIONS).exclude(['pending']) }),
  scoped: z.strictObject({ atMs: timeMs, plan: z.array(scopeItem) }),
  held: z.strictObject({ atMs: timeMs, hold: z.string() }),
  restricted: z.strictObject({ atMs: timeMs, hold: z.string() }),
  exported: z.strictObject({ atMs: timeMs, export: z.string(), rows: count }),
  frozen: z.strictObject({ atMs: timeMs, keyrings: count, tokens: count }),
  shredded: z.strictObject({ atMs: timeMs, keyrings: z.array(destroyedKeyring) }),
  waited: z.strictObject({ atMs: timeMs, boundMs: count }),
  'rows-cleaned': z.strictObject({ atMs: timeMs, endpoints: z.array(cleanedEndpoint) }),
  'recipients-told': z.strictObject({
    atMs: timeMs,
    recipients: z.array(z.strictObject({ recipient: z.string(), endpoints: z.array(z.string()) })),
  }),
  proved: z.strictObject({ atMs: timeMs, probes: z.array(probe).min(1) }),
  certified: z.strictObject({ atMs: timeMs, sequence: count, hash: digest }),
  /** Numbers of the addenda in the ledger, one for each epoch. */
  hardened: z.strictObject({ atMs: timeMs, addenda: z.array(count) }),
} as const satisfies { readonly [State in Exclude<ErasureState, 'received'>]: z.ZodObject };

const erasureRecord = z.strictObject({
  format: z.literal(ERASURE_FORMAT),
  /** Made at random: nothing about the person is in it. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{7,63}$/),
  state: z.custom<ErasureState>((value) => typeof value === 'string' && Object.hasOwn(ERASURE_STATES, value)),
  basis: z.enum(ERASURE_BASES),
  /** The one purpose that is forgotten, as a withdrawal of consent asks; without it the whole person is. */
  purpose: z.string().optional(),
  verification: z.enum(VERIFICATIONS).default('officer'),
  /** The person asked for what is held of them before it goes. */
  export: z.literal('asked').optional(),
  /** The legal hold that keeps it from going on, for as long as there is one. */
  hold: z.strictObject({ id: z.string(), mode: z.enum(HOLD_MODES), untilMs: timeMs.optional() }).optional(),
  /** When somebody extended the time by two months (Art. 12(3) GDPR), which the person was told. */
  extendedAtMs: timeMs.optional(),
  /** The share of the time of which somebody was alerted last. */
  alerted: z.union([z.literal(0.5), z.literal(0.8), z.literal(1)]).optional(),
  receivedAtMs: timeMs,
  dueAtMs: timeMs,
  /** 16 random bytes in base64, of this request alone, for every digest in it. */
  salt: z.base64().length(24),
  /** Salted digest of the lookup id: whoever holds pepper and user id can confirm whom it is about, nobody else can. */
  subject: digest,
  steps: z.strictObject(steps).partial(),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The stored record of an erasure. */
export type ErasureRecord = DeepReadonly<z.infer<typeof erasureRecord>>;
export type ErasureStepName = keyof typeof steps;
/** What a step reports, without its time. */
export type StepReport<Step extends ErasureStepName> = Omit<DeepReadonly<z.infer<(typeof steps)[Step]>>, 'atMs'>;
export type ErasureBasis = (typeof ERASURE_BASES)[number];
export type DestroyedKeyring = DeepReadonly<z.infer<typeof destroyedKeyring>>;
export type Verification = (typeof VERIFICATIONS)[number];
export type HoldMode = (typeof HOLD_MODES)[number];
export type CleanedEndpoint = DeepReadonly<z.infer<typeof cleanedEndpoint>>;
export type Probe = DeepReadonly<z.infer<typeof probe>>;

export function encodeErasure(record: ErasureRecord): Buffer {
  return Buffer.from(canonicalJson(record), 'utf8');
}

/** Reads a stored record; undefined when it is damaged. */
export function parseErasure(bytes: Buffer): ErasureRecord | undefined {
  if (bytes.length > MAX_RECORD_BYTES) return undefined;
  try {
    const result = erasureRecord.safeParse(JSON.parse(bytes.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    // No JSON at all is as damaged as a wrong form.
    return undefined;
  }
}
