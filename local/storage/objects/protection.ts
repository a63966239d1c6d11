/** Holds and retention: what may not be deleted or overwritten yet. Source: https://cloud.google.com/storage/docs/bucket-lock, https://cloud.google.com/storage/docs/object-holds */
import type { Bucket } from '../buckets/bucket.ts';
import { forbidden } from '../errors.ts';
import type { StoredObject } from './object.ts';

/** Until when a bucket's retention policy keeps an object; undefined without a policy, or while an event-based hold defers it. */
export function retainedUntilMs(object: StoredObject, bucket: Bucket): number | undefined {
  const policy = bucket.settings.retentionPolicy;
  if (policy === undefined || object.properties.eventBasedHold === true) return undefined;
  const fromMs = Math.max(object.createdMs, object.properties.holdReleasedMs ?? 0);
  return fromMs + Number(policy.retentionPeriod) * 1000;
}

/** Whether a hold or a retention policy keeps it. */
export function isKept(object: StoredObject, bucket: Bucket, nowMs: number): boolean {
  return heldBy(object) !== undefined || (retainedUntilMs(object, bucket) ?? 0) > nowMs;
}

/** @throws ApiError PERMISSION_DENIED while a hold is on it */
export function refuseIfHeld(object: StoredObject, bucket: Bucket): void {
  const kind = heldBy(object);
  if (kind === undefined) return;
  throw forbidden(
    `Object '${bucket.name}/${object.name}' is under active ${kind} hold and cannot be deleted, overwritten or archived until hold is removed.`,
  );
}

/** @throws ApiError PERMISSION_DENIED while the bucket's retention policy keeps it */
export function refuseIfRetained(object: StoredObject, bucket: Bucket, nowMs: number): void {
  const untilMs = retainedUntilMs(object, bucket);
  if (untilMs === undefined || untilMs <= nowMs) return;
  throw forbidden(
    `Object '${bucket.name}/${object.name}' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until ${new Date(untilMs).toISOString()}`,
    'retentionPolicyNotMet',
  );
}

function heldBy({ properties }: StoredObject): 'Temporary' | 'Event-Based' | undefined {
  if (properties.temporaryHold === true) return 'Temporary';
  return properties.eventBasedHold === true ? 'Event-Based' : undefined;
}
