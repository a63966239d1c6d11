/** A bucket, and how the API shows it. */
import { createHash } from 'node:crypto';
import { etagOf } from '../objects/preconditions.ts';
import type { BucketSettings } from './bucket-settings.ts';
import type { IamPolicy } from './iam-policy.ts';
import { locationType } from './storage-class.ts';

export interface Bucket {
  readonly id: number;
  readonly name: string;
  readonly project: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly settings: BucketSettings;
  /** Undefined until one is set. */
  readonly policy: IamPolicy | undefined;
}

/** How long deleted objects of a bucket are kept, 0 for not at all. */
export function softDeleteMs(bucket: Bucket): number {
  return Number(bucket.settings.softDeletePolicy.retentionDurationSeconds) * 1000;
}

export function keepsVersions(bucket: Bucket): boolean {
  return bucket.settings.versioning?.enabled === true;
}

/** @param origin scheme and host for links */
export function bucketResource(bucket: Bucket, origin: string): object {
  const { stored, location, storageClass, softDeletePolicy, iamConfiguration, ...others } = bucket.settings;
  const { uniformBucketLevelAccess } = iamConfiguration;
  return {
    kind: 'storage#bucket',
    selfLink: `${origin}/storage/v1/b/${bucket.name}`,
    id: bucket.name,
    name: bucket.name,
    projectNumber: projectNumber(bucket.project),
    generation: String(bucket.generation),
    metageneration: String(bucket.metageneration),
    location,
    storageClass,
    etag: etagOf({ metageneration: bucket.metageneration }),
    timeCreated: new Date(bucket.createdMs).toISOString(),
    updated: new Date(bucket.updatedMs).toISOString(),
    softDeletePolicy,
    // The same under its older name, as Google answers.
    iamConfiguration: { bucketPolicyOnly: uniformBucketLevelAccess, ...iamConfiguration },
    locationType: locationType(location),
    ...others,
    ...stored,
  };
}

/** A number for a project, as Google's 12 digits, always the same for the same id. */
export function projectNumber(project: string): string {
  const digits = createHash('sha256').update(project).digest().readUIntBE(0, 6) % 900_000_000_000;
  return String(100_000_000_000 + digits);
}
