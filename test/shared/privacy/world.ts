// Owns a whole set of key stores in memory with a clock that the test moves, and processes that work on them.
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import type { ForgettingDeps } from '#shared/privacy/keys/forgetting.ts';
import { HmacKey } from '#shared/privacy/keys/hmac-key.ts';
import type { EpochStore, KeyringStore, RevocationFeed } from '#shared/privacy/keys/key-stores.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import type { KeyRequest } from '#shared/privacy/keys/keyrings.ts';
import type { CacheLimits } from '#shared/privacy/keys/keyring-cache.ts';
import {
  type MemoryKeyringStore,
  type MemoryKeyWrapper,
  memoryOpeningStores,
} from '#shared/privacy/keys/memory-stores.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';

export const PURPOSE = 'product-analytics';
export const BOUND_MS = 5000;

export interface World {
  readonly clock: { nowMs: number; now(): number };
  readonly store: MemoryKeyringStore;
  readonly epochStore: EpochStore;
  readonly wrapper: MemoryKeyWrapper;
  readonly feed: RevocationFeed;
  readonly epochs: EpochKeys;
  readonly pepper: HmacKey;
  /** What erasure works on. */
  readonly deps: ForgettingDeps;
  /** A process of its own on the same stores, or on others laid over them. */
  process(
    over?: Partial<{ store: KeyringStore; feed: RevocationFeed; cache: CacheLimits; epochs: EpochKeys }>,
  ): Keyrings;
}

/** Stores with one open epoch, at 2026-11-21T12:00:00Z. */
export async function newWorld(): Promise<World> {
  const clock = { nowMs: Date.UTC(2026, 10, 21, 12), now: () => clock.nowMs };
  const { keyrings: store, epochs: epochStore, wrapper, feed } = await memoryOpeningStores(clock);
  const epochs = new EpochKeys({ store: epochStore, wrapper, clock });
  await epochs.current();
  const pepper = new HmacKey(Buffer.alloc(32, 7));
  return {
    clock,
    store,
    epochStore,
    wrapper,
    feed,
    epochs,
    pepper,
    deps: { store, epochs, feed, clock },
    process: (over = {}) =>
      new Keyrings(
        { store: over.store ?? store, epochs: over.epochs ?? epochs, feed: over.feed ?? feed, pepper, clock },
        { timing: revocationTiming(BOUND_MS), ...(over.cache === undefined ? {} : { cache: over.cache }) },
      ),
  };
}

/** A request for the keys of a user. */
export function userRequest(id: string, anonymousId?: string): KeyRequest {
  const request = { subject: { kind: 'user' as const, id }, purpose: PURPOSE };
  return anonymousId === undefined ? request : { ...request, anonymousId };
}
