// Owns what is kept of runs that have ended.
import { runObject } from '#shared/metadata/state-objects.ts';
import { parseRunRecord, type RunRecord } from '#shared/metadata/run-record.ts';
import type { RunName } from '#shared/pipelines/job-names.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';

/** Keeps a run as it ended; one that is kept already stays as it is. */
export async function keepRun(store: ObjectStore, record: RunRecord, name: RunName): Promise<void> {
  await store.create(runObject(name), JSON.stringify(record), { outcome: record.outcome, ended: record.endedAt });
}

/** A run that has ended. */
export async function endedRun(store: ObjectStore, name: RunName): Promise<RunRecord | undefined> {
  const found = await store.read(runObject(name));
  return found === undefined ? undefined : parseRunRecord(found.body);
}
