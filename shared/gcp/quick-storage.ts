// Owns the Cloud Storage client of whoever answers a request meanwhile: it gives up within seconds, and the sender comes again.
import { Storage } from '@google-cloud/storage';

/** By default the client repeats for half a minute and more: https://cloud.google.com/storage/docs/retry-strategy#node.js */
export function quickStorage(): Storage {
  return new Storage({
    timeout: 3000,
    // In seconds; uploads refuse a longest delay below their shortest, which is 1.
    retryOptions: { maxRetries: 2, retryDelayMultiplier: 2, maxRetryDelay: 1, totalTimeout: 5 },
  });
}
