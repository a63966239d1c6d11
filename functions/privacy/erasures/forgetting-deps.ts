// Owns what forgetting works on, out of what erasures work on, and what its failures mean to whoever drives an erasure.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { ForgettingDeps, ForgettingFailure } from '#shared/privacy/keys/forgetting.ts';
import type { ErasureDeps } from './erasure-deps.ts';

export function forgettingDeps({ keys, clock }: Pick<ErasureDeps, 'keys' | 'clock'>): ForgettingDeps {
  return { store: keys.store, epochs: keys.epochs, feed: keys.feed, clock };
}

/** @throws PlatformError subject_busy, which passes; corrupt, which somebody has to look at */
export function orThrow<Outcome extends { readonly kind: string }>(outcome: Outcome | ForgettingFailure): Outcome {
  if (isFailure(outcome)) {
    if (outcome.kind === 'busy') throw new PlatformError('subject_busy');
    throw new PlatformError('corrupt', { message: `A keyring of the subject is damaged: ${outcome.problem}.` });
  }
  return outcome;
}

function isFailure(outcome: { readonly kind: string }): outcome is ForgettingFailure {
  return outcome.kind === 'busy' || outcome.kind === 'damaged';
}
