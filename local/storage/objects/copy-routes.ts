/** Objects made from one other: copy, rewrite, move and restore. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite */
import type { RestReply, RestRequest } from '../../host/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { Content } from '../contents/receiving.ts';
import type { Endpoint } from '../endpoints.ts';
import { conditionNotMet, invalid, noSuchObject, notServed, required } from '../errors.ts';
import { type Changes, commit, type StorageParts } from '../parts.ts';
import { discard, findObject, findSoftDeleted, type NewObject, putObject } from './object-changes.ts';
import { objectName } from './object-name.ts';
import { newProperties, type ObjectProperties } from './object-properties.ts';
import { objectResource, type StoredObject } from './object.ts';
import { judge, parsePreconditions } from './preconditions.ts';
import { integer } from '../parameters.ts';

export function copyEndpoints(parts: StorageParts): Endpoint[] {
  const source = '/b/{bucket}/o/{object}';
  const destination = 'b/{destinationBucket}/o/{destinationObject}';
  return [
    {
      method: 'POST',
      path: `${source}/rewriteTo/${destination}`,
      id: 'objects.rewrite',
      handle: (request) => rewrite(parts, request),
    },
    {
      method: 'POST',
      path: `${source}/copyTo/${destination}`,
      id: 'objects.copy',
      handle: async (request) => ({ json: (await copy(parts, request)).resource }),
    },
    {
      method: 'POST',
      path: `${source}/moveTo/o/{destinationObject}`,
      id: 'objects.move',
      handle: (request) => move(parts, request),
    },
    { method: 'POST', path: `${source}/restore`, id: 'objects.restore', handle: (request) => restore(parts, request) },
  ];
}

/** All bytes are rewritten in one call here, so there is never a token to go on with. */
async function rewrite(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const { object, resource } = await copy(parts, request);
  const size = String(object.size);
  return {
    json: { kind: 'storage#rewriteResponse', totalBytesRewritten: size, objectSize: size, done: true, resource },
  };
}

async function copy(
  parts: StorageParts,
  request: RestRequest,
): Promise<{ readonly object: StoredObject; readonly resource: object }> {
  if (request.query.has('destinationKmsKeyName')) throw notServed('destinationKmsKeyName in storage.objects.rewrite');
  const { params, query } = request;
  const body = await request.json();
  const source = findSource(parts, request, integer(query, 'sourceGeneration'));
  const object = await write(parts, source, {
    bucket: params['destinationBucket'] ?? '',
    name: objectName(params['destinationObject']),
    preconditions: parsePreconditions(query, 'if'),
    properties: (bucket) => copiedProperties(source, body, bucket),
  });
  const bucket = parts.buckets.require(params['destinationBucket'] ?? '');
  return { object, resource: objectResource(object, bucket, request.origin) };
}

/** A body that says anything is the whole of the copy's metadata; an empty one takes the source's. Holds are not copied. */
function copiedProperties(
  source: StoredObject,
  body: Readonly<Record<string, unknown>>,
  bucket: Bucket,
): ObjectProperties {
  const { storageClass, defaultEventBasedHold } = bucket.settings;
  const {
    storageClass: _class,
    temporaryHold: _temporary,
    eventBasedHold: _eventBased,
    holdReleasedMs: _released,
    ...inherited
  } = source.properties;
  const resource = Object.keys(body).length === 0 ? inherited : body;
  return newProperties({ ...resource }, { storageClass, eventBasedHold: defaultEventBasedHold === true });
}

/** One transaction: nobody sees both names, or neither. */
async function move(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const { params, query } = request;
  const source = findSource(parts, request, undefined);
  const name = objectName(params['destinationObject']);
  if (name === source.name) throw invalid('The source and destination objects must be different.');
  const bucketName = params['bucket'] ?? '';
  const object = await write(
    parts,
    source,
    {
      bucket: bucketName,
      name,
      preconditions: parsePreconditions(query, 'if'),
      properties: () => source.properties,
    },
    (changes) => {
      const bucket = parts.buckets.require(bucketName);
      const live = parts.objects.live(bucket.id, source.name);
      if (live?.id !== source.id || live.generation !== source.generation) throw noSuchObject(bucketName, source.name);
      discard(parts, changes, bucket, live);
    },
  );
  return { json: objectResource(object, parts.buckets.require(bucketName), request.origin) };
}

/** A soft-deleted generation comes back as a new live one, and stays restorable. */
async function restore(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  const { params, query } = request;
  const generation = integer(query, 'generation');
  if (generation === undefined) throw required('generation');
  const bucket = parts.buckets.require(params['bucket'] ?? '');
  const source = findSoftDeleted(parts, bucket, params['object'] ?? '', generation);
  const object = await write(parts, source, {
    bucket: bucket.name,
    name: source.name,
    preconditions: parsePreconditions(query, 'if'),
    properties: () => source.properties,
  });
  return { json: objectResource(object, bucket, request.origin) };
}

function findSource(parts: StorageParts, { params, query }: RestRequest, generation: number | undefined): StoredObject {
  const bucket = parts.buckets.require(params['bucket'] ?? '');
  const source = findObject(parts, bucket, { name: params['object'] ?? '', generation });
  if (judge(parsePreconditions(query, 'ifSource'), source) !== 'holds') throw conditionNotMet();
  return source;
}

/** Writes a copy of the source's bytes, and does `also` in the same transaction. */
async function write(
  parts: StorageParts,
  source: StoredObject,
  wanted: Omit<NewObject, 'received'>,
  also?: (changes: Changes) => void,
): Promise<StoredObject> {
  const content = await copyOf(parts, source);
  const checksums = { crc32c: source.crc32c, md5: source.md5 === undefined ? undefined : Buffer.from(source.md5) };
  const received = { content, size: source.size, checksums };
  const components = source.components === undefined ? {} : { components: source.components };
  try {
    return await commit(parts, (changes) => {
      const object = putObject(parts, changes, { ...wanted, received, ...components });
      also?.(changes);
      return object;
    });
  } catch (error) {
    if (content.kind === 'file') await parts.files.remove(content.file);
    throw error;
  }
}

/** Taken at once, so that whatever happens to the source in the meantime does not matter. */
function copyOf(parts: StorageParts, source: StoredObject): Promise<Content> | Content {
  return source.file === undefined
    ? { kind: 'inline', bytes: parts.objects.inlineBytes(source) }
    : parts.files.link(source.file).then((file) => ({ kind: 'file', file }));
}
