// Owns changing stored keyrings: read, decide, write on the condition that nobody else wrote, and look again when somebody did.
import type { KeyringStore } from './key-stores.ts';
import type { Change, ChangeRefusal } from './keyring-changes.ts';
import { encodeKeyring, parseKeyring } from './keyring-record.ts';
import type { Keyring } from './keyring-record.ts';

/** How often a change is tried anew against other writers; one object takes about one write a second. */
const MAX_ATTEMPTS = 10;

/** A keyring as it stands in the store. */
export type Read =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present'; readonly keyring: Keyring; readonly bytes: Buffer; readonly revision: string }
  | { readonly kind: 'damaged'; readonly problem: string };

/** What became of a change. `wrote` is false when the keyring was as wanted already. */
export type Changed =
  | { readonly kind: 'done'; readonly keyring: Keyring; readonly revision: string; readonly wrote: boolean }
  | { readonly kind: 'refused'; readonly code: ChangeRefusal }
  | { readonly kind: 'damaged'; readonly problem: string }
  | { readonly kind: 'busy' };

/** Reads and parses a keyring. */
export async function readKeyring(store: KeyringStore, lookupId: string): Promise<Read> {
  const stored = await store.read(lookupId);
  if (stored === undefined) return { kind: 'absent' };
  const parsed = parseKeyring(stored.bytes, lookupId);
  if (parsed.kind === 'damaged') return parsed;
  return { kind: 'present', keyring: parsed.keyring, bytes: stored.bytes, revision: stored.revision };
}

/** Writes a keyring over exactly what was read; the new revision, or undefined when somebody else was first. */
export async function writeKeyring(store: KeyringStore, before: Read, keyring: Keyring): Promise<string | undefined> {
  const bytes = encodeKeyring(keyring);
  const written =
    before.kind === 'present'
      ? await store.replace(keyring.lookupId, bytes, before.revision)
      : await store.create(keyring.lookupId, bytes);
  return written.kind === 'written' ? written.revision : undefined;
}

/**
 * Changes a keyring. After a lost reply the next look finds the change made and keeps it, so a change that is refused or
 * repeated on its own result must answer `keep`.
 */
export async function changeKeyring(
  store: KeyringStore,
  lookupId: string,
  change: (read: Extract<Read, { kind: 'absent' | 'present' }>) => Change,
): Promise<Changed> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const read = await readKeyring(store, lookupId);
    if (read.kind === 'damaged') return read;
    const wanted = change(read);
    if (wanted.kind === 'refused') return wanted;
    if (wanted.kind === 'keep' && read.kind === 'present') {
      return { kind: 'done', keyring: wanted.keyring, revision: read.revision, wrote: false };
    }
    const revision = await writeKeyring(store, read, wanted.keyring);
    if (revision !== undefined) return { kind: 'done', keyring: wanted.keyring, revision, wrote: true };
  }
  return { kind: 'busy' };
}
