/** The sending app of collect's tests: its write key, and the catalog that it sends by. Loads none of Google's clients. */
import { fileURLToPath } from 'node:url';
import type { Catalog } from '#shared/catalog/catalog.ts';
import { compileCatalog } from '#shared/catalog/compile-catalog.ts';
import { readDeclarations } from '#shared/catalog/read-folder.ts';
import { type WriteKey, writeKeyObject } from '#shared/events/write-key.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';

export const REGION = 'europe-north1';
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The secret of a write key that may send everything. */
export const SECRET = `tw_${'A'.repeat(43)}`;
export const WRITE_KEY: WriteKey = {
  name: 'test-app',
  eventTypes: ['*'],
  origins: ['*'],
  historical: true,
  createdAt: '2026-08-01T00:00:00Z',
};

/** The catalog of this repository. */
export function repositoryCatalog(): Catalog {
  const compiled = compileCatalog(readDeclarations(ROOT).files);
  if (compiled.kind !== 'compiled') throw new Error('the declarations of this repository do not compile');
  return compiled.catalog;
}

export async function putWriteKey(state: ObjectStore, secret: string, key: WriteKey): Promise<void> {
  await overwrite(state, writeKeyObject(secret) ?? '', JSON.stringify(key));
}

/** Writes an object whatever stands there. */
export async function overwrite(state: ObjectStore, name: string, body: string): Promise<void> {
  const present = await state.read(name);
  if (present === undefined) await state.create(name, body);
  else await state.replace(name, present.generation, body);
}
