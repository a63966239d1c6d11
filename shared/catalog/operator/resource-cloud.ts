// Owns what the operator asks of a cloud: resources as they are, and one change at a time.
import type { Resource } from './resource.ts';

/**
 * A project's resources. Calls reject with a PlatformError: of fault `transient` when the same call may succeed later;
 * `cloud_missing` when something that it needs is not there (yet).
 */
export interface ResourceCloud {
  /** As they are now: what has the name of a wanted one, whoever made it, and everything that the operator manages. */
  read(want: readonly Resource[]): Promise<readonly Resource[]>;
  /** `exists`: there is one of that name, perhaps not as asked. */
  create(resource: Resource): Promise<'created' | 'exists'>;
  /** Changes in place. What neither names, others have set: it stays. */
  update(before: Resource, target: Resource): Promise<void>;
  /** Deletes; one that is gone already is no error. */
  remove(resource: Resource): Promise<void>;
}
