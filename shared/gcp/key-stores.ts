// Owns everything that privacy's keys live on in one project: bucket, key management service, and the first epoch.
import { Storage } from '@google-cloud/storage';
import { bucketName } from '../platform/base/names.ts';
import type { Clock } from '../platform/clock.ts';
import { openEpoch } from '../privacy/keys/epoch-keys.ts';
import type { KeyringScan, KeyVersions } from '../privacy/keys/key-stores.ts';
import type { OpeningStores } from '../privacy/keys/keys-at-work.ts';
import { createKeyVersions } from './key-versions.ts';
import { createKeyringScan } from './keyring-objects.ts';
import { createObjectStore } from './objects.ts';
import { openingStoresOf } from './opening-stores.ts';

export interface KeyStores extends OpeningStores {
  readonly scan: KeyringScan;
  readonly versions: KeyVersions;
}

/** The stores of a project's keys; `storage` is the client behind them. */
export function keyStoresOf(
  place: { readonly projectId: string; readonly region: string },
  storage: Storage = new Storage(),
): KeyStores {
  return {
    ...openingStoresOf(place, storage),
    scan: createKeyringScan(createObjectStore(bucketName('keys', place.projectId), storage)),
    versions: createKeyVersions(),
  };
}

/**
 * Opens the first epoch of a project; without one no subject can get keys. To be called once the base is laid, by who may make
 * key versions. Run again, it changes nothing.
 */
export async function layFirstEpoch(
  { epochs, wrapper }: Pick<KeyStores, 'epochs' | 'wrapper'>,
  clock: Clock,
): Promise<'created' | 'present'> {
  if ((await epochs.list()).length > 0) return 'present';
  const written = await openEpoch({ store: epochs, wrapper, clock });
  return written.kind === 'written' ? 'created' : 'present';
}
