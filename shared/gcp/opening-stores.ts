// Owns what the keys of privacy are opened from in one project: bucket and key management service, without the client that looks after key versions.
import { Storage } from '@google-cloud/storage';
import { bucketName, keyPath } from '../platform/base/names.ts';
import type { OpeningStores } from '../privacy/keys/keys-at-work.ts';
import { createKeyWrapper } from './key-wrapper.ts';
import { createEpochStore, createKeyringStore, createPepperStore, createRevocationFeed } from './keyring-objects.ts';
import { createObjectStore } from './objects.ts';
import { createSmallObjects } from './small-objects.ts';

/** What a project's keys are opened from; `storage` is the client behind it. */
export function openingStoresOf(
  place: { readonly projectId: string; readonly region: string },
  storage: Storage = new Storage(),
): OpeningStores {
  const name = bucketName('keys', place.projectId);
  const [objects, bucket] = [createSmallObjects(name, storage), createObjectStore(name, storage)];
  return {
    keyrings: createKeyringStore(objects, bucket),
    epochs: createEpochStore(objects, bucket),
    pepper: createPepperStore(objects),
    feed: createRevocationFeed(bucket),
    wrapper: createKeyWrapper(keyPath('subject-kek', place)),
    pepperVersion: `${keyPath('platform-kek', place)}/cryptoKeyVersions/1`,
  };
}
