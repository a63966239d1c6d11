// Owns what exports work on: every effect behind an interface, so that a test can stop the world before and after each.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { OpenKeys } from '#shared/privacy/keys/keys-at-work.ts';
import type { Facts } from '../facts.ts';

export interface ExportDeps {
  /** The bucket `state`: records, keys and scopes. */
  readonly objects: ObjectStore;
  /** The bucket `exports`: sealed files, which keeps nothing for longer than a week. */
  readonly exports: ObjectStore;
  readonly keys: Pick<OpenKeys, 'store' | 'epochs' | 'pepper'>;
  /** The catalog in force. @throws PlatformError when there is none */
  readonly catalog: () => Promise<Catalog>;
  readonly personRows: PersonRows;
  readonly facts: Facts;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}
