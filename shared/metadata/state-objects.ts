// Owns where the live state of pipelines is kept in the state bucket.
import { type EndpointId, parseId } from '../platform/ids.ts';
import { parsePartitionKey } from '../pipelines/partition-key.ts';
import type { PartitionName } from '../pipelines/partition-record.ts';
import type { RunName } from '../pipelines/job-names.ts';

/** What the records of partitions begin with: of all endpoints, or of one. */
export function partitionPrefix(endpoint?: EndpointId): string {
  return endpoint === undefined ? 'partitions/' : `partitions/${endpoint}/`;
}

/** The object of a partition's record. */
export function partitionObject({ endpoint, key }: PartitionName): string {
  return `${partitionPrefix(endpoint)}${key}`;
}

/** The partition whose record an object is; undefined when its name is none. */
export function partitionOfObject(object: string): PartitionName | undefined {
  const [, id = '', text = ''] = /^partitions\/([^/]+)\/([^/]+)$/.exec(object) ?? [];
  const [endpoint, key] = [parseId('endpoint', id), parsePartitionKey(text)];
  return endpoint === undefined || key === undefined ? undefined : { endpoint, key };
}

/** The object of a run that has ended. */
export function runObject({ endpoint, key, run }: RunName): string {
  return `runs/${endpoint}/${key}/${run}`;
}

/** The object that says who closes an event type now. */
export function closerObject(endpoint: EndpointId): string {
  return `closers/${endpoint}`;
}

/** What the slots of pools begin with: of all pools, or of one. */
export function slotPrefix(pool?: string): string {
  return pool === undefined ? 'pools/' : `pools/${pool}/`;
}

/** The object of one slot of a pool, from 1. */
export function slotObject(pool: string, slot: number): string {
  return `${slotPrefix(pool)}${String(slot).padStart(5, '0')}`;
}
