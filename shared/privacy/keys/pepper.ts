// Owns the pepper: the one secret under which user ids become lookup ids, wrapped by the key management service, made once, kept for ever.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { HmacKey } from './hmac-key.ts';
import type { KeyWrapper, Stored, Written } from './key-stores.ts';

const PEPPER_BYTES = 32;

const pepperRecord = z.strictObject({
  format: z.literal('pepper/v1'),
  /** Resource name of the KMS key version that wraps it; not one of an epoch's, because this one is never destroyed. */
  keyVersion: z.string().min(1).max(512),
  wrapped: z.base64().max(4096),
});

/** Where the wrapped pepper is kept. */
export interface PepperStore {
  read(): Promise<Stored | undefined>;
  /** Writes only where nothing is. */
  create(bytes: Buffer): Promise<Written>;
}

/** The pepper, or why it cannot be had: without it no user can be found, so nothing may be collected. */
export type PepperFound = { readonly kind: 'pepper'; readonly pepper: HmacKey } | { readonly kind: 'damaged' };

/** Opens the pepper, making it when there is none. Of two that make it at once the first one stored wins. */
export async function openPepper(store: PepperStore, wrapper: KeyWrapper, keyVersion: string): Promise<PepperFound> {
  const stored = (await store.read()) ?? (await make(store, wrapper, keyVersion));
  const record = stored === undefined ? undefined : parse(stored.bytes);
  if (record === undefined) return { kind: 'damaged' };
  const unwrapped = await wrapper.unwrap(record.keyVersion, Buffer.from(record.wrapped, 'base64'));
  if (unwrapped.kind !== 'unwrapped' || unwrapped.plaintext.length !== PEPPER_BYTES) return { kind: 'damaged' };
  const pepper = new HmacKey(unwrapped.plaintext);
  unwrapped.plaintext.fill(0);
  return { kind: 'pepper', pepper };
}

async function make(store: PepperStore, wrapper: KeyWrapper, keyVersion: string): Promise<Stored | undefined> {
  const secret = randomBytes(PEPPER_BYTES);
  const wrapped = await wrapper.wrap(keyVersion, secret);
  secret.fill(0);
  const record = { format: 'pepper/v1', keyVersion, wrapped: wrapped.toString('base64') };
  await store.create(Buffer.from(canonicalJson(record), 'utf8'));
  return store.read();
}

function parse(bytes: Buffer): z.infer<typeof pepperRecord> | undefined {
  try {
    const result = pepperRecord.safeParse(JSON.parse(bytes.toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    // No JSON at all is as damaged as a wrong form.
    return undefined;
  }
}
