/** What happens to objects when they are written, deleted, changed and restored: generations, versions, soft delete. */
import { type Bucket, keepsVersions, softDeleteMs } from '../buckets/bucket.ts';
import type { Content, Received } from '../contents/receiving.ts';
import { conditionNotMet, invalid, noSuchObject } from '../errors.ts';
import type { Changes, StorageParts } from '../parts.ts';
import { STATE } from '../tables.ts';
import type { StoredObject } from './object.ts';
import type { ObjectProperties } from './object-properties.ts';
import { judge, type Preconditions } from './preconditions.ts';
import { refuseIfHeld, refuseIfRetained } from './protection.ts';

export interface NewObject {
  readonly bucket: string;
  readonly name: string;
  readonly preconditions: Preconditions;
  readonly received: Omit<Received, 'content'> & { readonly content: Content };
  /** For a composed object: of how many it is made. */
  readonly components?: number;
  /** Properties, given what the bucket has at that moment. */
  properties(bucket: Bucket): ObjectProperties;
}

/**
 * Makes a new live generation; what was live becomes noncurrent, soft-deleted or is erased, as the bucket says.
 * @throws ApiError NOT_FOUND for the bucket, 412 for a precondition, PERMISSION_DENIED for what is kept
 */
export function putObject(parts: StorageParts, changes: Changes, wanted: NewObject): StoredObject {
  const bucket = parts.buckets.require(wanted.bucket);
  const live = parts.objects.live(bucket.id, wanted.name);
  if (judge(wanted.preconditions, live) !== 'holds') throw conditionNotMet();
  const properties = wanted.properties(bucket);
  if (live !== undefined) supersede(parts, changes, bucket, live);
  const nowMs = parts.clock.now();
  const { size, checksums, content } = wanted.received;
  const object = {
    bucket: bucket.id,
    name: wanted.name,
    generation: parts.generations.next(),
    metageneration: 1,
    state: STATE.live,
    createdMs: nowMs,
    updatedMs: nowMs,
    noncurrentMs: undefined,
    softDeletedMs: undefined,
    purgeMs: undefined,
    size,
    crc32c: checksums.crc32c,
    md5: checksums.md5,
    components: wanted.components,
    properties,
  };
  return parts.objects.insert(object, content);
}

/** Without a generation, deletes what is live; with one, exactly that, and past versioning. */
export function deleteObject(
  parts: StorageParts,
  changes: Changes,
  target: {
    readonly bucket: string;
    readonly name: string;
    readonly generation: number | undefined;
    readonly preconditions: Preconditions;
  },
): void {
  const bucket = parts.buckets.require(target.bucket);
  const object = findObject(parts, bucket, target);
  if (judge(target.preconditions, object) !== 'holds') throw conditionNotMet();
  if (target.generation === undefined) supersede(parts, changes, bucket, object);
  else discard(parts, changes, bucket, object);
}

/** The live object, or the generation asked for. @throws ApiError NOT_FOUND */
export function findObject(
  parts: StorageParts,
  bucket: Bucket,
  target: { readonly name: string; readonly generation: number | undefined },
): StoredObject {
  const object =
    target.generation === undefined
      ? parts.objects.live(bucket.id, target.name)
      : parts.objects.generation(bucket.id, target.name, target.generation);
  if (object === undefined) throw noSuchObject(bucket.name, target.name);
  return object;
}

/** Changes what callers may set; the generation stays, the metageneration is counted up. */
export function changeObject(
  parts: StorageParts,
  target: {
    readonly bucket: string;
    readonly name: string;
    readonly generation: number | undefined;
    readonly preconditions: Preconditions;
  },
  change: (before: ObjectProperties) => ObjectProperties,
): StoredObject {
  const bucket = parts.buckets.require(target.bucket);
  const object = findObject(parts, bucket, target);
  if (judge(target.preconditions, object) !== 'holds') throw conditionNotMet();
  const nowMs = parts.clock.now();
  const properties = change(object.properties);
  const released = object.properties.eventBasedHold === true && properties.eventBasedHold !== true;
  const changed = {
    ...object,
    metageneration: object.metageneration + 1,
    updatedMs: nowMs,
    properties: released ? { ...properties, holdReleasedMs: nowMs } : properties,
  };
  parts.objects.update(changed);
  return changed;
}

/** A soft-deleted generation, to be restored as a new live one; it stays where it is. */
export function findSoftDeleted(parts: StorageParts, bucket: Bucket, name: string, generation: number): StoredObject {
  if (softDeleteMs(bucket) === 0) throw invalid('bucket soft delete policy must be set.');
  const object = parts.objects.softDeleted(bucket.id, name, generation);
  if (object === undefined || (object.purgeMs ?? 0) <= parts.clock.now()) throw noSuchObject(bucket.name, name);
  return object;
}

/** A live object makes way: to a noncurrent version, where versions are kept. */
export function supersede(parts: StorageParts, changes: Changes, bucket: Bucket, live: StoredObject): void {
  if (!keepsVersions(bucket)) {
    discard(parts, changes, bucket, live);
    return;
  }
  refuseIfHeld(live, bucket);
  parts.objects.update({ ...live, state: STATE.noncurrent, noncurrentMs: parts.clock.now() });
}

/** A generation goes: into soft delete, where that is on, or for good. */
export function discard(parts: StorageParts, changes: Changes, bucket: Bucket, object: StoredObject): void {
  const nowMs = parts.clock.now();
  refuseIfHeld(object, bucket);
  refuseIfRetained(object, bucket, nowMs);
  const keptMs = softDeleteMs(bucket);
  if (keptMs === 0) {
    changes.erase(object);
    return;
  }
  parts.objects.update({ ...object, state: STATE.softDeleted, softDeletedMs: nowMs, purgeMs: nowMs + keptMs });
  changes.expires();
}
