// Owns forgetting a subject for one purpose, as a withdrawal of consent asks: its keys of that purpose go, everything else stays in use.
import { newKeyring, shredPurpose } from './keyring-changes.ts';
import type { Keyring, PurposeEntry, ShreddedKeyring } from './keyring-record.ts';
import { changeKeyring, readKeyring } from './keyring-updates.ts';
import {
  announce,
  type ForgettingDeps,
  type FreezeOutcome,
  type FrozenKeyring,
  type ShreddedRecord,
  type ShredOutcome,
  tokenOf,
} from './forgetting.ts';

/**
 * What a user's keyring and those of its visitors have for a purpose. Nothing has to be frozen for it: while the keys of a purpose
 * live, their token is the only one there is.
 */
export async function findPurpose(deps: ForgettingDeps, lookupId: string, purpose: string): Promise<FreezeOutcome> {
  const keyrings: FrozenKeyring[] = [];
  const queue = [lookupId];
  for (const name of queue) {
    const read = await readKeyring(deps.store, name);
    if (read.kind === 'damaged') return { ...read, lookupId: name };
    if (read.kind === 'present' && name === lookupId && read.keyring.state === 'live')
      queue.push(...read.keyring.linked);
    keyrings.push(await describe(deps, name, read.kind === 'present' ? read.keyring : undefined, purpose));
  }
  return { kind: 'frozen', keyrings };
}

/**
 * Puts tombstones in the place of the keys of a purpose, and tells every process. A keyring that is being erased as a whole is `busy`
 * until that has happened, and then counts as what it is: a tombstone.
 */
export async function shredPurposes(
  deps: ForgettingDeps,
  lookupIds: readonly string[],
  purpose: string,
): Promise<ShredOutcome> {
  const records: ShreddedRecord[] = [];
  for (const lookupId of lookupIds.toReversed()) {
    const atMs = deps.clock.now();
    const changed = await changeKeyring(deps.store, lookupId, (read) =>
      read.kind === 'present' && read.keyring.state === 'shredded'
        ? { kind: 'keep', keyring: read.keyring }
        : shredPurpose(read.kind === 'present' ? read.keyring : newKeyring(lookupId), purpose, atMs),
    );
    if (changed.kind === 'damaged') return { ...changed, lookupId };
    if (changed.kind !== 'done') return { kind: 'busy', lookupId };
    await announce(deps, lookupId);
    const { keyring, revision } = changed;
    const tombstone = keyring.state === 'shredded' ? keyring : shreddedEntry(keyring.purposes[purpose]);
    const { generation, shreddedAtMs, digest, epochs = [] } = tombstone;
    records.unshift({ lookupId, generation, shreddedAtMs, digest, revision, epochs });
  }
  return { kind: 'shredded', records };
}

/** Whether the keys of a purpose that a keyring had in a generation are gone. */
export function isPurposeGone(keyring: Keyring, purpose: string, generation: number): boolean {
  if (keyring.state === 'shredded') return true;
  const entry = keyring.purposes[purpose];
  // Consent may have been given again since: those keys are of a later life.
  return entry !== undefined && (entry.state === 'shredded' || entry.generation > generation);
}

async function describe(
  deps: ForgettingDeps,
  lookupId: string,
  keyring: Keyring | undefined,
  purpose: string,
): Promise<FrozenKeyring> {
  const none = { lookupId, generation: keyring?.generation ?? 1, epochs: [], tokens: [], unreadable: [] };
  const entry = keyring?.state === 'live' ? keyring.purposes[purpose] : undefined;
  if (keyring?.state !== 'live' || entry?.state !== 'live') return { ...none, state: keyring?.state ?? 'live' };
  const token = await tokenOf(deps, keyring, purpose);
  const found = token === undefined ? { unreadable: [purpose] } : { tokens: [{ purpose, token }] };
  return { ...none, state: 'live', generation: entry.generation, epochs: [entry.epoch], ...found };
}

function shreddedEntry(
  entry: PurposeEntry | undefined,
): Pick<ShreddedKeyring, 'generation' | 'shreddedAtMs' | 'digest' | 'epochs'> {
  if (entry?.state !== 'shredded') throw new Error('a shredded purpose came back live');
  return entry.epoch === undefined ? entry : { ...entry, epochs: [entry.epoch] };
}
