/** Methods on single objects. Source: https://cloud.google.com/storage/docs/json_api/v1/objects */
import type { RestReply, RestRequest } from '../../host/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { Endpoint } from '../endpoints.ts';
import { conditionNotMet, notServed, NotModified, required } from '../errors.ts';
import { commit, type StorageParts } from '../parts.ts';
import { list } from './list-route.ts';
import { mediaReply } from './media.ts';
import { changeObject, deleteObject, findObject, findSoftDeleted } from './object-changes.ts';
import { changeProperties, type ObjectProperties, replaceProperties } from './object-properties.ts';
import { objectResource, type StoredObject } from './object.ts';
import { judge, type Preconditions, parsePreconditions } from './preconditions.ts';
import { flag, integer } from '../parameters.ts';

export function objectEndpoints(parts: StorageParts): Endpoint[] {
  const path = '/b/{bucket}/o/{object}';
  return [
    { method: 'GET', path, id: 'objects.get', handle: (request) => get(parts, request) },
    { method: 'GET', path: '/b/{bucket}/o', id: 'objects.list', handle: (request) => list(parts, request) },
    { method: 'DELETE', path, id: 'objects.delete', handle: (request) => remove(parts, request) },
    {
      method: 'PATCH',
      path,
      id: 'objects.patch',
      handle: (request) => change(parts, request, (before, body) => changeProperties(before, body, 'patch')),
    },
    { method: 'PUT', path, id: 'objects.update', handle: (request) => change(parts, request, replaceProperties) },
  ];
}

/** Downloads alone; what media links lead to. */
export function downloadEndpoint(parts: StorageParts): Endpoint {
  return {
    method: 'GET',
    path: '/b/{bucket}/o/{object}',
    id: 'objects.get',
    handle: (request) => get(parts, request),
  };
}

interface Target {
  readonly bucket: string;
  readonly name: string;
  readonly generation: number | undefined;
  readonly preconditions: Preconditions;
}

/** What a request on one object is about. */
function targetOf({ params, query, headers }: RestRequest): Target {
  return {
    bucket: params['bucket'] ?? '',
    name: params['object'] ?? '',
    generation: integer(query, 'generation'),
    preconditions: parsePreconditions(query, 'if', headers),
  };
}

function get(parts: StorageParts, request: RestRequest): RestReply {
  const target = targetOf(request);
  const bucket = parts.buckets.require(target.bucket);
  const isMedia = request.query.get('alt') === 'media';
  if ('x-goog-encryption-key' in request.headers) throw notServed('x-goog-encryption-key in storage.objects.get');
  const object =
    flag(request.query, 'softDeleted') && !isMedia
      ? softDeleted(parts, bucket, target)
      : findObject(parts, bucket, target);
  const verdict = judge(target.preconditions, object);
  if (verdict === 'failed') throw conditionNotMet();
  if (verdict === 'matched') throw new NotModified();
  return isMedia ? mediaReply(parts, object, request) : { json: objectResource(object, bucket, request.origin) };
}

function softDeleted(parts: StorageParts, bucket: Bucket, target: Target): StoredObject {
  if (target.generation === undefined) throw required('generation');
  return findSoftDeleted(parts, bucket, target.name, target.generation);
}

async function remove(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const target = targetOf(request);
  await commit(parts, (changes) => deleteObject(parts, changes, target));
  return { status: 204 };
}

async function change(
  parts: StorageParts,
  request: RestRequest,
  apply: (before: ObjectProperties, body: Readonly<Record<string, unknown>>) => ObjectProperties,
): Promise<RestReply> {
  const target = targetOf(request);
  const body = await request.json();
  const object = await commit(parts, () => changeObject(parts, target, (before) => apply(before, body)));
  return { json: objectResource(object, parts.buckets.require(target.bucket), request.origin) };
}
