/** Keys: create, get, list, update, choice of the primary version. */
import { randomBytes } from 'node:crypto';
import { type GrpcMethod, unary } from '../host/service.ts';
import type { SqlValue, Store } from '../primitives/store.ts';
import { algorithmFor, type Purpose, servedPurpose } from './algorithms.ts';
import {
  checkedLabels,
  checkedRotation,
  type CryptoKeyInput,
  destroyScheduledMs,
  refuseUnserved,
  rotationOf,
} from './key-settings.ts';
import { type KeyRow, requireKey, requireKeyRing, requireVersion, toCryptoKey } from './key-store.ts';
import { listPage, type ListRequest } from './listing.ts';
import { checkedName, childName, parseVersionName } from './names.ts';
import { addVersion } from './new-version.ts';
import { alreadyExists, invalid, wrongPurpose } from './refusals.ts';
import type { VersionMethodParts } from './versions.ts';

const UID_BYTES = 16;

interface CreateCryptoKeyRequest {
  readonly parent: string;
  readonly cryptoKeyId: string;
  readonly cryptoKey: CryptoKeyInput | null;
  readonly skipInitialVersionCreation: boolean;
}

interface UpdateCryptoKeyRequest {
  readonly cryptoKey: CryptoKeyInput | null;
  readonly updateMask: { readonly paths: readonly string[] } | null;
}

export function cryptoKeyMethods(parts: VersionMethodParts): Record<string, GrpcMethod> {
  const { store, lifecycle } = parts;
  return {
    CreateCryptoKey: unary((request: CreateCryptoKeyRequest) => {
      const name = createKey(parts, request);
      lifecycle.changed();
      return toCryptoKey(store, requireKey(store, name));
    }),

    GetCryptoKey: unary(({ name }: { readonly name: string }) =>
      toCryptoKey(store, requireKey(store, checkedName('crypto key', name))),
    ),

    ListCryptoKeys: unary((request: ListRequest) => listKeys(store, request)),

    UpdateCryptoKey: unary((request: UpdateCryptoKeyRequest) => {
      const name = updateKey(parts, request);
      lifecycle.changed();
      return toCryptoKey(store, requireKey(store, name));
    }),

    UpdateCryptoKeyPrimaryVersion: unary((request: { readonly name: string; readonly cryptoKeyVersionId: string }) => {
      const key = requireKey(store, checkedName('crypto key', request.name));
      if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(key.name, key.purpose, 'ENCRYPT_DECRYPT');
      const version = parseVersionName(`${key.name}/cryptoKeyVersions/${request.cryptoKeyVersionId}`);
      requireVersion(store, version);
      store.run('UPDATE crypto_keys SET primary_number = ? WHERE name = ?', version.number, key.name);
      return toCryptoKey(store, requireKey(store, key.name));
    }),
  };
}

function createKey(parts: VersionMethodParts, request: CreateCryptoKeyRequest): string {
  const { store, clock, lifecycle } = parts;
  const input = request.cryptoKey;
  if (input === null) throw invalid('crypto_key is required.');
  const ring = checkedName('key ring', request.parent);
  const name = childName(ring, 'cryptoKeys', request.cryptoKeyId);
  const purpose = servedPurpose(input.purpose);
  refuseUnserved(input);
  const algorithm = input.versionTemplate?.algorithm ?? 'CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED';
  const rotation = checkedRotation(rotationOf(input), purpose, clock.now());
  const row: KeyRow = {
    name,
    ring,
    purpose,
    algorithm: algorithmFor(purpose, algorithm),
    create_ms: clock.now(),
    destroy_scheduled_ms: destroyScheduledMs(input),
    rotation_ms: rotation.periodMs,
    next_rotation_ms: rotation.nextMs,
    primary_number: null,
    labels: JSON.stringify(checkedLabels(input.labels)),
    uid: randomBytes(UID_BYTES),
  };
  const version = store.transaction(() => {
    requireKeyRing(store, ring);
    if (insertKey(store, row) === 0) throw alreadyExists('CryptoKey', name);
    if (request.skipInitialVersionCreation) return undefined;
    const first = addVersion(parts, row, 'ENABLED');
    if (purpose === 'ENCRYPT_DECRYPT') setColumn(store, name, 'primary_number', first.number);
    return first;
  });
  if (version?.state === 'PENDING_GENERATION') lifecycle.generate(version);
  return name;
}

function insertKey(store: Store, row: KeyRow): number {
  return store.run(
    'INSERT INTO crypto_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING',
    row.name,
    row.ring,
    row.purpose,
    row.algorithm,
    row.create_ms,
    row.destroy_scheduled_ms,
    row.rotation_ms,
    row.next_rotation_ms,
    row.primary_number,
    row.labels,
    row.uid,
  );
}

function listKeys(store: Store, request: ListRequest): object {
  const ring = checkedName('key ring', request.parent);
  requireKeyRing(store, ring);
  const page = listPage(request, {
    find: (after, limit) =>
      store.all<KeyRow>(
        'SELECT * FROM crypto_keys WHERE ring = ? AND name > ? ORDER BY name LIMIT ?',
        ring,
        after,
        limit,
      ),
    keyOf: (row) => row.name,
    count: () => store.get('SELECT count(*) AS count FROM crypto_keys WHERE ring = ?', ring),
  });
  return {
    cryptoKeys: page.items.map((row) => toCryptoKey(store, row)),
    nextPageToken: page.nextPageToken,
    totalSize: page.totalSize,
  };
}

/** Fields that an update mask may name; the others are output only or immutable. */
const UPDATABLE = new Set([
  'rotation_period',
  'next_rotation_time',
  'labels',
  'version_template',
  'version_template.algorithm',
]);

function updateKey({ store, clock }: VersionMethodParts, request: UpdateCryptoKeyRequest): string {
  const input = request.cryptoKey;
  const mask = new Set(request.updateMask?.paths ?? []);
  if (input === null || mask.size === 0) throw invalid('update_mask must name the fields to update.');
  for (const path of mask) if (!UPDATABLE.has(path)) throw invalid(`Field ${path} cannot be updated.`);
  const name = checkedName('crypto key', input.name);
  return store.transaction(() => {
    const key = requireKey(store, name);
    if (mask.has('labels')) setColumn(store, name, 'labels', JSON.stringify(checkedLabels(input.labels)));
    if (mask.has('version_template') || mask.has('version_template.algorithm')) {
      setColumn(store, name, 'algorithm', newAlgorithm(input, key.purpose));
    }
    if (mask.has('rotation_period') || mask.has('next_rotation_time')) {
      const asked = rotationOf(input);
      const rotation = {
        periodMs: mask.has('rotation_period') ? asked.periodMs : key.rotation_ms,
        nextMs: mask.has('next_rotation_time') ? asked.nextMs : key.next_rotation_ms,
      };
      checkedRotation(rotation, key.purpose, clock.now());
      setColumn(store, name, 'rotation_ms', rotation.periodMs);
      setColumn(store, name, 'next_rotation_ms', rotation.nextMs);
    }
    return name;
  });
}

function newAlgorithm(input: CryptoKeyInput, purpose: Purpose): string {
  refuseUnserved(input);
  return algorithmFor(purpose, input.versionTemplate?.algorithm ?? 'CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED');
}

type Column = 'labels' | 'algorithm' | 'rotation_ms' | 'next_rotation_ms' | 'primary_number';

function setColumn(store: Store, key: string, column: Column, value: SqlValue): void {
  store.run(`UPDATE crypto_keys SET ${column} = ? WHERE name = ?`, value, key);
}
