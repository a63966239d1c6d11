/** Cloud Storage: the JSON API over an index database and a folder of files. */
import { join } from 'node:path';
import type { CloudContext, CloudService } from '../host/service.ts';
import type { Bucket } from './buckets/bucket.ts';
import { bucketEndpoints } from './buckets/bucket-routes.ts';
import { folderEndpoints } from './buckets/folder-routes.ts';
import { createBucketStore } from './buckets/bucket-store.ts';
import { createContentFiles } from './contents/content-files.ts';
import { lifecycleDuty, purgeDuty, uploadDuty } from './duties.ts';
import { apiRoutes, toRoute } from './endpoints.ts';
import { createGenerations } from './generations.ts';
import { composeEndpoint } from './objects/compose-route.ts';
import { copyEndpoints } from './objects/copy-routes.ts';
import { downloadEndpoint, objectEndpoints } from './objects/object-routes.ts';
import { createObjectReads } from './objects/object-reads.ts';
import { createObjectWrites } from './objects/object-writes.ts';
import type { StorageParts } from './parts.ts';
import { openIndex } from './tables.ts';
import { batchEndpoint, unservedEndpoints } from './unserved.ts';
import { createResumableUploads } from './uploads/resumable-upload.ts';
import { uploadRoutes, wrongUploadUrl } from './uploads/upload-routes.ts';
import { createUploadSessions } from './uploads/upload-sessions.ts';
import { createUpkeep, type Duty } from './upkeep.ts';

/** @throws when the index cannot be opened */
export function createStorage(context: CloudContext): CloudService {
  const { clock, log } = context;
  const store = openIndex(join(context.dataDir, 'storage.db'));
  const generations = createGenerations(store, clock);
  const files = createContentFiles(join(context.dataDir, 'storage'));
  const sessions = createUploadSessions({ store, clock, files });
  let duties: readonly Duty[] = [];
  const parts: StorageParts = {
    store,
    clock,
    buckets: createBucketStore(store, clock, generations),
    objects: { ...createObjectReads(store), ...createObjectWrites(store) },
    files,
    generations,
    upkeep: createUpkeep({ store, clock, log }, () => duties),
  };
  duties = [purgeDuty(parts), uploadDuty(sessions), lifecycleDuty(parts)];
  let sweeping: Promise<unknown> = Promise.resolve();

  return {
    rest: [
      // What is called most comes first, because routes are tried in order.
      ...apiRoutes([
        ...objectEndpoints(parts),
        ...bucketEndpoints(parts, (bucket) => removeBucket(parts, bucket)),
        composeEndpoint(parts),
        ...folderEndpoints(parts),
        ...copyEndpoints(parts),
        wrongUploadUrl,
        ...unservedEndpoints,
      ]),
      ...uploadRoutes(parts, createResumableUploads(parts, sessions)),
      toRoute('/download/storage/v1', downloadEndpoint(parts)),
      toRoute('', batchEndpoint),
    ],
    async start() {
      // A crash may have left erased bytes in the log, things that came due, and files that nothing names.
      parts.upkeep.wipeSoon();
      parts.upkeep.plan();
      sweeping = files
        .sweep((file) => parts.objects.namesFile(file) || sessions.namesFile(file))
        .catch(() => log('WARNING', 'files that no object names could not be swept'));
    },
    async stop() {
      parts.upkeep.stop();
      await sweeping;
      generations.close();
      store.close();
    },
  };
}

/** What is soft-deleted in a bucket goes with it: buckets themselves cannot be restored here. */
async function removeBucket(parts: StorageParts, bucket: Bucket): Promise<void> {
  let files: readonly string[] = [];
  parts.buckets.remove(bucket, () => {
    files = parts.objects.removeSoftDeleted(bucket.id);
  });
  parts.upkeep.wipeSoon();
  for (const file of files) await parts.files.remove(file);
}
