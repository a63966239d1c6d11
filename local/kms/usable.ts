/** Opens the key material of versions that may be used. */
import type { VersionRow } from './key-store.ts';
import { versionName } from './names.ts';
import { notEnabled } from './refusals.ts';
import type { Sealer } from './sealing.ts';

/**
 * The key material of an enabled version; it is not kept in memory beyond the call that needs it.
 * @throws ApiError FAILED_PRECONDITION in any other state
 */
export function usableMaterial(sealer: Sealer, version: VersionRow): Buffer {
  const name = versionName(version);
  if (version.state !== 'ENABLED' || version.sealed_material === null) throw notEnabled(name, version.state);
  return sealer.open(version.sealed_material, name);
}
