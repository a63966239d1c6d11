// Owns the samples of an erasure: a value sealed under each key that is about to be destroyed, to prove by afterwards.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { FrozenKeyring } from '#shared/privacy/keys/forgetting.ts';
import type { LivePurpose } from '#shared/privacy/keys/keyring-record.ts';
import { readKeyring } from '#shared/privacy/keys/keyring-updates.ts';
import { openPurpose } from '#shared/privacy/keys/key-wrapping.ts';
import { openFields, sealFields } from '#shared/privacy/sealing.ts';
import type { OpenKeys } from '#shared/privacy/keys/keys-at-work.ts';
import type { SealedSample } from './sealed-parts.ts';

/** What a sample says: nothing about anybody. */
const SAMPLE = { probe: 'sealed before the shredding' };

/** One sample for each live key of frozen keyrings, or for those of one purpose; each has been opened once, so that not opening later means something. */
export async function takeSamples(
  keys: Pick<OpenKeys, 'store' | 'epochs'>,
  keyrings: readonly FrozenKeyring[],
  only?: string,
): Promise<readonly SealedSample[]> {
  const samples: SealedSample[] = [];
  for (const { lookupId } of keyrings) {
    const read = await readKeyring(keys.store, lookupId);
    if (read.kind !== 'present' || read.keyring.state === 'shredded') continue;
    for (const [purpose, entry] of Object.entries(read.keyring.purposes)) {
      if (only !== undefined && purpose !== only) continue;
      const sample = entry.state === 'live' ? await sampleOf(keys, lookupId, purpose, entry) : undefined;
      if (sample !== undefined) samples.push(sample);
    }
  }
  return samples;
}

/** Undefined when the keys do not open now either. */
async function sampleOf(
  { epochs }: Pick<OpenKeys, 'epochs'>,
  lookupId: string,
  purpose: string,
  entry: LivePurpose,
): Promise<SealedSample | undefined> {
  const found = await epochs.find(entry.epoch);
  const opened = found.kind === 'epoch' ? openPurpose(found.epoch, { lookupId, purpose }, entry) : undefined;
  if (opened?.kind !== 'keys') return undefined;
  const { keys } = opened;
  try {
    const sealed = sealFields(keys, SAMPLE);
    if (openFields(keys, sealed).kind !== 'plain') {
      throw new PlatformError('internal', { message: 'A sample that was just sealed does not open.' });
    }
    return { purpose, token: keys.token, sealed };
  } finally {
    keys.close();
  }
}
