// Owns the guard over the bucket of keys: whether Cloud Storage would keep what is overwritten or deleted there.
import { Storage } from '@google-cloud/storage';
import { toPlatformError } from './failure.ts';

/** A setting by which the bucket keeps what should be gone. */
export type KeepsBecause = 'soft-delete' | 'versioning' | 'retention-policy' | 'event-based-hold';

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
