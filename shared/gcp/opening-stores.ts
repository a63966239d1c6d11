// Owns what the keys of privacy are opened from in one project: bucket and key management service, without the client that looks after key versions.
import { Storage } from '@google-cloud/storage';
import { bucketName, keyPath } from '../platform/base/names.ts';
import type { OpeningStores } from '../privacy/keys/keys-at-work.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { boundedObjects } from './bounded-objects.ts';
import { createKeyWrapper } from './key-wrapper.ts';
import { createEpochStore, createKeyringStore, createPepperStore, createRevocationFeed } from './keyring-objects.ts';
import { createObjectStore } from './objects.ts';
import { createSmallObjects } from './small-objects.ts';

/** Longer than the client repeats by itself. */
const GIVE_UP_MS = 120_000;

function patientObjects(name: string, storage: Storage): ObjectStore {
  return boundedObjects(createObjectStore(name, storage), GIVE_UP_MS);
}

/** What a project's keys are opened from; `storage` is the client behind it, and `bucketOf` makes the bucket of it. */
export function openingStoresOf(
  place: { readonly projectId: string; readonly region: string },
  storage: Storage = new Storage(),
  bucketOf: (name: string, storage: Storage) => ObjectStore = patientObjects,
): OpeningStores {
  const name = bucketName('keys', place.projectId);
  const [objects, bucket] = [createSmallObjects(name, storage), bucketOf(name, storage)];
  return {
    keyrings: createKeyringStore(objects, bucket),
    epochs: createEpochStore(objects, bucket),
    pepper: createPepperStore(objects),
    feed: createRevocationFeed(bucket),
    wrapper: createKeyWrapper(keyPath('subject-kek', place)),
    pepperVersion: `${keyPath('platform-kek', place)}/cryptoKeyVersions/1`,
  };
}
