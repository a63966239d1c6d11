// Owns pinning the public key of the certificates: fetched once, when the platform is first started, and never replaced since.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createCertificateKey } from '#shared/gcp/signer.ts';
import { keyPath } from '#shared/platform/base/names.ts';
import type { Place } from '#shared/platform/base/resources.ts';
import { type DataFolder, PINNED_KEY_FILE } from '../platform/data-folder.ts';

/** Writes the key's PEM into the data folder, unless one is there. Waits until the service has generated the key pair. */
export async function pinCertificateKey(folder: DataFolder, place: Place): Promise<void> {
  if (existsSync(folder.file(PINNED_KEY_FILE))) return;
  const pem = await createCertificateKey(keyPath('certificate', place)).publicKeyPem();
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  const temporary = `${folder.file(PINNED_KEY_FILE)}.new`;
  writeFileSync(temporary, pem, { mode: 0o600 });
  renameSync(temporary, folder.file(PINNED_KEY_FILE));
}
