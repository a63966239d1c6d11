// Owns what an erasure asks of pipelines: metadata changes partitions, and what it has written of them is read where it lies.
import type { z } from 'zod';
import type { FunctionCaller } from '#shared/gcp/identity.ts';
import { partitionObject, partitionOfObject, partitionPrefix } from '#shared/metadata/state-objects.ts';
import { type Fenced, fencedShape, type RecomputeAnswer, recomputeShape } from '#shared/pipelines/cleaning-answers.ts';
import { type PartitionName, parsePartitionRecord, type PartitionRecord } from '#shared/pipelines/partition-record.ts';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** Calls reject with a PlatformError when metadata cannot be reached or refuses. */
export interface Pipelines {
  /** Ends every run of the endpoints that has not committed; answers who was ended and who commits. */
  fence(endpoints: readonly EndpointId[]): Promise<Fenced>;
  /** Has a partition computed again. */
  recompute(partition: PartitionName): Promise<RecomputeAnswer>;
}

const READ_AT_ONCE = 16;

/** Metadata at its URL. */
export function createPipelines(call: FunctionCaller, metadataUrl: string): Pipelines {
  const ask = async <Shape extends z.ZodType>(path: string, body: object, shape: Shape): Promise<z.infer<Shape>> => {
    const { json } = await call(`${metadataUrl}${path}`, body).catch(() => ({ json: undefined }));
    const answer = shape.safeParse(json);
    if (answer.success) return answer.data;
    const code = json !== null && typeof json === 'object' && 'code' in json ? json.code : undefined;
    throw new PlatformError(typeof code === 'string' && isErrorCode(code) ? code : 'cloud_unavailable', {
      message: 'metadata did not answer what pipelines do.',
    });
  };
  return {
    fence: (endpoints) => ask('/v1/endpoints:fence', { endpoints }, fencedShape),
    recompute: ({ endpoint, key }) => ask(`/v1/endpoints/${endpoint}/partitions/${key}:recompute`, {}, recomputeShape),
  };
}

/** The record of a partition as it stands. @throws PlatformError corrupt when it is damaged */
export async function readPartition(objects: ObjectStore, name: PartitionName): Promise<PartitionRecord | undefined> {
  const stored = await objects.read(partitionObject(name));
  if (stored === undefined) return undefined;
  const record = parsePartitionRecord(parseJsonBytes(stored.body));
  if (record === undefined) throw new PlatformError('corrupt', { message: 'The record of a partition is damaged.' });
  return record;
}

/** The records of every partition of an endpoint, in order of their keys. */
export async function readPartitions(objects: ObjectStore, endpoint: EndpointId): Promise<readonly PartitionRecord[]> {
  const names: PartitionName[] = [];
  for await (const { name } of objects.list(partitionPrefix(endpoint))) {
    const partition = partitionOfObject(name);
    if (partition !== undefined) names.push(partition);
  }
  const records = await mapAtOnce(names, READ_AT_ONCE, (name) => readPartition(objects, name));
  return records.filter((record) => record !== undefined);
}
