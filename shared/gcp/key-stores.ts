// Owns everything that privacy's keys live on in one project: bucket, key management service, and the first epoch.
import { Storage } from '@google-cloud/storage';
import { bucketName, keyPath } from '../platform/base/names.ts';
import type { Clock } from '../platform/clock.ts';
import { openEpoch } from '../privacy/keys/epoch-keys.ts';
import type { KeyringScan, KeyVersions } from '../privacy/keys/key-stores.ts';
import type { OpeningStores } from '../privacy/keys/keys-at-work.ts';
import { createKeyVersions } from './key-versions.ts';
import { createKeyWrapper } from './key-wrapper.ts';
import {
  createEpochStore,
  createKeyringScan,
  createKeyringStore,
  createPepperStore,
  createRevocationFeed,
} from './keyring-objects.ts';
import { createObjectStore } from './objects.ts';
import { createSmallObjects } from './small-objects.ts';

export interface KeyStores extends OpeningStores {
  readonly scan: KeyringScan;
  readonly versions: KeyVersions;
}

/** The stores of a project's keys; `storage` is the client behind them. */
export function keyStoresOf(
  place: { readonly projectId: string; readonly region: string },
  storage: Storage = new Storage(),
): KeyStores {
  const name = bucketName('keys', place.projectId);
  const [objects, bucket] = [createSmallObjects(name, storage), createObjectStore(name, storage)];
  return {
    keyrings: createKeyringStore(objects, bucket),
    scan: createKeyringScan(bucket),
    versions: createKeyVersions(),
    epochs: createEpochStore(objects, bucket),
    pepper: createPepperStore(objects),
    feed: createRevocationFeed(bucket),
    wrapper: createKeyWrapper(keyPath('subject-kek', place)),
    pepperVersion: `${keyPath('platform-kek', place)}/cryptoKeyVersions/1`,
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
