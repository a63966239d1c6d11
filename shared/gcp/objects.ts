// Owns Cloud Storage as the platform uses it: small objects with preconditions.
import { Storage } from '@google-cloud/storage';
import { randomUUID } from 'node:crypto';
import type {
  BodyReader,
  Created,
  Labels,
  ListedObject,
  ListOptions,
  ObjectStore,
  Replaced,
  StoredObject,
} from '../platform/object-store.ts';
import { statusOf, toPlatformError } from './failure.ts';
import { createSmallObjects } from './small-objects.ts';

/** Lets a writer recognise its own write after a reply was lost and the client repeated it. */
const WRITER_LABEL = 'writer';

/** The store over a bucket; `new Storage()` takes project, credentials and address from the environment. */
export function createObjectStore(bucketName: string, storage: Storage = new Storage()): ObjectStore & BodyReader {
  const bucket = storage.bucket(bucketName);
  const small = createSmallObjects(bucketName, storage);

  const write = async (
    name: string,
    ifGenerationMatch: string | number,
    body: Buffer | string,
    labels: Labels,
  ): Promise<string | undefined> => {
    const file = bucket.file(name);
    const writer = randomUUID();
    try {
      await file.save(body, {
        resumable: false,
        validation: false,
        preconditionOpts: { ifGenerationMatch },
        metadata: { contentType: contentType(body), metadata: { ...labels, [WRITER_LABEL]: writer } },
      });
      return String(file.metadata.generation);
    } catch (error) {
      if (statusOf(error) !== 412) throw toPlatformError(error);
      return ownEarlierWrite(name, writer);
    }
  };

  /** A precondition may fail because our own first attempt succeeded and only its reply was lost. */
  const ownEarlierWrite = async (name: string, writer: string): Promise<string | undefined> => {
    const [metadata] = await bucket.file(name).getMetadata().catch(absentOrThrow);
    return metadata?.metadata?.[WRITER_LABEL] === writer ? String(metadata.generation) : undefined;
  };

  return {
    read: (name) => read(bucket, name),
    async readBody(name) {
      const found = await small.read(name);
      return found === undefined ? undefined : { generation: found.generation, body: found.bytes };
    },
    async create(name, body, labels = {}): Promise<Created> {
      const generation = await write(name, 0, body, labels);
      return generation === undefined ? { kind: 'exists' } : { kind: 'created', generation };
    },
    async replace(name, generation, body, labels = {}): Promise<Replaced> {
      const next = await write(name, generation, body, labels);
      return next === undefined ? { kind: 'conflict' } : { kind: 'replaced', generation: next };
    },
    list: (prefix, options) => list(bucket, prefix, options),
    async delete(name, generation) {
      try {
        await bucket.file(name).delete(generation === undefined ? {} : { ifGenerationMatch: generation });
        return 'deleted';
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) return 'absent';
        if (status === 412) return 'conflict';
        throw toPlatformError(error);
      }
    },
  };
}

type Bucket = ReturnType<Storage['bucket']>;

async function read(bucket: Bucket, name: string): Promise<StoredObject | undefined> {
  for (;;) {
    const file = bucket.file(name);
    const [metadata] = await file.getMetadata().catch(absentOrThrow);
    if (metadata === undefined) return undefined;
    const generation = String(metadata.generation);
    const found = await bucket.file(name, { generation }).download({ validation: false }).catch(absentOrThrow);
    // Replaced between the two calls: read the newer one.
    if (found[0] !== undefined) return { generation, body: found[0], labels: labelsOf(metadata) };
  }
}

async function* list(bucket: Bucket, prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
  let pageToken: string | undefined;
  do {
    const [files, next] = await bucket
      .getFiles({
        prefix,
        autoPaginate: false,
        maxResults: 1000,
        fields: 'nextPageToken,items(name,generation,size,updated,metadata)',
        ...(options.from === undefined ? {} : { startOffset: options.from }),
        ...(options.before === undefined ? {} : { endOffset: options.before }),
        ...(pageToken === undefined ? {} : { pageToken }),
      })
      .catch((error: unknown) => {
        throw toPlatformError(error);
      });
    // With `fields` the client hands over resources as they come, where its types promise File.
    for (const resource of files as unknown as readonly ListedResource[]) {
      const { name, generation, size, updated } = resource;
      const writtenAtMs = Date.parse(updated);
      yield { name, generation, labels: labelsOf(resource), bytes: Number(size), writtenAtMs };
    }
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken !== undefined);
}

/** What a listing asks for of each object. */
interface ListedResource {
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly updated: string;
  readonly metadata?: Record<string, unknown>;
}

function labelsOf(metadata: { metadata?: Record<string, unknown> }): Labels {
  const entries = Object.entries(metadata.metadata ?? {}).filter(([name]) => name !== WRITER_LABEL);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function absentOrThrow(error: unknown): [undefined] {
  if (statusOf(error) === 404) return [undefined];
  throw toPlatformError(error);
}

function contentType(body: Buffer | string): string {
  return typeof body === 'string' ? 'application/json' : 'application/octet-stream';
}
