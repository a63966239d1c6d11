/** Adds versions to keys. */
import type { CloudClock } from '../primitives/clock.ts';
import type { Store } from '../primitives/store.ts';
import { algorithmNamed, generateSymmetric, isGeneratedLater } from './algorithms.ts';
import { insertVersion, type KeyRow, type VersionRow } from './key-store.ts';
import { versionName } from './names.ts';
import type { Sealer } from './sealing.ts';

export interface VersionParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly sealer: Sealer;
}

/**
 * Adds the next version of a key. A symmetric one has its material at once; an asymmetric one stays PENDING_GENERATION
 * until the lifecycle has made its key pair.
 */
export function addVersion(parts: VersionParts, key: KeyRow, state: 'ENABLED' | 'DISABLED'): VersionRow {
  const nowMs = parts.clock.now();
  const algorithm = algorithmNamed(key.algorithm);
  const later = isGeneratedLater(algorithm);
  const name = { key: key.name, number: nextNumber(parts.store, key.name) };
  const row: VersionRow = {
    ...name,
    state: later ? 'PENDING_GENERATION' : state,
    state_once_generated: state,
    algorithm: key.algorithm,
    create_ms: nowMs,
    generate_ms: later ? null : nowMs,
    destroy_ms: null,
    destroyed_ms: null,
    sealed_material: later ? null : parts.sealer.seal(generateSymmetric(algorithm), versionName(name)),
    public_pem: null,
  };
  insertVersion(parts.store, row);
  return row;
}

/** Numbers are never used again: versions are never deleted. */
function nextNumber(store: Store, key: string): number {
  const row = store.get<{ last: number | null }>('SELECT max(number) AS last FROM versions WHERE key = ?', key);
  return (row?.last ?? 0) + 1;
}
