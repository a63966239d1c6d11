// Owns reading the names of endpoints and partitions out of paths.
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import type { PartitionName } from '#shared/pipelines/partition-record.ts';

/** @throws PlatformError unknown_endpoint, invalid_partition_key */
export function partitionOf(id: string | undefined, text: string | undefined): PartitionName {
  const key = parsePartitionKey(text ?? '');
  if (key === undefined) throw new PlatformError('invalid_partition_key');
  return { endpoint: endpointIdOf(id), key };
}

/** @throws PlatformError unknown_endpoint */
export function endpointIdOf(id: string | undefined): EndpointId {
  const endpoint = parseId('endpoint', id ?? '');
  if (endpoint === undefined) throw new PlatformError('unknown_endpoint');
  return endpoint;
}
