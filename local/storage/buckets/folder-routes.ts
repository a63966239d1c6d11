/** Lists of folders, which command-line tools ask for: no bucket here has any. */
import type { Endpoint } from '../endpoints.ts';
import { conditionNotMet, conflict } from '../errors.ts';
import type { StorageParts } from '../parts.ts';

export function folderEndpoints(parts: StorageParts): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/b/{bucket}/managedFolders',
      id: 'managedFolders.list',
      handle({ params }) {
        const { settings } = parts.buckets.require(params['bucket'] ?? '');
        if (!settings.iamConfiguration.uniformBucketLevelAccess.enabled) throw conditionNotMet(NEEDS_UNIFORM_ACCESS);
        return { json: { kind: 'storage#managedFolders' } };
      },
    },
    {
      method: 'GET',
      path: '/b/{bucket}/folders',
      id: 'folders.list',
      handle({ params }) {
        parts.buckets.require(params['bucket'] ?? '');
        throw conflict('The bucket does not support hierarchical namespace.');
      },
    },
  ];
}

const NEEDS_UNIFORM_ACCESS =
  'Uniform bucket-level access is required to be enabled on the bucket in order to perform this operation. Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access';
