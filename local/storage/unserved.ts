/** Methods of the API that are not served, so that each answers by its name. Source: the API's discovery document */
import type { RestRoute } from '../host/service.ts';
import type { Endpoint } from './endpoints.ts';
import { notServed } from './errors.ts';

const METHODS: readonly (readonly [RestRoute['method'], string, string])[] = [
  ...accessControls('/b/{bucket}/acl', 'bucketAccessControls'),
  ...accessControls('/b/{bucket}/defaultObjectAcl', 'defaultObjectAccessControls'),
  ...accessControls('/b/{bucket}/o/{object}/acl', 'objectAccessControls'),
  ['GET', '/b/{bucket}/o/{object}/iam', 'objects.getIamPolicy'],
  ['PUT', '/b/{bucket}/o/{object}/iam', 'objects.setIamPolicy'],
  ['GET', '/b/{bucket}/o/{object}/iam/testPermissions', 'objects.testIamPermissions'],
  ['POST', '/b/{bucket}/o/bulkRestore', 'objects.bulkRestore'],
  ['POST', '/b/{bucket}/o/watch', 'objects.watchAll'],
  ['POST', '/b/{bucket}/relocate', 'buckets.relocate'],
  ['POST', '/b/{bucket}/restore', 'buckets.restore'],
  ['GET', '/b/{bucket}/operations', 'buckets.operations.list'],
  ['GET', '/b/{bucket}/operations/{operation}', 'buckets.operations.get'],
  ['POST', '/b/{bucket}/operations/{operation}/cancel', 'buckets.operations.cancel'],
  ['POST', '/b/{bucket}/notificationConfigs', 'notifications.insert'],
  ['GET', '/b/{bucket}/notificationConfigs', 'notifications.list'],
  ['GET', '/b/{bucket}/notificationConfigs/{notification}', 'notifications.get'],
  ['DELETE', '/b/{bucket}/notificationConfigs/{notification}', 'notifications.delete'],
  ['POST', '/b/{bucket}/anywhereCaches', 'anywhereCaches.insert'],
  ['GET', '/b/{bucket}/anywhereCaches', 'anywhereCaches.list'],
  ['POST', '/b/{bucket}/folders', 'folders.insert'],
  ['GET', '/b/{bucket}/folders/{folder}', 'folders.get'],
  ['DELETE', '/b/{bucket}/folders/{folder}', 'folders.delete'],
  ['POST', '/b/{bucket}/managedFolders', 'managedFolders.insert'],
  ['GET', '/b/{bucket}/managedFolders/{folder}', 'managedFolders.get'],
  ['DELETE', '/b/{bucket}/managedFolders/{folder}', 'managedFolders.delete'],
  ['POST', '/channels/stop', 'channels.stop'],
  ['POST', '/projects/{project}/hmacKeys', 'projects.hmacKeys.create'],
  ['GET', '/projects/{project}/hmacKeys', 'projects.hmacKeys.list'],
  ['GET', '/projects/{project}/hmacKeys/{key}', 'projects.hmacKeys.get'],
  ['PUT', '/projects/{project}/hmacKeys/{key}', 'projects.hmacKeys.update'],
  ['DELETE', '/projects/{project}/hmacKeys/{key}', 'projects.hmacKeys.delete'],
];

export const unservedEndpoints: readonly Endpoint[] = METHODS.map(([method, path, id]) => ({
  method,
  path,
  id,
  handle() {
    throw notServed(`storage.${id}`);
  },
}));

/** Several requests in one. */
export const batchEndpoint: Endpoint = {
  method: 'POST',
  path: '/batch/storage/v1',
  id: 'batch',
  handle() {
    throw notServed('batches of storage requests (POST /batch/storage/v1)');
  },
};

function accessControls(path: string, id: string): readonly (readonly [RestRoute['method'], string, string])[] {
  return [
    ['GET', path, `${id}.list`],
    ['POST', path, `${id}.insert`],
    ['GET', `${path}/{entity}`, `${id}.get`],
    ['PUT', `${path}/{entity}`, `${id}.update`],
    ['PATCH', `${path}/{entity}`, `${id}.patch`],
    ['DELETE', `${path}/{entity}`, `${id}.delete`],
  ];
}
