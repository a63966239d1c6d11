// Owns the wrapped secrets of a purpose: making them, opening them, and moving them from one epoch to the next.
import { randomBytes } from 'node:crypto';
import { wrapAssociatedData } from './derivations.ts';
import type { WrapPlace } from './derivations.ts';
import { aeadOfEncoded, newEncodedKeyset } from './encoded-keyset.ts';
import { HmacKey } from './hmac-key.ts';
import type { Epoch } from './key-stores.ts';
import type { LivePurpose } from './keyring-record.ts';
import { PurposeKeys } from './purpose-keys.ts';

const LINK_SECRET_BYTES = 32;

/** Where an entry stands: its keyring and its purpose. */
export interface EntryPlace {
  readonly lookupId: string;
  readonly purpose: string;
}

/** The life that new keys belong to. */
export interface EntryLife {
  readonly generation: number;
  readonly acceptsFromMs: number;
}

/** An opened entry, or word that it does not unwrap under the epoch it names: tampered with, or moved from elsewhere. */
export type OpenedPurpose = { readonly kind: 'keys'; readonly keys: PurposeKeys } | { readonly kind: 'damaged' };

/** Fresh secrets for a purpose, wrapped under an epoch, and opened. */
export function newPurpose(
  epoch: Epoch,
  place: EntryPlace,
  life: EntryLife,
): { readonly entry: LivePurpose; readonly keys: PurposeKeys } {
  const encoded = newEncodedKeyset();
  const secret = randomBytes(LINK_SECRET_BYTES);
  const at = { ...place, generation: life.generation };
  const entry: LivePurpose = {
    state: 'live',
    generation: life.generation,
    epoch: epoch.id,
    acceptsFromMs: life.acceptsFromMs,
    keyset: wrap(epoch, encoded, { ...at, use: 'keyset' }),
    link: wrap(epoch, secret, { ...at, use: 'link' }),
  };
  const aead = aeadOfEncoded(encoded);
  if (aead === undefined) throw new Error('a keyset that was just made cannot seal');
  const keys = new PurposeKeys({ ...life, purpose: place.purpose, aead, link: new HmacKey(secret) });
  encoded.fill(0);
  secret.fill(0);
  return { entry, keys };
}

/** Opens the secrets of an entry with the keys of its epoch. */
export function openPurpose(epoch: Epoch, place: EntryPlace, entry: LivePurpose): OpenedPurpose {
  const at = { ...place, generation: entry.generation };
  const encoded = unwrap(epoch, entry.keyset, { ...at, use: 'keyset' });
  const secret = unwrap(epoch, entry.link, { ...at, use: 'link' });
  const aead = encoded === undefined ? undefined : aeadOfEncoded(encoded);
  encoded?.fill(0);
  if (aead === undefined || secret?.length !== LINK_SECRET_BYTES) {
    secret?.fill(0);
    return { kind: 'damaged' };
  }
  const link = new HmacKey(secret);
  secret.fill(0);
  const { generation, acceptsFromMs } = entry;
  return { kind: 'keys', keys: new PurposeKeys({ purpose: place.purpose, generation, acceptsFromMs, aead, link }) };
}

/** The same secrets wrapped under another epoch; undefined when they do not unwrap under the first. */
export function rewrapPurpose(from: Epoch, to: Epoch, place: EntryPlace, entry: LivePurpose): LivePurpose | undefined {
  const at = { ...place, generation: entry.generation };
  const keyset = unwrap(from, entry.keyset, { ...at, use: 'keyset' });
  const secret = unwrap(from, entry.link, { ...at, use: 'link' });
  if (keyset === undefined || secret === undefined) return undefined;
  const moved: LivePurpose = {
    ...entry,
    epoch: to.id,
    keyset: wrap(to, keyset, { ...at, use: 'keyset' }),
    link: wrap(to, secret, { ...at, use: 'link' }),
  };
  keyset.fill(0);
  secret.fill(0);
  return moved;
}

function wrap(epoch: Epoch, secret: Buffer, place: WrapPlace): string {
  return epoch.aead.seal(secret, wrapAssociatedData(place)).toString('base64');
}

function unwrap(epoch: Epoch, wrapped: string, place: WrapPlace): Buffer | undefined {
  const result = epoch.aead.open(Buffer.from(wrapped, 'base64'), wrapAssociatedData(place));
  return result.kind === 'opened' ? result.plaintext : undefined;
}
