// Owns making, rotating, changing and revoking write keys: only hashes are stored, and a secret leaves in the answer that made it.
import {
  encodeWriteKey,
  isInForce,
  newSecret,
  parseWriteKey,
  type WriteKey,
  WRITE_KEY_PREFIX,
  writeKeyId,
  writeKeyObject,
  type WriteKeyRights,
} from '#shared/events/write-key.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { formatTimestamp, parseTimestamp } from '#shared/platform/timestamp.ts';
import { mapAtOnce } from '#shared/platform/map-at-once.ts';

/** A stored key: the secret that it belongs to is known by its hash only. */
export interface StoredWriteKey {
  readonly object: string;
  readonly generation: string;
  readonly id: string;
  readonly key: WriteKey;
}

/** A key with its secret, which nobody can ask for again. */
export interface MadeWriteKey {
  readonly id: string;
  readonly key: WriteKey;
  readonly secret: string;
}

export interface WriteKeyDeps {
  readonly store: Pick<ObjectStore, 'read' | 'create' | 'replace' | 'list'>;
  readonly nowMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
}

const READS_AT_ONCE = 8;
const MAX_ATTEMPTS = 5;

/** Every key that was ever made, by name and then by age. What cannot be read is left out. */
export async function allWriteKeys(store: WriteKeyDeps['store']): Promise<readonly StoredWriteKey[]> {
  const objects: string[] = [];
  for await (const { name } of store.list(WRITE_KEY_PREFIX)) objects.push(name);
  const read = await mapAtOnce(objects, READS_AT_ONCE, async (object) => look(store, object));
  return read
    .filter((stored) => stored !== undefined)
    .toSorted((a, b) => compare(a.key.name, b.key.name) || compare(a.key.createdAt, b.key.createdAt));
}

/** @throws PlatformError conflict when a key of the name is in force */
export async function makeWriteKey(deps: WriteKeyDeps, name: string, rights: WriteKeyRights): Promise<MadeWriteKey> {
  if ((await inForce(deps, name)).length > 0) {
    throw new PlatformError('conflict', {
      message: `A write key named ${name} is in force.`,
      hint: 'Rotate it, revoke it first, or choose another name.',
    });
  }
  return store(deps, { ...rights, name, createdAt: formatTimestamp(deps.nowMs) });
}

/**
 * A new secret with the rights of the newest one; the others are taken for `overlapMs` more, and no longer than they were.
 * The new one is stored first, so that whatever happens an app is never left without.
 * @throws PlatformError unknown_write_key_name
 */
export async function rotateWriteKey(deps: WriteKeyDeps, name: string, overlapMs: number): Promise<MadeWriteKey> {
  const before = await inForce(deps, name);
  const newest = before.at(-1);
  if (newest === undefined) throw unknown(name);
  const { id: _id, revokedAt: _revokedAt, ...rights } = newest.key;
  const made = await store(deps, { ...rights, createdAt: formatTimestamp(deps.nowMs) });
  await endAll(deps, before, deps.nowMs + overlapMs);
  return made;
}

/**
 * Ends every secret of a name, or one of them. What is revoked already stays as it is, so that repeating changes nothing.
 * @throws PlatformError unknown_write_key_name
 */
export async function revokeWriteKey(
  deps: WriteKeyDeps,
  name: string,
  id: string | undefined,
): Promise<readonly StoredWriteKey[]> {
  const named = (await allWriteKeys(deps.store)).filter((each) => each.key.name === name);
  const meant = named.filter((each) => id === undefined || each.id === id);
  if (meant.length === 0) throw unknown(name);
  return endAll(deps, meant, deps.nowMs);
}

/**
 * Gives every secret of a name that is in force other rights.
 * @throws PlatformError unknown_write_key_name, conflict
 */
export async function changeWriteKey(
  deps: WriteKeyDeps,
  name: string,
  change: (rights: WriteKey) => WriteKey,
): Promise<readonly StoredWriteKey[]> {
  const named = await inForce(deps, name);
  if (named.length === 0) throw unknown(name);
  return mapAtOnce(named, 1, (each) => rewrite(deps, each, change));
}

async function inForce({ store: keys, nowMs }: WriteKeyDeps, name: string): Promise<readonly StoredWriteKey[]> {
  return (await allWriteKeys(keys)).filter(({ key }) => key.name === name && isInForce(key, nowMs));
}

async function store(deps: WriteKeyDeps, key: WriteKey): Promise<MadeWriteKey> {
  const secret = newSecret(deps.randomBytes);
  // A new secret has the form of one.
  const object = writeKeyObject(secret) ?? '';
  const created = await deps.store.create(object, encodeWriteKey(key));
  if (created.kind === 'exists') throw new PlatformError('conflict');
  return { id: writeKeyId(object), key, secret };
}

function endAll(deps: WriteKeyDeps, keys: readonly StoredWriteKey[], atMs: number): Promise<readonly StoredWriteKey[]> {
  return mapAtOnce(keys, 1, (each) =>
    rewrite(deps, each, (key) => {
      const endsMs = key.revokedAt === undefined ? Infinity : (parseTimestamp(key.revokedAt) ?? -Infinity);
      return endsMs <= atMs ? key : { ...key, revokedAt: formatTimestamp(atMs) };
    }),
  );
}

async function rewrite(
  { store: keys }: WriteKeyDeps,
  stored: StoredWriteKey,
  change: (key: WriteKey) => WriteKey,
): Promise<StoredWriteKey> {
  let current: StoredWriteKey | undefined = stored;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && current !== undefined; attempt += 1) {
    const key = change(current.key);
    if (key === current.key) return current;
    const replaced = await keys.replace(current.object, current.generation, encodeWriteKey(key));
    if (replaced.kind === 'replaced') return { ...current, key, generation: replaced.generation };
    current = await look(keys, current.object);
  }
  throw new PlatformError('conflict');
}

async function look(keys: Pick<ObjectStore, 'read'>, object: string): Promise<StoredWriteKey | undefined> {
  const found = await keys.read(object);
  const key = found === undefined ? undefined : parseWriteKey(found.body);
  return found === undefined || key === undefined
    ? undefined
    : { object, generation: found.generation, id: writeKeyId(object), key };
}

function unknown(name: string): PlatformError {
  return new PlatformError('unknown_write_key_name', { message: `No write key is named ${name}.` });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
