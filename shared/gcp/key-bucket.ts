// Owns the guard over the bucket of keys: whether Cloud Storage would keep what is overwritten or deleted there.
import { Storage } from '@google-cloud/storage';
import type { KeepsBecause } from '../privacy/keys/key-bucket-settings.ts';
import { toPlatformError } from './failure.ts';

/**
 * Every setting of a bucket by which an overwritten key would stay readable; none when a tombstone really ends a key.
 * Sources: https://cloud.google.com/storage/docs/soft-delete, …/object-versioning, …/bucket-lock, …/object-holds
 * @throws PlatformError when the settings cannot be read
 */
export async function keptBecauseOf(bucket: string): Promise<readonly KeepsBecause[]> {
  const [metadata] = await new Storage()
    .bucket(bucket)
    .getMetadata()
    .catch((error: unknown) => {
      throw toPlatformError(error);
    });
  const { softDeletePolicy, versioning, retentionPolicy, defaultEventBasedHold } = metadata;
  const reasons: readonly (readonly [KeepsBecause, boolean])[] = [
    ['soft-delete', Number(softDeletePolicy?.retentionDurationSeconds ?? 0) > 0],
    ['versioning', versioning?.enabled === true],
    ['retention-policy', Number(retentionPolicy?.retentionPeriod ?? 0) > 0],
    ['event-based-hold', defaultEventBasedHold === true],
  ];
  return reasons.filter(([, keeps]) => keeps).map(([reason]) => reason);
}
