/** storage.objects.compose: one object of several. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/compose */
import { Readable } from 'node:stream';
import type { RestReply, RestRequest } from '../../host/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import { fieldsOf } from '../buckets/bucket-settings.ts';
import { receive } from '../contents/receiving.ts';
import type { Endpoint } from '../endpoints.ts';
import { conditionNotMet, invalid, notServed, required } from '../errors.ts';
import { MAX_COMPOSE_SOURCES } from '../limits.ts';
import { commit, type StorageParts } from '../parts.ts';
import { discard, findObject, putObject } from './object-changes.ts';
import { objectName } from './object-name.ts';
import { newProperties } from './object-properties.ts';
import { objectResource, type StoredObject } from './object.ts';
import { parsePreconditions } from './preconditions.ts';

export function composeEndpoint(parts: StorageParts): Endpoint {
  return {
    method: 'POST',
    path: '/b/{bucket}/o/{object}/compose',
    id: 'objects.compose',
    handle: (request) => compose(parts, request),
  };
}

async function compose(parts: StorageParts, request: RestRequest): Promise<RestReply> {
  if (request.query.has('kmsKeyName')) throw notServed('kmsKeyName in storage.objects.compose');
  const body = await request.json();
  const bucket = parts.buckets.require(request.params['bucket'] ?? '');
  const name = objectName(request.params['object']);
  const sources = findSources(parts, bucket, body['sourceObjects']);
  // Opened at once, so that what happens to the sources in the meantime does not matter.
  const contents = sources.map((source) =>
    source.file === undefined
      ? [parts.objects.inlineBytes(source)]
      : parts.files.read(source.file, { start: 0, end: source.size - 1 }),
  );
  const received = await receive(concatenated(contents), parts.files).finally(() => {
    for (const content of contents) if (content instanceof Readable) content.destroy();
  });
  const { storageClass, defaultEventBasedHold } = bucket.settings;
  try {
    const object = await commit(parts, (changes) => {
      const made = putObject(parts, changes, {
        bucket: bucket.name,
        name,
        preconditions: parsePreconditions(request.query, 'if'),
        received: { ...received, checksums: { ...received.checksums, md5: undefined } },
        components: sources.reduce((sum, source) => sum + (source.components ?? 1), 0),
        properties: () =>
          newProperties(fieldsOf('destination', body['destination'] ?? {}), {
            storageClass,
            eventBasedHold: defaultEventBasedHold === true,
          }),
      });
      if (body['deleteSourceObjects'] === true) {
        for (const source of sources) {
          const still = parts.objects.generation(bucket.id, source.name, source.generation);
          if (still !== undefined) discard(parts, changes, bucket, still);
        }
      }
      return made;
    });
    return { json: objectResource(object, bucket, request.origin) };
  } catch (error) {
    if (received.content.kind === 'file') await parts.files.remove(received.content.file);
    throw error;
  }
}

async function* concatenated(contents: readonly (Iterable<Buffer> | AsyncIterable<unknown>)[]): AsyncGenerator<Buffer> {
  // Files are read as bytes.
  for (const content of contents) yield* content as AsyncIterable<Buffer>;
}

function findSources(parts: StorageParts, bucket: Bucket, asked: unknown): StoredObject[] {
  if (!Array.isArray(asked) || asked.length === 0) throw invalid('You must provide at least one source component.');
  if (asked.length > MAX_COMPOSE_SOURCES) {
    throw invalid(
      `The number of source components provided (${asked.length}) exceeds the maximum (${MAX_COMPOSE_SOURCES})`,
    );
  }
  return asked.map((item: unknown) => {
    const { name, generation, objectPreconditions } = fieldsOf('sourceObjects', item);
    if (typeof name !== 'string') throw required('sourceObjects.name');
    const wanted = generation === undefined || generation === null ? undefined : Number(generation);
    const source = findObject(parts, bucket, { name, generation: wanted });
    const { ifGenerationMatch } = fieldsOf('objectPreconditions', objectPreconditions ?? {});
    if (ifGenerationMatch !== undefined && Number(ifGenerationMatch) !== source.generation) throw conditionNotMet();
    return source;
  });
}
