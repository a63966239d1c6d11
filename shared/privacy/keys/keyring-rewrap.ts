// Owns moving keyrings from one epoch to the next: the same secrets under other wrapping, so that the former epoch can be destroyed.
import type { Epoch, KeyringStore } from './key-stores.ts';
import { rewrapPurpose } from './key-wrapping.ts';
import type { Change } from './keyring-changes.ts';
import { epochsOf, type Keyring, type LivePurpose } from './keyring-record.ts';
import { changeKeyring, readKeyring } from './keyring-updates.ts';

/** What became of one keyring. `damaged`: it names the epoch and does not unwrap under it; somebody has to look at it. */
export type Rewrapped = 'moved' | 'elsewhere' | 'damaged' | 'busy';

/** Moves one keyring on, frozen or not; whoever changes it at the same time is not disturbed. */
export async function rewrapKeyring(store: KeyringStore, lookupId: string, from: Epoch, to: Epoch): Promise<Rewrapped> {
  let damaged = false;
  const changed = await changeKeyring(store, lookupId, (read): Change => {
    if (read.kind === 'absent') return { kind: 'refused', code: 'not_erased' };
    const keyring = rewrapped(read.keyring, from, to);
    damaged = keyring === undefined;
    return keyring === undefined || keyring === read.keyring
      ? { kind: 'keep', keyring: read.keyring }
      : { kind: 'write', keyring };
  });
  if (changed.kind === 'busy') return 'busy';
  if (changed.kind === 'refused') return 'elsewhere';
  if (changed.kind === 'damaged' || damaged) return 'damaged';
  return changed.wrote ? 'moved' : 'elsewhere';
}

/** Whether a keyring still names an epoch; what cannot be read may. */
export async function namesEpoch(store: KeyringStore, lookupId: string, epoch: string): Promise<boolean> {
  const read = await readKeyring(store, lookupId);
  if (read.kind === 'absent') return false;
  return read.kind === 'damaged' || epochsOf(read.keyring).includes(epoch);
}

/** The keyring with everything of one epoch under the other; undefined when something of it does not unwrap. */
function rewrapped(keyring: Keyring, from: Epoch, to: Epoch): Keyring | undefined {
  if (keyring.state === 'shredded' || !epochsOf(keyring).includes(from.id)) return keyring;
  const moved: Record<string, LivePurpose> = {};
  for (const [purpose, entry] of Object.entries(keyring.purposes)) {
    if (entry.state !== 'live' || entry.epoch !== from.id) continue;
    const next = rewrapPurpose(from, to, { lookupId: keyring.lookupId, purpose }, entry);
    if (next === undefined) return undefined;
    moved[purpose] = next;
  }
  return { ...keyring, purposes: { ...keyring.purposes, ...moved } };
}
