/** The buckets there are: few, so all of them are held in memory, and every change is on disk before it shows. */
import type { CloudClock } from '../../primitives/clock.ts';
import type { Store } from '../../primitives/store.ts';
import { conflict, noSuchBucket } from '../errors.ts';
import type { Generations } from '../generations.ts';
import type { Bucket } from './bucket.ts';
import type { BucketSettings } from './bucket-settings.ts';
import type { IamPolicy } from './iam-policy.ts';

export interface BucketStore {
  /** @throws ApiError NOT_FOUND */
  require(name: string): Bucket;
  all(): Iterable<Bucket>;
  /** @throws ApiError ALREADY_EXISTS; names are taken across projects */
  create(name: string, project: string, settings: BucketSettings): Bucket;
  /** Counts the metageneration up. */
  change(bucket: Bucket, changes: { readonly settings?: BucketSettings; readonly policy?: IamPolicy }): Bucket;
  /** Together with what `cleanUp` removes. */
  remove(bucket: Bucket, cleanUp: () => void): void;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly project: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly settings: string;
  readonly policy: string | null;
}

export function createBucketStore(store: Store, clock: CloudClock, generations: Generations): BucketStore {
  const buckets = new Map(store.all<Row>('SELECT * FROM buckets').map((row) => [row.name, fromRow(row)]));

  return {
    require(name) {
      const bucket = buckets.get(name);
      if (bucket === undefined) throw noSuchBucket();
      return bucket;
    },
    all: () => buckets.values(),
    create(name, project, settings) {
      const taken = buckets.get(name);
      if (taken !== undefined) throw conflict(taken.project === project ? OWNED_ALREADY : NAME_TAKEN);
      generations.prepare();
      const nowMs = clock.now();
      const row = store.get<Row>(
        'INSERT INTO buckets (name, project, generation, metageneration, created_ms, updated_ms, settings) VALUES (?, ?, ?, 1, ?, ?, ?) RETURNING *',
        name,
        project,
        generations.next(),
        nowMs,
        nowMs,
        JSON.stringify(settings),
      );
      if (row === undefined) throw new Error('the inserted bucket was not returned');
      const bucket = fromRow(row);
      buckets.set(name, bucket);
      return bucket;
    },
    change(bucket, changes) {
      const changed = { ...bucket, ...changes, metageneration: bucket.metageneration + 1, updatedMs: clock.now() };
      store.run(
        'UPDATE buckets SET metageneration = ?, updated_ms = ?, settings = ?, policy = ? WHERE id = ?',
        changed.metageneration,
        changed.updatedMs,
        JSON.stringify(changed.settings),
        changed.policy === undefined ? null : JSON.stringify(changed.policy),
        bucket.id,
      );
      buckets.set(bucket.name, changed);
      return changed;
    },
    remove(bucket, cleanUp) {
      store.transaction(() => {
        cleanUp();
        store.run('DELETE FROM buckets WHERE id = ?', bucket.id);
      });
      buckets.delete(bucket.name);
    },
  };
}

const OWNED_ALREADY = 'Your previous request to create the named bucket succeeded and you already own it.';
const NAME_TAKEN =
  'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.';

function fromRow(row: Row): Bucket {
  return {
    id: row.id,
    name: row.name,
    project: row.project,
    generation: row.generation,
    metageneration: row.metageneration,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    // Written from these types by this store alone.
    settings: JSON.parse(row.settings) as BucketSettings,
    policy: row.policy === null ? undefined : (JSON.parse(row.policy) as IamPolicy),
  };
}
