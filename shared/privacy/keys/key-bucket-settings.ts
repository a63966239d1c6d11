// Owns by what a bucket of keys would keep what should be gone, and what is said of one that does.
import { PlatformError } from '../../platform/platform-error.ts';

/** A setting by which the bucket keeps what should be gone. */
export type KeepsBecause = 'soft-delete' | 'versioning' | 'retention-policy' | 'event-based-hold';

/** The refusal of a bucket that keeps; no key is used while it does. */
export function keyBucketKeeps(reasons: readonly KeepsBecause[]): PlatformError {
  const settings = reasons.join(', ');
  return new PlatformError('key_bucket_keeps', {
    message: `The bucket of keys keeps what is overwritten or deleted: ${settings}.`,
    details: { settings },
  });
}
