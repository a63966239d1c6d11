// Owns the Cloud Storage client of whoever answers a request meanwhile: it gives up within seconds, and the sender comes again.
import { Storage } from '@google-cloud/storage';
import type { BodyReader, ObjectStore } from '../platform/object-store.ts';
import { boundedObjects } from './bounded-objects.ts';
import { createObjectStore } from './objects.ts';

/** By default the client repeats for half a minute and more: https://cloud.google.com/storage/docs/retry-strategy#node.js */
export function quickStorage(): Storage {
  return new Storage({
    timeout: 3000,
    // In seconds; uploads refuse a longest delay below their shortest, which is 1.
    retryOptions: { maxRetries: 2, retryDelayMultiplier: 2, maxRetryDelay: 1, totalTimeout: 5 },
  });
}

/** Beyond what the client gives itself, so that it tells why where it can. */
const GIVE_UP_MS = 8000;

/** A bucket over such a client: every call ends, whatever became of its connection. */
export function quickObjects(bucket: string, storage: Storage): ObjectStore & BodyReader {
  return boundedObjects(createObjectStore(bucket, storage), GIVE_UP_MS);
}
