/** How the work of a job ends, whatever its kind. */
import type { JsonObject } from '#lib/googlesql/engine/definitions.ts';
import type { ErrorProto } from '../errors.ts';
import type { JobRecord, RowsPlace } from './job-record.ts';

export type WorkResult =
  | {
      readonly kind: 'done';
      readonly statistics: JsonObject;
      readonly children?: readonly JobRecord[];
      readonly rows?: RowsPlace;
    }
  | {
      readonly kind: 'failed';
      readonly error: ErrorProto;
      /** All that was wrong, where `error` sums it up. */
      readonly errors?: readonly ErrorProto[];
    };

export interface WorkControl {
  /** Records that what follows cannot be repeated without doubling its effect; resolves once that is on disk. */
  committing(): Promise<void>;
}

/** Does the work of one job; the effect is on disk when it resolves. */
export type Work = (job: JobRecord, control: WorkControl) => Promise<WorkResult>;
