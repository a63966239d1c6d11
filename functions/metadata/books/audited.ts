// Owns remembering which partitions of an event type were reconciled, so that each is told of once.
import { z } from 'zod';
import type { EndpointId } from '#shared/platform/ids.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { PartitionKey } from '#shared/pipelines/partition-key.ts';

type Store = Pick<ObjectStore, 'read' | 'create' | 'replace'>;

const record = z.object({ audited: z.array(z.string()) });

/** The object of the state bucket that holds them. */
function auditedObject(endpoint: EndpointId): string {
  return `books/${endpoint}`;
}

/** The partitions of an endpoint that were reconciled lately. */
export async function auditedKeys(store: Pick<Store, 'read'>, endpoint: EndpointId): Promise<ReadonlySet<string>> {
  const found = await store.read(auditedObject(endpoint));
  return new Set(found === undefined ? [] : read(found.body));
}

/**
 * Adds a partition; keys before `from` are forgotten, nobody looks at them again. Should somebody else have written in between,
 * the partition is counted once more, which tells the same fact again.
 */
export async function rememberAudited(
  store: Store,
  endpoint: EndpointId,
  key: PartitionKey,
  from: string,
): Promise<void> {
  const object = auditedObject(endpoint);
  const found = await store.read(object);
  if (found === undefined) {
    await store.create(object, JSON.stringify({ audited: [key] }));
    return;
  }
  const kept = [...new Set([...read(found.body), key])].filter((each) => each >= from).toSorted();
  await store.replace(object, found.generation, JSON.stringify({ audited: kept }));
}

function read(body: Uint8Array): readonly string[] {
  return record.safeParse(parseJsonBytes(body)).data?.audited ?? [];
}
