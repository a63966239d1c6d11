// Owns the step that destroys: tombstones over the keyrings, the way from tokens to them wiped, every process told.
import { destroyedKeyrings } from '#shared/privacy/erasure/erasure.ts';
import { shredKeyrings, wipeIndex } from '#shared/privacy/keys/forgetting.ts';
import { shredPurposes } from '#shared/privacy/keys/forgetting-purpose.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { forgettingDeps, orThrow } from '../forgetting-deps.ts';
import { readScope } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

export const shredStep: Step<'shredded'> = {
  state: 'shredded',
  async work(deps, record) {
    const { aead, scope } = await readScope(deps.objects, deps.keys.epochs, record.id);
    aead.close();
    const { keyrings } = scope;
    const lookupIds = keyrings.map(({ lookupId }) => lookupId);
    const { purpose } = record;
    const forgetting = forgettingDeps(deps);
    const { records } = orThrow(
      await (purpose === undefined
        ? shredKeyrings(forgetting, lookupIds)
        : shredPurposes(forgetting, lookupIds, purpose)),
    );
    await wipeIndex(
      deps.keys.store,
      keyrings.flatMap(({ tokens }) => tokens),
    );
    for (const lookupId of lookupIds) deps.keys.keyrings.forget(lookupId);
    await listEpochs(
      deps,
      [...keyrings, ...records].flatMap(({ epochs }) => epochs),
    );
    const destroyed = destroyedKeyrings(record.salt, records, keyrings, deps.keys.epochs.records);
    return { kind: 'report', report: { keyrings: destroyed } };
  },
};

/** The names of key versions come from the list of epochs, which this process may not have read yet. */
async function listEpochs({ keys }: ErasureDeps, epochs: readonly string[]): Promise<void> {
  const known = new Set(keys.epochs.records.map(({ id }) => id));
  for (const epoch of epochs) if (!known.has(epoch)) await keys.epochs.find(epoch);
}
