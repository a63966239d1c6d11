// Owns what leak canaries work on: a way to send them, and everything that is searched for them.
import type { Catalog } from '#shared/catalog/catalog.ts';
import type { PersonRows } from '#shared/gcp/person-rows.ts';
import type { Clock } from '#shared/platform/clock.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import type { Facts } from '../facts.ts';
import type { ReplaySender } from '../replays/send-again.ts';

export interface CanaryDeps {
  /** The bucket `state`, in which the records of canaries are. */
  readonly objects: ObjectStore;
  /** Every bucket of the platform, by name. */
  readonly buckets: Readonly<Record<string, ObjectStore>>;
  /** The catalog in force. @throws PlatformError when there is none */
  readonly catalog: () => Promise<Catalog>;
  readonly rows: Pick<PersonRows, 'rows'>;
  readonly send: ReplaySender;
  readonly facts: Facts;
  readonly clock: Clock;
  /** An id that nobody had before; ids sort by the time they were made. */
  readonly newId: () => string;
  readonly log: Log;
}
