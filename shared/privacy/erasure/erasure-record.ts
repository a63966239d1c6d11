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
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const timeMs = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const scopeItem = z.strictObject({
  endpoint: z.string(),
  action: z.enum(SCOPE_ACTIONS),
  reason: z.string(),
  tokenColumns: z.array(z.string()).optional(),
});
const cleanedEndpoint = z.strictObject({
  endpoint: z.string(),
  action: z.enum(['row-delete', 'recompute']),
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
  scoped: z.strictObject({ atMs: timeMs, plan: z.array(scopeItem) }),
  frozen: z.strictObject({ atMs: timeMs, keyrings: count, tokens: count }),
  shredded: z.strictObject({ atMs: timeMs, keyrings: z.array(destroyedKeyring) }),
  waited: z.strictObject({ atMs: timeMs, boundMs: count }),
  'rows-cleaned': z.strictObject({ atMs: timeMs, endpoints: z.array(cleanedEndpoint) }),
  proved: z.strictObject({ atMs: timeMs, probes: z.array(probe).min(1) }),
  certified: z.strictObject({ atMs: timeMs, sequence: count, hash: digest }),
} as const satisfies { readonly [State in Exclude<ErasureState, 'received'>]: z.ZodObject };

const erasureRecord = z.strictObject({
  format: z.literal(ERASURE_FORMAT),
  /** Made at random: nothing about the person is in it. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{7,63}$/),
  state: z.custom<ErasureState>((value) => typeof value === 'string' && Object.hasOwn(ERASURE_STATES, value)),
  basis: z.enum(ERASURE_BASES),
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
