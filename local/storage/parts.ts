/** What the methods of Cloud Storage work with, and how their changes become durable. */
import type { CloudClock } from '../primitives/clock.ts';
import type { Store } from '../primitives/store.ts';
import type { BucketStore } from './buckets/bucket-store.ts';
import type { ContentFiles } from './contents/content-files.ts';
import type { Generations } from './generations.ts';
import type { StoredObject } from './objects/object.ts';
import type { ObjectReads } from './objects/object-reads.ts';
import type { ObjectWrites } from './objects/object-writes.ts';
import type { Upkeep } from './upkeep.ts';

export interface StorageParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly buckets: BucketStore;
  readonly objects: ObjectReads & ObjectWrites;
  readonly files: ContentFiles;
  readonly generations: Generations;
  readonly upkeep: Upkeep;
}

/** A transaction under way: what it lets go of, to be acted upon once it is on disk. */
export interface Changes {
  /** Removes an object for good. */
  erase(object: StoredObject): void;
  /** Something now has a time at which it is to be purged. */
  expires(): void;
}

/**
 * Runs changes in a transaction that is shared with other requests of the moment, and resolves when they are on disk.
 * @throws what `work` throws; none of its changes is made then
 */
export async function commit<Result>(parts: StorageParts, work: (changes: Changes) => Result): Promise<Result> {
  const files: string[] = [];
  let erased = false;
  let expires = false;
  parts.generations.prepare();
  const result = await parts.store.together(() =>
    work({
      erase(object) {
        parts.objects.remove(object);
        erased = true;
        if (object.file !== undefined) files.push(object.file);
      },
      expires() {
        expires = true;
      },
    }),
  );
  if (erased) parts.upkeep.wipeSoon();
  if (expires) parts.upkeep.plan();
  // Only now: before the commit a crash would have left rows without their bytes.
  for (const file of files) await parts.files.remove(file);
  return result;
}
