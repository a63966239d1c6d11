// Owns what the rotation of epochs works on: every effect behind an interface, so that a test can stop the world before and after each.
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import type {
  EpochStore,
  KeyringScan,
  KeyringStore,
  KeyVersions,
  KeyWrapper,
} from '#shared/privacy/keys/key-stores.ts';
import type { Ledger } from '../erasures/ledger.ts';
import type { Facts } from '../facts.ts';

export interface RotationDeps {
  /** The bucket `state`. */
  readonly objects: ObjectStore;
  readonly keyrings: KeyringStore;
  readonly scan: KeyringScan;
  readonly epochStore: EpochStore;
  readonly epochs: EpochKeys;
  readonly wrapper: KeyWrapper;
  readonly versions: KeyVersions;
  readonly ledger: Ledger;
  readonly facts: Facts;
  readonly clock: Clock;
  readonly log: Log;
}
