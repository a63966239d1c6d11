// Owns how far the cleaning of an erasure is: sealed under its key, because the partitions in it are those of a person.
import { z } from 'zod';
import type { Aead } from '#lib/tink/aead.ts';
import { canonicalJson } from '#shared/platform/canonical-json.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { ObjectStore } from '#shared/platform/object-store.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import { runName } from '#shared/pipelines/cleaning-answers.ts';
import { parsePartitionKey } from '#shared/pipelines/partition-key.ts';
import { scopeAssociatedData } from '#shared/privacy/keys/derivations.ts';
import { type CleanedEndpoint, cleanedEndpoint } from '#shared/privacy/erasure/erasure-record.ts';
import { partObject } from '../erasure-objects.ts';

const count = z.int().min(0);

/** A partition that has to be published anew: by a generation above the one that may hold something of the person. */
const plannedPartition = z.strictObject({
  key: z.string().transform((text, context) => {
    const key = parsePartitionKey(text);
    if (key !== undefined) return key;
    context.addIssue('not a partition key');
    return z.NEVER;
  }),
  generation: count,
  /** The run that was started for it last. */
  run: z.string().optional(),
});

const progress = z.strictObject({
  /** The level that is worked on: endpoints that are made of nothing but what has been cleaned. */
  level: count,
  phase: z.enum(['end-runs', 'wait', 'clean']),
  /** How often the runs of the level were ended. What reads its own partitions may need it more than once. */
  pass: count,
  /** Who was quicker than the end of runs, and the jobs of those that were not: nothing is cleaned before both are over. */
  waiting: z.strictObject({ commits: z.array(runName), jobs: z.array(z.string()) }),
  /** A digest of what there was of endpoints that read themselves when their runs had ended. */
  seen: z.record(z.string(), z.string()),
  /** What has to be computed again, by endpoint. */
  partitions: z.record(z.string(), z.array(plannedPartition)),
  done: z.array(cleanedEndpoint),
});

export type PlannedPartition = Readonly<z.output<typeof plannedPartition>>;
export type Progress = Readonly<Omit<z.output<typeof progress>, 'done'>> & {
  readonly done: readonly CleanedEndpoint[];
};

/** The progress as it was read, and the generation that the next one must name; none before the first. */
export interface StoredProgress {
  readonly progress: Progress;
  readonly generation?: string;
}

const BEGINNING: Progress = {
  level: 0,
  phase: 'end-runs',
  pass: 0,
  waiting: { commits: [], jobs: [] },
  seen: {},
  partitions: {},
  done: [],
};

/** @throws PlatformError corrupt */
export async function readProgress(store: ObjectStore, id: string, aead: Aead): Promise<StoredProgress> {
  const stored = await store.read(partObject(id, 'cleaning'));
  if (stored === undefined) return { progress: BEGINNING };
  const opened = aead.open(stored.body, associatedData(id));
  const parsed = opened.kind === 'opened' ? progress.safeParse(parseJsonBytes(opened.plaintext)) : undefined;
  if (parsed?.success !== true)
    throw new PlatformError('corrupt', { message: 'The progress of the cleaning is damaged.' });
  return { progress: parsed.data, generation: stored.generation };
}

/** Writes the next progress; undefined when another driver was first. */
export async function writeProgress(
  store: ObjectStore,
  { id, aead }: { readonly id: string; readonly aead: Aead },
  { generation }: StoredProgress,
  next: Progress,
): Promise<StoredProgress | undefined> {
  const sealed = aead.seal(Buffer.from(canonicalJson(next), 'utf8'), associatedData(id));
  const name = partObject(id, 'cleaning');
  const written =
    generation === undefined ? await store.create(name, sealed) : await store.replace(name, generation, sealed);
  return written.kind === 'created' || written.kind === 'replaced'
    ? { progress: next, generation: written.generation }
    : undefined;
}

/** Ids of erasures hold no `/`, so this is never the associated data of another part. */
function associatedData(id: string): Buffer {
  return scopeAssociatedData(`${id}/cleaning`);
}
