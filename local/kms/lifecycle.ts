/** What happens to versions without a request: key pairs are made, keys rotate, scheduled versions are destroyed. */
import type { CloudClock, Timer } from '../primitives/clock.ts';
import { describeFailure, type Log } from '../primitives/log.ts';
import type { Store } from '../primitives/store.ts';
import { algorithmNamed, generatePair } from './algorithms.ts';
import { requireVersion, type KeyRow, type VersionRow } from './key-store.ts';
import { versionName, type VersionName } from './names.ts';
import { addVersion } from './new-version.ts';
import type { Sealer } from './sealing.ts';

export interface LifecycleParts {
  readonly store: Store;
  readonly clock: CloudClock;
  readonly sealer: Sealer;
  readonly log: Log;
}

export interface Lifecycle {
  /** To be called after a destruction or a rotation was scheduled or called off. */
  changed(): void;
  /** Makes the key pair of a PENDING_GENERATION version in the background. */
  generate(version: VersionName): void;
  /** Does not wait for key pairs that are being made: they are made again after the next start. */
  stop(): void;
}

/** Catches up with what became due while the cloud was down, before any request is served. */
export function startLifecycle(parts: LifecycleParts): Lifecycle {
  const { store, clock, log } = parts;
  let alarm: Timer | undefined;
  let stopped = false;

  const arm = (): void => {
    alarm?.cancel();
    const dueMs = nextDueMs(store);
    alarm = dueMs === undefined || stopped ? undefined : clock.at(dueMs, ring);
  };
  const ring = (): void => {
    try {
      catchUp(parts);
    } catch (error) {
      log('ERROR', 'KMS could not rotate or destroy', { failure: describeFailure(error) });
      return;
    }
    arm();
  };
  const generate = (version: VersionName): void => {
    generateMaterial(parts, version, () => stopped).catch((error: unknown) => {
      log('ERROR', 'KMS could not generate a key', { failure: describeFailure(error) });
    });
  };

  catchUp(parts);
  arm();
  const pending = store.all<VersionRow>("SELECT * FROM versions WHERE state = 'PENDING_GENERATION'");
  for (const version of pending) generate(version);
  return {
    changed: arm,
    generate,
    stop() {
      stopped = true;
      alarm?.cancel();
    },
  };
}

function nextDueMs(store: Store): number | undefined {
  const row = store.get<{ due: number | null }>(
    `SELECT min(due) AS due FROM (
       SELECT min(destroy_ms) AS due FROM versions WHERE state = 'DESTROY_SCHEDULED'
       UNION ALL SELECT min(next_rotation_ms) FROM crypto_keys WHERE next_rotation_ms IS NOT NULL)`,
  );
  return row?.due ?? undefined;
}

function catchUp(parts: LifecycleParts): void {
  const { store, clock } = parts;
  const nowMs = clock.now();
  const destroyed = store.transaction(() => {
    for (const key of store.all<KeyRow>('SELECT * FROM crypto_keys WHERE next_rotation_ms <= ?', nowMs)) {
      rotate(parts, key, nowMs);
    }
    return store.run(
      `UPDATE versions SET state = 'DESTROYED', destroyed_ms = ?, sealed_material = NULL, public_pem = NULL
       WHERE state = 'DESTROY_SCHEDULED' AND destroy_ms <= ?`,
      nowMs,
      nowMs,
    );
  });
  // The store zeroes what a row leaves behind (secure_delete); its write-ahead log still holds the page as it was.
  if (destroyed > 0) store.get('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** However many rotations were missed while the cloud was down, one new version is made. */
function rotate(parts: LifecycleParts, key: KeyRow, nowMs: number): void {
  const version = addVersion(parts, key, 'ENABLED');
  parts.store.run(
    'UPDATE crypto_keys SET primary_number = ?, next_rotation_ms = ? WHERE name = ?',
    version.number,
    rotationAfter(key, nowMs),
    key.name,
  );
}

function rotationAfter(key: KeyRow, nowMs: number): number | null {
  if (key.rotation_ms === null || key.next_rotation_ms === null) return null;
  const periods = Math.floor((nowMs - key.next_rotation_ms) / key.rotation_ms) + 1;
  return key.next_rotation_ms + periods * key.rotation_ms;
}

async function generateMaterial(parts: LifecycleParts, version: VersionName, stopped: () => boolean): Promise<void> {
  const algorithm = algorithmNamed(requireVersion(parts.store, version).algorithm);
  if (algorithm.purpose !== 'ASYMMETRIC_SIGN') return;
  const pair = await generatePair(algorithm);
  if (stopped()) return;
  parts.store.run(
    `UPDATE versions SET state = state_once_generated, generate_ms = ?, sealed_material = ?, public_pem = ?
     WHERE key = ? AND number = ? AND state = 'PENDING_GENERATION'`,
    parts.clock.now(),
    parts.sealer.seal(pair.secret, versionName(version)),
    pair.publicPem,
    version.key,
    version.number,
  );
}
