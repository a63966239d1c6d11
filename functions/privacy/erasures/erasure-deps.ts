// Owns what erasures work on: every effect behind an interface, so that a test can stop the world before and after each.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { ErasedRows } from '#shared/gcp/erased-rows.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { OpenKeys } from '#shared/privacy/keys/keys-at-work.ts';
import type { Facts } from '../facts.ts';
import type { Ledger } from './ledger.ts';
import type { Pipelines } from './pipelines.ts';

/** What erasures work on. */
export interface ErasureDeps {
  /** The bucket `state`. */
  readonly objects: ObjectStore;
  /** The bucket `exports`, which keeps nothing for longer than a week. */
  readonly exports: ObjectStore;
  readonly keys: OpenKeys;
  /** The catalog in force. @throws PlatformError when there is none */
  readonly catalog: () => Promise<Catalog>;
  /** Settings by which the bucket of keys would keep what is overwritten. */
  readonly keptBecauseOf: () => Promise<readonly string[]>;
  readonly warehouse: ErasedRows;
  readonly personRows: PersonRows;
  readonly pipelines: Pipelines;
  readonly ledger: Ledger;
  readonly facts: Facts;
  readonly executions: Executions;
  readonly clock: Clock;
  /** An id that nobody had before; ids sort by the time they were made. */
  readonly newId: () => string;
  readonly log: Log;
}
