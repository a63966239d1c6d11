// Owns the stores of privacy's keys over a bucket: keyrings and their index, epochs, the pepper, the revocation feed.
import type { ListedObject, ObjectStore } from '../platform/object-store.ts';
import {
  EPOCH_PREFIX,
  epochObject,
  indexObject,
  keyringObject,
  PEPPER_OBJECT,
  REVOCATION_PREFIX,
  revocationObject,
  revocationOf,
  revocationStart,
} from '../privacy/keys/key-objects.ts';
import type {
  EpochStore,
  KeyringScan,
  KeyringStore,
  RevocationFeed,
  Stored,
  Written,
} from '../privacy/keys/key-stores.ts';
import type { PepperStore } from '../privacy/keys/pepper.ts';
import { ABSENT, type SmallObjects } from './small-objects.ts';

/** Keyrings and the index from tokens to them. Deleting goes the ordinary way: only erasure and lost races do it. */
export function createKeyringStore(objects: SmallObjects, bucket: Pick<ObjectStore, 'delete'>): KeyringStore {
  return {
    read: (lookupId) => readStored(objects, keyringObject(lookupId)),
    create: (lookupId, bytes) => write(objects, keyringObject(lookupId), bytes, ABSENT),
    replace: (lookupId, bytes, revision) => write(objects, keyringObject(lookupId), bytes, revision),
    async readIndex(purpose, token) {
      return (await objects.read(indexObject(purpose, token)))?.bytes.toString('utf8');
    },
    async putIndex(purpose, token, lookupId) {
      const name = indexObject(purpose, token);
      const bytes = Buffer.from(lookupId, 'utf8');
      if ((await objects.write(name, bytes, ABSENT)) !== undefined) return 'written';
      // There already: by this very write, when its reply was lost, or by another keyring.
      return (await objects.read(name))?.bytes.equals(bytes) === true ? 'written' : 'taken';
    },
    async deleteIndex(purpose, token) {
      await bucket.delete(indexObject(purpose, token));
    },
  };
}

/** All keyrings by name, a page at a time. */
export function createKeyringScan(bucket: Pick<ObjectStore, 'list'>): KeyringScan {
  const prefix = keyringObject('');
  return {
    async *names(after) {
      for await (const { name } of bucket.list(prefix, { from: keyringObject(after) })) {
        const lookupId = name.slice(prefix.length);
        if (lookupId !== after) yield lookupId;
      }
    },
  };
}

/** Records of epochs: a handful, listed. */
export function createEpochStore(objects: SmallObjects, bucket: Pick<ObjectStore, 'list'>): EpochStore {
  return {
    async list() {
      const names = await namesOf(bucket.list(EPOCH_PREFIX));
      const stored = await Promise.all(names.map((name) => readStored(objects, name)));
      return stored.filter((record) => record !== undefined);
    },
    create: (id, bytes) => write(objects, epochObject(id), bytes, ABSENT),
    replace: (id, bytes, revision) => write(objects, epochObject(id), bytes, revision),
  };
}

/** The wrapped pepper. */
export function createPepperStore(objects: SmallObjects): PepperStore {
  return {
    read: () => readStored(objects, PEPPER_OBJECT),
    create: (bytes) => write(objects, PEPPER_OBJECT, bytes, ABSENT),
  };
}

/** The feed: an empty object for each entry, which is all in its name, so that one listing reads it. */
export function createRevocationFeed(bucket: Pick<ObjectStore, 'create' | 'list'>): RevocationFeed {
  return {
    async append({ id, lookupId, atMs }) {
      await bucket.create(revocationObject(atMs, lookupId, id), '');
    },
    async read(sinceMs) {
      const names = await namesOf(bucket.list(REVOCATION_PREFIX, { from: revocationStart(Math.max(0, sinceMs)) }));
      const entries = names.map(revocationOf).filter((entry) => entry !== undefined);
      return entries.filter(({ atMs }) => atMs > sinceMs);
    },
  };
}

async function namesOf(listed: AsyncIterable<ListedObject>): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of listed) names.push(name);
  return names;
}

async function readStored(objects: SmallObjects, name: string): Promise<Stored | undefined> {
  const found = await objects.read(name);
  return found === undefined ? undefined : { bytes: found.bytes, revision: found.generation };
}

async function write(objects: SmallObjects, name: string, bytes: Buffer, ifGeneration: string): Promise<Written> {
  const generation = await objects.write(name, bytes, ifGeneration);
  return generation === undefined ? { kind: 'conflict' } : { kind: 'written', revision: generation };
}
