// Owns finding the keys of requests that are under way: each is wrapped under an epoch, as keyrings are.
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { listOpen, partObject, readOpen } from '../erasures/erasure-objects.ts';
import { exportObject, exportRequestId, listOpenExports } from '../exports/export-objects.ts';

/** The object of a key, and the request to which it is bound. */
export interface RequestKeyObject {
  readonly name: string;
  readonly requestId: string;
}

export async function* requestKeys(objects: ObjectStore): AsyncGenerator<RequestKeyObject> {
  for await (const subject of listOpen(objects)) {
    const open = await readOpen(objects, subject);
    if (open !== undefined) yield { name: partObject(open.id, 'key'), requestId: open.id };
  }
  for await (const { id } of listOpenExports(objects)) {
    yield { name: exportObject(id, 'key'), requestId: exportRequestId(id) };
  }
}
