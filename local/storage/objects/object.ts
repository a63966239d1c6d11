/** An object's generation, and how the API shows it. */
import type { Bucket } from '../buckets/bucket.ts';
import { crc32cText } from '../contents/checksums.ts';
import type { STATE } from '../tables.ts';
import type { ObjectProperties } from './object-properties.ts';
import { etagOf } from './preconditions.ts';
import { retainedUntilMs } from './protection.ts';

export interface StoredObject {
  readonly id: number;
  readonly bucket: number;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly state: (typeof STATE)[keyof typeof STATE];
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly noncurrentMs: number | undefined;
  readonly softDeletedMs: number | undefined;
  /** When soft delete lets go of it. */
  readonly purgeMs: number | undefined;
  readonly size: number;
  /** Unsigned. */
  readonly crc32c: number;
  readonly md5: Uint8Array | undefined;
  /** Of how many objects it was composed. */
  readonly components: number | undefined;
  readonly properties: ObjectProperties;
  /** Where its bytes are, when they are not in the index. */
  readonly file: string | undefined;
}

/** @param origin scheme and host for links */
export function objectResource(object: StoredObject, bucket: Bucket, origin: string): object {
  const { holdReleasedMs: _internal, storageClass, contentType, ...properties } = object.properties;
  const path = `storage/v1/b/${bucket.name}/o/${encodeURIComponent(object.name)}`;
  const generation = String(object.generation);
  const created = timeText(object.createdMs);
  return {
    kind: 'storage#object',
    id: `${bucket.name}/${object.name}/${generation}`,
    selfLink: `${origin}/${path}`,
    mediaLink: `${origin}/download/${path}?generation=${generation}&alt=media`,
    name: object.name,
    bucket: bucket.name,
    generation,
    metageneration: String(object.metageneration),
    contentType,
    storageClass,
    size: String(object.size),
    md5Hash: object.md5 === undefined ? undefined : Buffer.from(object.md5).toString('base64'),
    crc32c: crc32cText(object.crc32c),
    etag: etagOf(object),
    timeCreated: created,
    updated: timeText(object.updatedMs),
    timeStorageClassUpdated: created,
    timeFinalized: created,
    timeDeleted: timeText(object.noncurrentMs),
    softDeleteTime: timeText(object.softDeletedMs),
    hardDeleteTime: timeText(object.purgeMs),
    componentCount: object.components,
    retentionExpirationTime: timeText(retainedUntilMs(object, bucket)),
    ...properties,
  };
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
