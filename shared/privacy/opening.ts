// Owns opening a sealed value by the token that stands beside it: what reveal, export and erasure's probes are made of.
import { SEALED_OVERHEAD_BYTES } from '#lib/tink/aead.ts';
import type { JsonValue } from '../platform/canonical-json.ts';
import { TOKEN_PATTERN } from './keys/derivations.ts';
import type { Keyrings } from './keys/keyrings.ts';
import type { KeyRetry } from './keys/keyring-loader.ts';
import { openFields } from './sealing.ts';
import type { Opened } from './sealing.ts';

/** A sealed value as a row holds it. */
export interface SealedValue {
  readonly purpose: string;
  readonly token: string;
  readonly sealed: Buffer;
}

/** One field of a sealed value; without `value` when the event did not have the field. */
export type OpenedField =
  | { readonly kind: 'plain'; readonly value?: JsonValue }
  | Extract<Opened, { kind: 'shredded' | 'corrupt' }>
  | KeyRetry;

/** Ciphertexts of ours begin with Tink's start byte. */
const TINK_START = 0x01;

/**
 * Opens a sealed value. `shredded`: the token leads to no key any more; as a token that was never ours leads nowhere either, the
 * two look the same. `corrupt`: the key is there and these bytes are not its own, or they cannot be of ours at all.
 */
export async function openSealed(
  keyrings: Keyrings,
  { purpose, token, sealed }: SealedValue,
): Promise<Opened | KeyRetry> {
  if (!TOKEN_PATTERN.test(token) || sealed.length < SEALED_OVERHEAD_BYTES || sealed[0] !== TINK_START) {
    return { kind: 'corrupt' };
  }
  const used = await keyrings.useByToken(purpose, token, (keys) => openFields(keys, sealed));
  switch (used.kind) {
    case 'used':
      return used.result;
    case 'gone':
      return { kind: 'shredded' };
    case 'damaged':
      return { kind: 'corrupt' };
    case 'retry':
      return used;
  }
}

/** Opens one field of a sealed value. */
export async function openField(keyrings: Keyrings, value: SealedValue, field: string): Promise<OpenedField> {
  const opened = await openSealed(keyrings, value);
  if (opened.kind !== 'plain') return opened;
  const found = Object.hasOwn(opened.fields, field) ? opened.fields[field] : undefined;
  return found === undefined ? { kind: 'plain' } : { kind: 'plain', value: found };
}
