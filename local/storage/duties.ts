/** The work of upkeep: what is purged, expired and deleted by rule, and when. */
import { deletes, isDueForDeletion } from './lifecycle.ts';
import { discard, supersede } from './objects/object-changes.ts';
import type { StoredObject } from './objects/object.ts';
import { isKept } from './objects/protection.ts';
import { commit, type StorageParts } from './parts.ts';
import { STATE } from './tables.ts';
import type { UploadSessions } from './uploads/upload-sessions.ts';
import { type Duty, LIFECYCLE_EVERY_MS } from './upkeep.ts';

/** Objects looked at in one go, so that requests get their turn in between. */
const SCAN_BATCH = 500;

/** Soft-deleted objects whose retention is over are erased. */
export function purgeDuty(parts: StorageParts): Duty {
  return {
    nextMs: () => parts.objects.nextPurgeMs(),
    async run() {
      for (let found = purgeable(parts); found.length > 0; found = purgeable(parts)) {
        const batch = found;
        await commit(parts, (changes) => {
          for (const object of batch) changes.erase(object);
        });
      }
    },
  };
}

function purgeable(parts: StorageParts): StoredObject[] {
  return parts.objects.purgeable(parts.clock.now());
}

/** Resumable uploads that were not finished in time are given up. */
export function uploadDuty(sessions: UploadSessions): Duty {
  return { nextMs: () => sessions.nextExpiryMs(), run: () => sessions.expire() };
}

/** Delete rules of buckets; nothing is due while no bucket has one. */
export function lifecycleDuty(parts: StorageParts): Duty {
  let dueMs = parts.clock.now() + LIFECYCLE_EVERY_MS;
  const withRules = (): string[] =>
    [...parts.buckets.all()].filter((bucket) => deletes(bucket.settings.lifecycle?.rule)).map((bucket) => bucket.name);
  return {
    nextMs: () => (withRules().length === 0 ? undefined : dueMs),
    async run() {
      dueMs = parts.clock.now() + LIFECYCLE_EVERY_MS;
      for (const name of withRules()) await applyRules(parts, name);
    },
  };
}

async function applyRules(parts: StorageParts, bucketName: string): Promise<void> {
  const { id } = parts.buckets.require(bucketName);
  let start = { name: '', generation: 0 };
  for (;;) {
    const found = parts.objects.from(id, 'versions', start, SCAN_BATCH);
    const last = found.at(-1);
    if (last === undefined) return;
    await commit(parts, (changes) => {
      const bucket = parts.buckets.require(bucketName);
      const rules = bucket.settings.lifecycle?.rule ?? [];
      const nowMs = parts.clock.now();
      for (const seen of found) {
        const object = parts.objects.generation(id, seen.name, seen.generation);
        if (object === undefined || isKept(object, bucket, nowMs)) continue;
        const newerVersions = (): number => parts.objects.countNewer(object);
        if (!isDueForDeletion(object, rules, { nowMs, newerVersions })) continue;
        if (object.state === STATE.live) supersede(parts, changes, bucket, object);
        else discard(parts, changes, bucket, object);
      }
    });
    start = { name: last.name, generation: last.generation + 1 };
  }
}
