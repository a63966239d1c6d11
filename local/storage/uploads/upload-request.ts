/** What an upload asks for, however its bytes come. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/insert */
import type { IncomingHttpHeaders } from 'node:http';
import type { Received } from '../contents/receiving.ts';
import { invalid, notServed } from '../errors.ts';
import { putObject } from '../objects/object-changes.ts';
import { objectName } from '../objects/object-name.ts';
import { newProperties } from '../objects/object-properties.ts';
import type { StoredObject } from '../objects/object.ts';
import { type Preconditions, parsePreconditions } from '../objects/preconditions.ts';
import type { Changes, StorageParts } from '../parts.ts';
import { type Claims, claimsOfHeaders, claimsOfResource } from './claims.ts';

/** Plain data, because an upload in pieces is kept over restarts. */
export interface UploadRequest {
  readonly bucket: string;
  readonly name: string;
  /** The object resource of the request. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly preconditions: Preconditions;
  readonly claims: Claims;
  readonly acl: boolean;
}

/** Google's, for uploads that name no type. Source: https://cloud.google.com/storage/docs/metadata#content-type */
const DEFAULT_TYPE = 'application/octet-stream';

/** Parameters and headers that would have to change how an object is stored. */
const NOT_SERVED = ['kmsKeyName'];
const NOT_SERVED_HEADERS = ['x-goog-encryption-algorithm', 'x-goog-encryption-key'];

/**
 * @param contentType of the bytes, when the resource names none
 * @throws ApiError INVALID_ARGUMENT, UNIMPLEMENTED
 */
export function parseUploadRequest(
  request: {
    readonly params: Readonly<Record<string, string>>;
    readonly query: URLSearchParams;
    readonly headers: IncomingHttpHeaders;
  },
  resource: Readonly<Record<string, unknown>>,
  contentType: string | undefined,
): UploadRequest {
  const { query, headers } = request;
  const unserved = NOT_SERVED.find((name) => query.has(name)) ?? NOT_SERVED_HEADERS.find((name) => name in headers);
  if (unserved !== undefined) throw notServed(`${unserved} in storage.objects.insert`);
  const named = query.get('name') ?? resource['name'];
  const encoding = query.get('contentEncoding');
  return {
    bucket: request.params['bucket'] ?? '',
    name: objectName(typeof named === 'string' ? named : undefined),
    resource: {
      contentType: contentType ?? DEFAULT_TYPE,
      ...resource,
      ...(encoding === null ? {} : { contentEncoding: encoding }),
    },
    preconditions: parsePreconditions(query, 'if'),
    claims: { ...claimsOfResource(resource), ...claimsOfHeaders(headers) },
    acl: query.has('predefinedAcl') || 'acl' in resource,
  };
}

/** Writes the object, in a transaction. @throws ApiError as `putObject` */
export function insertUploaded(
  parts: StorageParts,
  changes: Changes,
  request: UploadRequest,
  received: Received,
): StoredObject {
  return putObject(parts, changes, {
    bucket: request.bucket,
    name: request.name,
    preconditions: request.preconditions,
    received,
    properties(bucket) {
      const { iamConfiguration, storageClass, defaultEventBasedHold } = bucket.settings;
      if (request.acl && iamConfiguration.uniformBucketLevelAccess.enabled) {
        throw invalid(
          'Cannot insert legacy ACL for an object when uniform bucket-level access is enabled. Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access',
        );
      }
      return newProperties(request.resource, { storageClass, eventBasedHold: defaultEventBasedHold === true });
    },
  });
}
