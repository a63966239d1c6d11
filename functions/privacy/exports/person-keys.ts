// Owns the keys of one person for an export: every purpose, the person's own and those of the visitors they were seen as, by token.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { openPurpose } from '#shared/privacy/keys/key-wrapping.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import type { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import type { ExportDeps } from './export-deps.ts';

/** Keys by token. Whoever takes them closes them. */
export type PersonKeys = ReadonlyMap<string, PurposeKeys>;

/** Opens the keys; also of a keyring that is frozen, because what is held may be asked for until it is gone. */
export async function openPersonKeys({ keys }: Pick<ExportDeps, 'keys'>, lookupId: string): Promise<PersonKeys> {
  const opened = new Map<string, PurposeKeys>();
  const queue = [lookupId];
  for (const name of queue) {
    const read = await readKeyring(keys.store, name);
    if (read.kind === 'damaged')
      throw new PlatformError('corrupt', { message: `A keyring is damaged: ${read.problem}.` });
    if (read.kind === 'absent' || read.keyring.state === 'shredded') continue;
    if (name === lookupId) queue.push(...read.keyring.linked);
    for (const [purpose, entry] of Object.entries(read.keyring.purposes)) {
      if (entry.state !== 'live') continue;
      const found = await keys.epochs.find(entry.epoch);
      const result = found.kind === 'epoch' ? openPurpose(found.epoch, { lookupId: name, purpose }, entry) : undefined;
      if (result?.kind !== 'keys') throw new PlatformError('corrupt', { message: 'Keys of the person do not unwrap.' });
      opened.set(result.keys.token, result.keys);
    }
  }
  return opened;
}

export function closePersonKeys(keys: PersonKeys): void {
  for (const each of keys.values()) each.close();
}
