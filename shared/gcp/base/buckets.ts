// Owns laying a bucket, and reading what its settings are.
import { Storage } from '@google-cloud/storage';
import type { BaseResource } from '../../platform/base/resources.ts';
import { statusOf } from '../failure.ts';
import type { Laid } from './lay.ts';

type BucketResource = Extract<BaseResource, { kind: 'bucket' }>;

export async function layBucket(resource: BucketResource): Promise<Laid> {
  try {
    await new Storage().createBucket(resource.name, {
      location: resource.location,
      softDeletePolicy: { retentionDurationSeconds: resource.softDeleteSeconds },
      versioning: { enabled: resource.versioning },
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true } },
      ...(resource.deleteAfterDays === undefined
        ? {}
        : { lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: resource.deleteAfterDays } }] } }),
    });
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'present';
    throw error;
  }
}
