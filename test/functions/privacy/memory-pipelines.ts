// Owns pipelines in memory: records of partitions in a bucket, and a metadata that computes what it is asked for when a test lets it.
import type { Pipelines } from '#functions/privacy/erasures/pipelines.ts';
import { partitionObject } from '#shared/metadata/state-objects.ts';
import type { Fenced } from '#shared/pipelines/cleaning-answers.ts';
import {
  newRecord,
  type PartitionName,
  type PartitionRecord,
  parsePartitionRecord,
} from '#shared/pipelines/partition-record.ts';
import { parseJsonBytes } from '#shared/platform/json-bytes.ts';
import type { MemoryObjectStore } from '#shared/platform/memory-object-store.ts';

export interface MemoryPipelines extends Pipelines {
  /** What the next call of `fence` answers; nothing runs otherwise. */
  fenced: Fenced;
  /** What becomes of a partition that is asked for; the default publishes it. */
  build: (record: PartitionRecord, run: string) => PartitionRecord;
  /** Partitions that were asked for, in order. */
  readonly asked: string[];
  read(name: PartitionName): Promise<PartitionRecord | undefined>;
  /** Writes a record over whatever was there. */
  put(record: PartitionRecord): Promise<void>;
}

export function memoryPipelines(objects: MemoryObjectStore): MemoryPipelines {
  const made: MemoryPipelines = {
    fenced: { ended: [], committing: [] },
    asked: [],
    build: (record, run) => ({ ...record, state: 'published', generation: record.generation + 1, run }),
    async fence() {
      const { fenced } = made;
      made.fenced = { ended: [], committing: [] };
      return fenced;
    },
    async recompute(name) {
      made.asked.push(`${name.endpoint} ${name.key}`);
      const run = `run${made.asked.length}`;
      await made.put(made.build((await made.read(name)) ?? newRecord(name), run));
      return { state: 'started', run };
    },
    async read(name) {
      const stored = await objects.read(partitionObject(name));
      return stored === undefined ? undefined : parsePartitionRecord(parseJsonBytes(stored.body));
    },
    async put(record) {
      const name = partitionObject(record);
      const before = await objects.read(name);
      const body = JSON.stringify(record);
      if (before === undefined) await objects.create(name, body);
      else await objects.replace(name, before.generation, body);
    },
  };
  return made;
}
