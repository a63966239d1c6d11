// Owns what this instance remembers of runs that have ended: a record never changes once it is there.
import type { RunRecord } from '#shared/metadata/run-record.ts';
import { runObject } from '#shared/metadata/state-objects.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { endedRun } from './runs.ts';

/** A few kilobytes each way: what people look at again and again. */
const REMEMBERED_RUNS = 2000;

export class EndedRuns {
  readonly #store: ObjectStore;
  /** Oldest first. */
  readonly #records = new Map<string, RunRecord>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The record of a run; undefined while it has not ended. */
  async read(name: RunName): Promise<RunRecord | undefined> {
    const object = runObject(name);
    const known = this.#records.get(object);
    if (known !== undefined) return known;
    const record = await endedRun(this.#store, name);
    if (record === undefined) return undefined;
    this.#records.set(object, record);
    const [oldest] = this.#records.keys();
    if (this.#records.size > REMEMBERED_RUNS && oldest !== undefined) this.#records.delete(oldest);
    return record;
  }
}
