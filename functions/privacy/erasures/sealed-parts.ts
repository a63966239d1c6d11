// Owns the sealed parts of an erasure that runs: whom it is about, and samples by which the end is proved.
import { z } from 'zod';
import type { Aead } from '#lib/tink/aead.ts';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import {
  type ErasureScope,
  newRequestKey,
  openRequestKey,
  openScope,
  sealScope,
} from '#shared/privacy/erasure/erasure-scope.ts';
import { scopeAssociatedData } from '#shared/privacy/keys/derivations.ts';
import type { KeySource } from '#shared/privacy/keys/key-stores.ts';
import { partObject } from './erasure-objects.ts';

/** A scope as it was read, with the key of its request. */
export interface OpenedScope {
  readonly aead: Aead;
  readonly scope: ErasureScope;
  readonly generation: string;
}

/** A value that was sealed under the subject's key before the shredding, and must not open after it. */
export interface SealedSample {
  readonly purpose: string;
  readonly token: string;
  readonly sealed: Buffer;
}

/** Makes the request's key and scope durable, or finds them made: before the record, which says that all is there. */
export async function sealNewScope(store: ObjectStore, epochs: KeySource, id: string, lookupId: string): Promise<void> {
  const aead = await requestKey(store, epochs, id);
  await store.create(partObject(id, 'scope'), sealScope(aead, id, { lookupId, keyrings: [] }));
  aead.close();
}

async function requestKey(store: ObjectStore, epochs: KeySource, id: string): Promise<Aead> {
  const name = partObject(id, 'key');
  for (;;) {
    const stored = await store.read(name);
    if (stored !== undefined) {
      const aead = await openRequestKey(epochs, id, stored.body);
      if (aead !== undefined) return aead;
      // No record names this key yet, so nothing is lost with it.
      await store.delete(name, stored.generation);
      await store.delete(partObject(id, 'scope'));
    }
    const made = newRequestKey(await epochs.current(), id);
    if ((await store.create(name, made.record)).kind === 'created') return made.aead;
    made.aead.close();
  }
}

/** Opens the scope of an erasure. @throws PlatformError corrupt: without it nobody knows whom the erasure is about */
export async function readScope(store: ObjectStore, epochs: KeySource, id: string): Promise<OpenedScope> {
  const [key, sealed] = await Promise.all([store.read(partObject(id, 'key')), store.read(partObject(id, 'scope'))]);
  const aead = key === undefined ? undefined : await openRequestKey(epochs, id, key.body);
  const scope = aead === undefined || sealed === undefined ? undefined : openScope(aead, id, sealed.body);
  if (aead === undefined || sealed === undefined || scope === undefined) {
    aead?.close();
    throw new PlatformError('corrupt', { message: 'The sealed scope of the erasure cannot be opened.' });
  }
  return { aead, scope, generation: sealed.generation };
}

/** Whom an erasure is about, for as long as that can be had: not any more once the erasure is at its end. */
export async function findScope(store: ObjectStore, epochs: KeySource, id: string): Promise<ErasureScope | undefined> {
  if ((await store.read(partObject(id, 'key'))) === undefined) return undefined;
  const { aead, scope } = await readScope(store, epochs, id);
  aead.close();
  return scope;
}

/** Writes the scope over the one that was read; false when somebody else was first. */
export async function replaceScope(
  store: ObjectStore,
  id: string,
  before: OpenedScope,
  scope: ErasureScope,
): Promise<boolean> {
  const sealed = sealScope(before.aead, id, scope);
  return (await store.replace(partObject(id, 'scope'), before.generation, sealed)).kind === 'replaced';
}

const sampleRecords = z.array(z.strictObject({ purpose: z.string(), token: z.string(), sealed: z.base64() }));

/** Stores samples, unless there are some: those were taken when the keyrings were frozen already, and may be the last there were. */
export async function keepSamples(
  store: ObjectStore,
  id: string,
  aead: Aead,
  samples: readonly SealedSample[],
): Promise<void> {
  const records = samples.map(({ purpose, token, sealed }) => ({ purpose, token, sealed: sealed.toString('base64') }));
  const bytes = aead.seal(Buffer.from(canonicalJson(records), 'utf8'), samplesAssociatedData(id));
  await store.create(partObject(id, 'samples'), bytes);
}

/** The samples. @throws PlatformError corrupt */
export async function readSamples(store: ObjectStore, id: string, aead: Aead): Promise<readonly SealedSample[]> {
  const stored = await store.read(partObject(id, 'samples'));
  const opened = stored === undefined ? undefined : aead.open(stored.body, samplesAssociatedData(id));
  const parsed = opened?.kind === 'opened' ? sampleRecords.safeParse(parseJsonBytes(opened.plaintext)) : undefined;
  if (parsed?.success !== true)
    throw new PlatformError('corrupt', { message: 'The samples of the erasure are damaged.' });
  return parsed.data.map(({ sealed, ...sample }) => ({ ...sample, sealed: Buffer.from(sealed, 'base64') }));
}

/** Ids of erasures hold no `/`, so this is never the associated data of a scope. */
function samplesAssociatedData(id: string): Buffer {
  return scopeAssociatedData(`${id}/samples`);
}
