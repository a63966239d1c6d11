/** Rows of key rings, keys and versions, and what the API shows of them. */
import { toTimestamp } from '../host/messages.ts';
import type { SqlValue, Store } from '../primitives/store.ts';
import { versionName, type VersionName } from './names.ts';
import { notFound } from './refusals.ts';
import type { Purpose } from './algorithms.ts';

export const KMS_TABLES = `
CREATE TABLE key_rings (name TEXT PRIMARY KEY, parent TEXT NOT NULL, create_ms INTEGER NOT NULL) STRICT;
CREATE INDEX key_rings_by_parent ON key_rings (parent, name);
CREATE TABLE crypto_keys (
  name TEXT PRIMARY KEY, ring TEXT NOT NULL REFERENCES key_rings (name), purpose TEXT NOT NULL, algorithm TEXT NOT NULL,
  create_ms INTEGER NOT NULL, destroy_scheduled_ms INTEGER NOT NULL, rotation_ms INTEGER, next_rotation_ms INTEGER,
  primary_number INTEGER, labels TEXT NOT NULL, uid BLOB NOT NULL UNIQUE) STRICT;
CREATE INDEX crypto_keys_by_ring ON crypto_keys (ring, name);
CREATE INDEX crypto_keys_to_rotate ON crypto_keys (next_rotation_ms) WHERE next_rotation_ms IS NOT NULL;
CREATE TABLE versions (
  key TEXT NOT NULL REFERENCES crypto_keys (name), number INTEGER NOT NULL, state TEXT NOT NULL,
  state_once_generated TEXT NOT NULL, algorithm TEXT NOT NULL, create_ms INTEGER NOT NULL, generate_ms INTEGER,
  destroy_ms INTEGER, destroyed_ms INTEGER, sealed_material BLOB, public_pem TEXT,
  PRIMARY KEY (key, number)) STRICT, WITHOUT ROWID;
CREATE INDEX versions_to_destroy ON versions (destroy_ms) WHERE state = 'DESTROY_SCHEDULED';
CREATE TABLE policies (resource TEXT PRIMARY KEY, policy TEXT NOT NULL) STRICT`;

export interface KeyRingRow {
  readonly name: string;
  readonly create_ms: number;
}

export interface KeyRow {
  readonly name: string;
  readonly ring: string;
  readonly purpose: Purpose;
  readonly algorithm: string;
  readonly create_ms: number;
  readonly destroy_scheduled_ms: number;
  readonly rotation_ms: number | null;
  readonly next_rotation_ms: number | null;
  readonly primary_number: number | null;
  /** A JSON object. */
  readonly labels: string;
  /** Names the key inside ciphertexts. */
  readonly uid: Uint8Array;
}

type VersionState = 'PENDING_GENERATION' | 'ENABLED' | 'DISABLED' | 'DESTROY_SCHEDULED' | 'DESTROYED';

export interface VersionRow extends VersionName {
  readonly state: VersionState;
  readonly state_once_generated: 'ENABLED' | 'DISABLED';
  readonly algorithm: string;
  readonly create_ms: number;
  readonly generate_ms: number | null;
  readonly destroy_ms: number | null;
  readonly destroyed_ms: number | null;
  readonly sealed_material: Uint8Array | null;
  readonly public_pem: string | null;
}

/** @throws ApiError NOT_FOUND */
export function requireKeyRing(store: Store, name: string): KeyRingRow {
  return required(store.get<KeyRingRow>('SELECT * FROM key_rings WHERE name = ?', name), 'KeyRing', name);
}

/** @throws ApiError NOT_FOUND */
export function requireKey(store: Store, name: string): KeyRow {
  return required(store.get<KeyRow>('SELECT * FROM crypto_keys WHERE name = ?', name), 'CryptoKey', name);
}

/** @throws ApiError NOT_FOUND */
export function requireVersion(store: Store, version: VersionName): VersionRow {
  const row = store.get<VersionRow>('SELECT * FROM versions WHERE key = ? AND number = ?', version.key, version.number);
  return required(row, 'CryptoKeyVersion', versionName(version));
}

export function insertVersion(store: Store, row: VersionRow): void {
  const values: SqlValue[] = [
    row.key,
    row.number,
    row.state,
    row.state_once_generated,
    row.algorithm,
    row.create_ms,
    row.generate_ms,
    row.destroy_ms,
    row.destroyed_ms,
    row.sealed_material,
    row.public_pem,
  ];
  store.run(`INSERT INTO versions VALUES (${values.map(() => '?').join(', ')})`, ...values);
}

function required<Row>(row: Row | undefined, kind: 'KeyRing' | 'CryptoKey' | 'CryptoKeyVersion', name: string): Row {
  if (row === undefined) throw notFound(kind, name);
  return row;
}

// ---- As the API shows them ----

export function toKeyRing(row: KeyRingRow): object {
  return { name: row.name, createTime: toTimestamp(row.create_ms) };
}

export function toCryptoKey(store: Store, row: KeyRow): object {
  return {
    name: row.name,
    // Only keys that encrypt have a primary version; it is shown whatever its state.
    primary:
      row.primary_number === null
        ? null
        : toVersion(requireVersion(store, { key: row.name, number: row.primary_number })),
    purpose: row.purpose,
    createTime: toTimestamp(row.create_ms),
    nextRotationTime: timestampOrNull(row.next_rotation_ms),
    rotationPeriod: timestampOrNull(row.rotation_ms),
    versionTemplate: { protectionLevel: 'SOFTWARE', algorithm: row.algorithm },
    labels: JSON.parse(row.labels) as object,
    destroyScheduledDuration: toTimestamp(row.destroy_scheduled_ms),
  };
}

export function toVersion(row: VersionRow): object {
  return {
    name: versionName(row),
    state: row.state,
    protectionLevel: 'SOFTWARE',
    algorithm: row.algorithm,
    createTime: toTimestamp(row.create_ms),
    generateTime: timestampOrNull(row.generate_ms),
    destroyTime: row.state === 'DESTROY_SCHEDULED' ? timestampOrNull(row.destroy_ms) : null,
    destroyEventTime: row.state === 'DESTROYED' ? timestampOrNull(row.destroyed_ms) : null,
  };
}

/** Timestamps and Durations have the same shape. */
function timestampOrNull(ms: number | null): object | null {
  return ms === null ? null : toTimestamp(ms);
}
