// Owns the step after which nothing about the subject's keys changes any more: what is to be destroyed is sealed for the way.
import { PlatformError } from '#shared/platform/platform-error.ts';
import { isHeld } from '#shared/privacy/erasure/erasure.ts';
import type { ErasureRecord } from '#shared/privacy/erasure/erasure-record.ts';
import { blockedBy, isCleaned, type ScopeItem } from '#shared/privacy/erasure/scope-plan.ts';
import { type FrozenKeyring, freezeSubject } from '#shared/privacy/keys/forgetting.ts';
import { findPurpose } from '#shared/privacy/keys/forgetting-purpose.ts';
import type { ErasureDeps } from '../erasure-deps.ts';
import { forgettingDeps, orThrow } from '../forgetting-deps.ts';
import { takeSamples } from '../samples.ts';
import { keepSamples, type OpenedScope, readScope, replaceScope } from '../sealed-parts.ts';
import type { Step } from '../take-step.ts';

export const freezeStep: Step<'frozen'> = {
  state: 'frozen',
  async work(deps, record) {
    const plan = record.steps.scoped?.plan ?? [];
    const blocked = blockedBy(plan).map(({ endpoint, reason }) => `${endpoint}: ${reason}`);
    if (blocked.length > 0) throw new PlatformError('erasure_blocked', { message: `Blocked: ${blocked.join('; ')}.` });
    if (isHeld(record, deps.clock.now())) throw new PlatformError('erasure_held');
    const keyrings = await freeze(deps, record);
    requireTokens(keyrings, plan);
    const tokens = keyrings.reduce((sum, each) => sum + each.tokens.length, 0);
    return { kind: 'report', report: { keyrings: keyrings.length, tokens } };
  },
};

/** Freezes, and stores what was frozen. Stored already, it is final: another driver may have gone on and shredded since. */
async function freeze(deps: ErasureDeps, record: ErasureRecord): Promise<readonly FrozenKeyring[]> {
  const { objects, keys } = deps;
  for (;;) {
    const opened = await readScope(objects, keys.epochs, record.id);
    try {
      if (opened.scope.keyrings.length > 0) return opened.scope.keyrings;
      const keyrings = await freezeAndKeep(deps, record, opened);
      if (keyrings !== undefined) return keyrings;
    } finally {
      opened.aead.close();
    }
  }
}

/** The frozen keyrings once they are stored; undefined when somebody else stored them first. */
async function freezeAndKeep(
  deps: ErasureDeps,
  { id, purpose }: ErasureRecord,
  opened: OpenedScope,
): Promise<readonly FrozenKeyring[] | undefined> {
  const { lookupId } = opened.scope;
  const forgetting = forgettingDeps(deps);
  const { keyrings } = orThrow(
    await (purpose === undefined ? freezeSubject(forgetting, lookupId) : findPurpose(forgetting, lookupId, purpose)),
  );
  await keepSamples(deps.objects, id, opened.aead, await takeSamples(deps.keys, keyrings, purpose));
  const replaced = await replaceScope(deps.objects, id, opened, { lookupId, keyrings });
  return replaced ? keyrings : undefined;
}

/** Rows are found by tokens. Where one is lost, whoever runs the platform has to look before the keys go. */
function requireTokens(keyrings: readonly FrozenKeyring[], plan: readonly ScopeItem[]): void {
  const lost = keyrings.flatMap(({ unreadable }) => unreadable);
  const needed = plan.filter(isCleaned).map(({ endpoint }) => endpoint);
  if (lost.length === 0 || needed.length === 0) return;
  throw new PlatformError('erasure_blocked', {
    message: `The tokens for ${lost.join(', ')} cannot be had, and rows have to be found in ${needed.join(', ')}.`,
    hint: 'Exempt the endpoints with a reason, or clean them by other means first.',
  });
}
